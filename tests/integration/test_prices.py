"""The SQL of price selection against a naive reference, over generated prices, and its named cases."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.pricing.models import Price, PriceList, PriceListRule, PricePreference, PriceRule, PriceSet
from commerce.pricing.service import NewPrice, NewPriceRule, add_prices
from commerce.product.models import Product, ProductVariant, ProductVariantPriceSet
from kit.db import Database, one, run
from operations.find_price_sets import price_sets_of_variants
from queries.prices import (
    ChosenPrice,
    PriceContext,
    PriceQuery,
    SelectedPrice,
    calculated_price_json,
    select_prices,
    selected_price,
)
from tests.support.price_reference import PriceListRow, PriceRow, Rule, choose, inclusive
from tests.support.small_shop import make_shop, new_cart

NOW = datetime.now(UTC)
REGIONS = ("reg_a", "reg_b", "reg_c")
GROUPS = ("cusgroup_1", "cusgroup_2", "cusgroup_3")
TEXTS = {  # attribute -> the values that generated rules and carts have
    "customer.groups.id": GROUPS,
    "customer.id": ("cus_1", "cus_2"),
    "sales_channel_id": ("sc_web", "sc_b2b"),
    "shipping_address.city": ("Köln", 'a "quoted" town', "50"),
}
NUMBERS = ("-3", "0", "50", "50.0", "99.5", "100", "many", "1e2", "")
OPERATORS = ("eq", "gt", "gte", "lt", "lte")
PREFERENCES = {"reg_a": True, "reg_b": False, "eur": False, "usd": True}
SETS = 60


def some_lists(dice: random.Random) -> list[PriceListRow]:
    days = [None, NOW - timedelta(days=2), NOW + timedelta(days=2)]
    return [
        PriceListRow(
            id=f"plist_{n:02}",
            type=dice.choice(["sale", "override"]),
            status=dice.choice(["active", "active", "active", "draft"]),
            starts_at=dice.choice([None, days[1], days[1], days[1], days[2]]),
            ends_at=dice.choice([None, days[2], days[2], days[2], days[1]]),
            rules=some_list_rules(dice),
            deleted=dice.random() < 0.08,
        )
        for n in range(20)
    ]


def some_list_rules(dice: random.Random) -> dict[str, list[str]]:
    """Return rules of a list: several values each, values that nobody has, none at all."""
    pool = {**TEXTS, "region_id": REGIONS}
    named = dice.sample(sorted(pool), dice.choice([0, 0, 0, 1, 1, 2]))
    return {name: [*dice.sample(pool[name], dice.choice([0, 1, 2, 2])), "nobody's"] for name in named}


def some_rules(dice: random.Random) -> tuple[Rule, ...]:
    """Return rules of a price: texts, whatever their operator, and numbers, some of which are none."""
    pool = [
        Rule("region_id", "eq", dice.choice(REGIONS)),
        *(Rule(name, dice.choice(OPERATORS), dice.choice(values)) for name, values in TEXTS.items()),
        *(Rule(name, dice.choice(OPERATORS), dice.choice(NUMBERS)) for name in ("item_total", "total", "total")),
    ]
    return tuple(dice.sample(pool, dice.choice([0, 0, 0, 1, 1, 2, 3])))


def some_context(dice: random.Random) -> PriceContext:
    """Return what a cart may say: no attribute, or several values of it, numbers in more than one spelling."""
    attributes: dict[str, list[str | Decimal]] = {
        name: [*dice.sample(values, dice.randrange(len(values) + 1))] for name, values in TEXTS.items()
    }
    attributes["item_total"] = [Decimal(dice.choice(["49.9", "50", "99.5", "100.00", "250"]))]
    if dice.random() < 0.7:
        attributes["total"] = [Decimal(dice.choice(["-3", "0.0", "50.00", "1E+2"])), dice.choice(["50", "many"])]
    return PriceContext(dice.choice(["eur", "usd"]), dice.choice([None, *REGIONS]), attributes)


def some_prices(dice: random.Random, lists: list[PriceListRow]) -> list[PriceRow]:
    return [
        PriceRow(
            id=f"price_{n:04}",
            price_set_id=f"pset_{dice.randrange(SETS):02}",
            currency_code=dice.choice(["eur", "eur", "usd"]),
            amount=Decimal(dice.choice(["0", "9.99", "10", "10.00", "12.5", "20", "19.995"])),
            min_quantity=(low := dice.choice([None, None, None, Decimal(1), Decimal("2.5"), Decimal(3)])),
            max_quantity=dice.choice([None, None, (low or 0) + Decimal(4)]),
            price_list=dice.choice([None, dice.choice(lists)]),
            rules=some_rules(dice),
            deleted=dice.random() < 0.08,
        )
        for n in range(SETS * 7)
    ]


async def store(session: AsyncSession, lists: list[PriceListRow], prices: list[PriceRow]) -> None:
    """Write the generated rows, one variant per price set."""
    session.add_all([PriceSet(id=f"pset_{n:02}") for n in range(SETS)])
    session.add(Product(id="prod_1", title="P", handle="p"))
    await session.flush()
    session.add_all([ProductVariant(id=f"variant_{n:02}", title="V", product_id="prod_1") for n in range(SETS)])
    for row in lists:
        session.add(
            PriceList(
                id=row.id,
                title="L",
                type=row.type,
                status=row.status,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                rules_count=len(row.rules),
                deleted_at=NOW if row.deleted else None,
            )
        )
    await session.flush()
    session.add_all(
        [ProductVariantPriceSet(variant_id=f"variant_{n:02}", price_set_id=f"pset_{n:02}") for n in range(SETS)]
    )
    for row in lists:
        session.add_all([PriceListRule(attribute=a, value=list(v), price_list_id=row.id) for a, v in row.rules.items()])
    for price in prices:
        session.add(
            Price(
                id=price.id,
                price_set_id=price.price_set_id,
                currency_code=price.currency_code,
                amount=price.amount,
                min_quantity=price.min_quantity,
                max_quantity=price.max_quantity,
                rules_count=len(price.rules),
                price_list_id=price.price_list.id if price.price_list else None,
                deleted_at=NOW if price.deleted else None,
            )
        )
    await session.flush()
    for price in prices:
        session.add_all(
            [
                PriceRule(price_id=price.id, attribute=r.attribute, operator=r.operator, value=r.value)
                for r in price.rules
            ]
        )
    for name, value in PREFERENCES.items():
        attribute = "region_id" if name.startswith("reg_") else "currency_code"
        session.add(PricePreference(attribute=attribute, value=name, is_tax_inclusive=value))


def expected(price: PriceRow | None, context: PriceContext) -> ChosenPrice | None:
    if price is None:
        return None
    return ChosenPrice(
        price.id,
        price.amount,
        price.price_list.id if price.price_list else None,
        price.price_list.type if price.price_list else None,
        price.min_quantity,
        price.max_quantity,
        inclusive(price, context.currency_code, context.region_id, PREFERENCES),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_sql_chooses_what_the_reference_chooses(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    lists = some_lists(dice)
    prices = some_prices(dice, lists)
    await database.transact(lambda session: store(session, lists, prices))
    priced = on_list = 0
    async with database.reading() as connection:
        for _ in range(30):
            context = some_context(dice)
            quantity = dice.choice([None, Decimal("0.5"), Decimal(1), Decimal("2.5"), Decimal(3), Decimal(7)])
            queries = [PriceQuery(f"variant_{n:02}", quantity) for n in range(SETS)]
            answers = await select_prices(connection, queries, context)
            region = {"region_id": [context.region_id]} if context.region_id else {}
            seen = {**context.attributes, **region, "currency_code": [context.currency_code]}
            for n, answer in enumerate(answers):
                own = [price for price in prices if price.price_set_id == f"pset_{n:02}"]
                calculated, original = choose(own, context.currency_code, quantity, seen, NOW)
                assert answer == SelectedPrice(
                    f"variant_{n:02}", f"pset_{n:02}", expected(calculated, context), expected(original, context)
                )
                priced += calculated is not None
                on_list += calculated is not None and calculated.price_list is not None
    assert priced > 500
    assert on_list > 100  # the data reach the branches that matter


async def price_set(session: AsyncSession, *prices: Price) -> str:
    """Make a variant with these prices and return its id."""
    product, variant, made = Product(title="P", handle="p"), ProductVariant(title="V"), PriceSet()
    session.add_all([product, made])
    await session.flush()
    variant.product_id = product.id
    session.add(variant)
    for price in prices:
        price.price_set_id = made.id
        session.add(price)
    await session.flush()
    session.add(ProductVariantPriceSet(variant_id=variant.id, price_set_id=made.id))
    return variant.id


async def test_an_id_without_a_price_set_is_answered_without_a_price(database: Database) -> None:
    async with database.reading() as connection:
        answers = await select_prices(
            connection, [PriceQuery("variant_x", Decimal(1)), PriceQuery("variant_x")], PriceContext("eur")
        )
    assert answers == [SelectedPrice("variant_x", None, None, None)] * 2
    assert answers[0].unit_price is None


async def test_a_sale_price_compares_with_the_original_amount(database: Database) -> None:
    async def make(session: AsyncSession) -> str:
        sale = PriceList(title="Sale", status="active")
        session.add(sale)
        await session.flush()
        listed = Price(currency_code="eur", amount=Decimal("18.50"), price_list_id=sale.id)
        return await price_set(session, Price(currency_code="eur", amount=Decimal(20)), listed)

    variant_id = await database.transact(make)
    async with database.reading() as connection:
        (price,) = await select_prices(connection, [PriceQuery(variant_id, Decimal(1))], PriceContext("eur"))
    assert (price.unit_price, price.compare_at_unit_price) == (Decimal("18.50"), Decimal(20))


async def as_published(connection: AsyncConnection, variant_id: str, context: PriceContext) -> object:
    chosen = selected_price("ps.price_set_id", "NULL::numeric", "$2::text", "$3::jsonb")
    row = await one(
        connection,
        f"""SELECT {calculated_price_json("cp", "ps.price_set_id", "$2::text")}::text
        FROM product_variant_price_set ps LEFT JOIN LATERAL {chosen} AS cp ON true WHERE ps.variant_id = $1::text""",  # noqa: S608 - our own fragments
        variant_id,
        context.currency_code,
        context.as_json(),
    )
    assert row is not None
    return json.loads(row[0]) if row[0] else None


async def test_a_page_publishes_medusas_keys(database: Database) -> None:
    price = Price(id="price_1", currency_code="eur", amount=Decimal("20.50"), max_quantity=Decimal(9))
    variant_id = await database.transact(lambda session: price_set(session, price))
    async with database.reading() as connection:
        shown = await as_published(connection, variant_id, PriceContext("eur"))
        none = await as_published(connection, variant_id, PriceContext("usd"))
    detail = {
        "id": "price_1",
        "price_list_id": None,
        "price_list_type": None,
        "min_quantity": None,
        "max_quantity": 9,
    }
    assert shown == {
        "id": price.price_set_id,
        "is_calculated_price_price_list": False,
        "is_calculated_price_tax_inclusive": False,
        "calculated_amount": 20.5,
        "raw_calculated_amount": {"value": "20.5", "precision": 20},
        "is_original_price_price_list": False,
        "is_original_price_tax_inclusive": False,
        "original_amount": 20.5,
        "raw_original_amount": {"value": "20.5", "precision": 20},
        "currency_code": "eur",
        "calculated_price": detail,
        "original_price": detail,
    }
    assert none is None


async def test_the_fragment_reads_prices_by_their_index(database: Database) -> None:
    chosen = selected_price("ps.price_set_id", "NULL::numeric", "'eur'", "'{}'::jsonb")
    async with database.reading() as connection:
        await run(
            connection, "SET enable_seqscan = off"
        )  # the tables are empty: ask what is possible, not what is cheap
        rows = await run(
            connection,
            f"EXPLAIN SELECT * FROM product_variant_price_set ps LEFT JOIN LATERAL {chosen} AS cp ON true",  # noqa: S608 - our own fragment
        )
    plan = "\n".join(row[0] for row in rows)
    assert "ix_price_price_set_id_currency_code" in plan
    assert "ix_price_rule_price_id" in plan
    assert "ix_price_list_rule_price_list_id" in plan


async def test_a_cart_is_priced_by_whose_and_where_it_is(database: Database) -> None:
    async def make(session: AsyncSession) -> tuple[str, str]:
        shop = await make_shop(session)
        price_set_id = (await price_sets_of_variants(session, [shop.variants["pen"]]))[shop.variants["pen"]]
        rules = [NewPriceRule("sales_channel_id", shop.channel_id), NewPriceRule("email", "a@b.example")]
        await add_prices(session, [(price_set_id, NewPrice(Decimal("1.5"), "eur", rules=rules))])
        elsewhere = [NewPriceRule("shipping_address.city", "Nowhere")]
        await add_prices(session, [(price_set_id, NewPrice(Decimal("0.5"), "eur", rules=elsewhere))])
        return await new_cart(session, shop, {"pen": 1}), shop.variants["pen"]

    cart_id, variant_id = await database.transact(make)
    async with database.reading() as connection:
        line = await one(connection, "SELECT unit_price FROM cart_line_item WHERE cart_id = $1", cart_id)
        (anyone,) = await select_prices(connection, [PriceQuery(variant_id)], PriceContext("eur"))
    assert line is not None
    assert (line.unit_price, anyone.unit_price) == (Decimal("1.5"), Decimal("1.99"))
