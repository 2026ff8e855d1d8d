"""What the services of the catalogue refuse, in the contract's words, and what they write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.options import NewShippingOption
from commerce.inventory.service import NewInventoryLevel, create_levels
from commerce.pricing.models import PriceListStatus
from commerce.pricing.service import NewPrice, create_price_sets, prefer
from commerce.product.categories import create_category
from commerce.product.types import NewOption, NewProduct, NewVariant
from commerce.tax.service import NewTaxRate, create_tax_rate, create_tax_region
from kit.db import Database, run, value
from kit.errors import CommerceError
from operations.create_price_list import create_price_list
from operations.create_product import ProductOffer, create_offer
from operations.create_region import create_region
from operations.create_shipping_option import create_shipping_option
from operations.offer_variants import VariantOffer
from operations.set_store_currencies import set_store_currencies
from operations.shipping_prices import ShippingPrice
from tests.support.recorded_shop import RecordedShop, build_recorded_shop

SIZES = [NewOption("Size", ["S", "M"])]
Step = Callable[[AsyncSession, RecordedShop], Awaitable[object]]


def product(*variants: NewVariant, handle: str | None = None, title: str = "Shirt") -> Step:
    new = NewProduct(title=title, options=SIZES, handle=handle)
    return lambda session, _shop: create_offer(
        session, ProductOffer(new, [VariantOffer(variant) for variant in variants])
    )


REFUSED: dict[str, tuple[Step, str]] = {
    "a handle that is taken": (product(handle="mug"), "Product with handle: mug, already exists."),
    "a sku that is taken": (
        product(NewVariant("S", {"Size": "S"}, sku="MUG")),
        "Product variant with sku: MUG, already exists.",
    ),
    "a handle that is none": (
        product(handle="Bad Handle!"),
        "Invalid product handle 'Bad Handle!'. It must contain URL safe characters",
    ),
    "a product without options": (
        lambda session, _shop: create_offer(session, ProductOffer(NewProduct(title="No opts", options=[]))),
        "Product options are not provided for: [No opts].",
    ),
    "a value that no option has": (
        product(NewVariant("X", {"Size": "XL"})),
        "Option value XL does not exist for option Size",
    ),
    "the same combination twice": (
        product(NewVariant("S", {"Size": "S"}), NewVariant("S again", {"Size": "S"})),
        "Variant (S) with provided options already exists.",
    ),
    "a country that has a region": (
        lambda session, _shop: create_region(session, name="Dup", currency_code="eur", countries=["DE", "at"]),
        'Countries with codes: "de" are already assigned to a region',
    ),
    "a country that does not exist": (
        lambda session, _shop: create_region(session, name="X", currency_code="eur", countries=["xx", "de"]),
        'Countries with codes: "xx" do not exist',
    ),
    "a country's tax region twice": (
        lambda session, _shop: create_tax_region(session, "DE", provider_id="tp_system"),
        "Tax region with country_code: de, already exists.",
    ),
    "a country's tax region without provider": (
        lambda session, _shop: create_tax_region(session, "it"),
        "Invalid request: Provider is required when creating a non-province tax region.",
    ),
    "a second default rate": (
        lambda session, shop: create_tax_rate(
            session, shop.labels["tax_de"], NewTaxRate("x", "x", Decimal(20), is_default=True)
        ),
        "Tax rate with tax_region_id: {tax_de}, already exists.",
    ),
    "a provider that the location does not work with": (
        lambda session, shop: create_shipping_option(
            session,
            NewShippingOption(
                "x", shop.labels["zone_eu"], shop.labels["profile"], "nope_nope", shop.labels["option_type"]
            ),
            [],
        ),
        "Providers (nope_nope) are not enabled for the service location",
    ),
    "no default currency": (
        lambda session, shop: set_store_currencies(session, shop.labels["store"], {"eur": False}),
        "There should be a default currency set for the store",
    ),
    "a level that is there": (
        lambda session, shop: create_levels(
            session, [NewInventoryLevel(shop.labels["mug_item"], shop.labels["location_eu"])]
        ),
        "Inventory level with inventory_item_id: {mug_item}, location_id: {location_eu}, already exists.",
    ),
    "negative stock": (
        lambda session, shop: create_levels(
            session, [NewInventoryLevel(shop.labels["rare_item"], shop.labels["location_us"], Decimal(-1))]
        ),
        "A quantity in stock must not be negative",
    ),
    "a tier that nothing fits": (
        lambda session, _shop: create_price_sets(
            session, [[NewPrice(Decimal(1), "eur", min_quantity=Decimal(5), max_quantity=Decimal(4))]]
        ),
        "A price's min_quantity must not be greater than its max_quantity",
    ),
}


async def test_each_refusal_says_why_in_the_contracts_words(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    for case, (step, sentence) in REFUSED.items():
        with pytest.raises(CommerceError) as refused:
            await database.transact(lambda session, step=step: step(session, shop))  # type: ignore[misc]  # bound at once
        assert (case, refused.value.message) == (case, sentence.format(**shop.labels))


async def test_a_country_that_was_refused_leaves_no_region(database: Database) -> None:
    await database.transact(build_recorded_shop)

    async def count() -> int:
        async with database.reading() as connection:
            found: int = await value(connection, "SELECT count(*) FROM region")
        return found

    before = await count()
    with pytest.raises(CommerceError):
        await database.transact(
            lambda session: create_region(session, name="X", currency_code="eur", countries=["at", "de"])
        )
    assert await count() == before


async def test_a_new_product_is_announced(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    async with database.reading() as connection:
        ids = [
            row[0]
            for row in await run(connection, "SELECT data ->> 'id' FROM outbox_event WHERE name = 'product.created'")
        ]
    assert shop.labels["tee"] in ids


async def test_a_regions_shipping_price_is_a_price_of_its_currency(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    option = NewShippingOption(
        "Bike", shop.labels["zone_eu"], shop.labels["profile"], "manual_manual", shop.labels["option_type"]
    )
    price = ShippingPrice(Decimal(3), region_id=shop.labels["region_eu"])
    row = await database.transact(lambda session: create_shipping_option(session, option, [price]))
    async with database.reading() as connection:
        found = await run(
            connection,
            """SELECT p.currency_code, p.rules_count, r.attribute, r.value FROM shipping_option_price_set s
            JOIN price p ON p.price_set_id = s.price_set_id JOIN price_rule r ON r.price_id = p.id
            WHERE s.shipping_option_id = $1""",
            row.id,
        )
    assert [tuple(each) for each in found] == [("eur", 1, "region_id", shop.labels["region_eu"])]


async def test_a_price_list_knows_its_variants_price_sets(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    prices = [(shop.labels["sofa_v"], NewPrice(Decimal(400), "eur")), ("variant_x", NewPrice(Decimal(1), "eur"))]
    with pytest.raises(CommerceError, match="variant_x"):
        await database.transact(
            lambda session: create_price_list(
                session, title="T", description="", prices=prices, status=PriceListStatus.ACTIVE
            )
        )


async def test_a_preference_is_said_once(database: Database) -> None:
    for said in (None, True, None):
        await database.transact(
            lambda session, said=said: prefer(session, "currency_code", "eur", is_tax_inclusive=said)  # type: ignore[misc]  # bound at once
        )
    async with database.reading() as connection:
        rows = await run(connection, "SELECT is_tax_inclusive FROM price_preference WHERE value = 'eur'")
    assert [row[0] for row in rows] == [True]


async def test_categories_keep_their_order(database: Database) -> None:
    async def plant(session: AsyncSession) -> None:
        root = await create_category(session, "Root")
        for name in ("One", "Two"):
            await create_category(session, name, parent_category_id=root.id)
        await create_category(session, "First", parent_category_id=root.id, rank=0)

    await database.transact(plant)
    async with database.reading() as connection:
        rows = await run(
            connection,
            """SELECT c.name, c.rank, c.mpath = p.id || '.' || c.id AS is_below FROM product_category c
            JOIN product_category p ON p.id = c.parent_category_id ORDER BY c.rank""",
        )
    assert [tuple(row) for row in rows] == [("First", 0, True), ("One", 1, True), ("Two", 2, True)]
