"""`/admin/price-lists`: prices of variants that hold for a time or for some customers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.pricing.service import NewPrice
from commerce.product.types import NewOption, NewProduct, NewVariant
from kit.db import Database, run
from operations.create_product import CreatedProduct, ProductOffer, create_products
from operations.offer_variants import VariantOffer
from queries.prices import PriceContext, PriceQuery, select_prices
from tests.support.statements import recorded_statements

PATH = "/admin/price-lists"
LISTED = "fields=*prices,prices.price_set.variant.id,prices.price_rules.attribute,prices.price_rules.value"
Json = dict[str, Any]
Ask = Callable[..., Awaitable[Json]]


@pytest.fixture
def ask(client: AsyncClient, admin: dict[str, str]) -> Ask:
    """Return a function that asks as an admin and returns what was answered, or its refusal."""

    async def send(method: str, path: str = "", **body: Any) -> Json:  # noqa: ANN401 - JSON
        response = await client.request(method, PATH + path, headers=admin, json=body or None)
        answer: Json = response.json()
        return answer if response.status_code == 200 else {"status": response.status_code, **answer}

    return send


@pytest.fixture
async def shirt(database: Database) -> CreatedProduct:
    """Return a product whose three variants cost 20 euros."""
    return await database.transact(lambda session: make_product(session, "Shirt", ("S", "M", "L")))


async def make_product(session: AsyncSession, title: str, sizes: tuple[str, ...]) -> CreatedProduct:
    offers = [
        VariantOffer(NewVariant(size, {"Size": size}, manage_inventory=False), [NewPrice(Decimal(20), "eur")])
        for size in sizes
    ]
    (made,) = await create_products(session, [ProductOffer(NewProduct(title, [NewOption("Size", sizes)]), offers)])
    return made


async def cost(
    database: Database, variant_id: str, quantity: int = 1, **attributes: str
) -> tuple[Decimal | None, Decimal | None]:
    """Return what a variant costs, and what it is compared with."""
    context = PriceContext("eur", None, {name.replace("__", "."): [value] for name, value in attributes.items()})
    async with database.reading() as connection:
        (price,) = await select_prices(connection, [PriceQuery(variant_id, Decimal(quantity))], context)
    return price.unit_price, price.compare_at_unit_price


def price(variant_id: str, amount: float, **more: Any) -> Json:  # noqa: ANN401 - JSON
    return {"variant_id": variant_id, "currency_code": "EUR", "amount": amount, **more}


async def test_a_list_changes_what_is_paid_while_it_counts(ask: Ask, database: Database, shirt: CreatedProduct) -> None:
    small, medium, large = shirt.variant_ids
    body = {
        "title": "VIP",
        "description": "d",
        "status": "active",
        "rules": {"customer.groups.id": ["cusgroup_1", "cusgroup_2"], "sales_channel_id": ["sc_1"]},
        "prices": [
            price(small, 15),
            price(medium, 12.5, min_quantity=3, max_quantity=5),
            price(large, 11, rules={"region_id": "reg_1", "email": "a@b.example"}),
        ],
        "metadata": {"a": 1},
    }
    made = (await ask("POST", **body))["price_list"]
    assert (made["type"], made["rules"], made["metadata"]) == ("sale", body["rules"], {"a": 1})
    vip = {"customer__groups__id": "cusgroup_2", "sales_channel_id": "sc_1"}
    assert await cost(database, small) == (20, None)
    assert await cost(database, small, customer__groups__id="cusgroup_2") == (20, None)  # one of two rules
    assert await cost(database, small, **vip) == (15, 20)
    assert [await cost(database, medium, units, **vip) for units in (2, 3, 5, 6)] == [
        (20, None),
        (Decimal("12.5"), 20),
        (Decimal("12.5"), 20),
        (20, None),
    ]
    assert await cost(database, large, **vip, region_id="reg_1", email="a@b.example") == (11, 20)
    assert await cost(database, large, **vip, region_id="reg_1") == (20, None)

    async def counted(**change: Any) -> Decimal | None:  # noqa: ANN401 - JSON
        await ask("POST", f"/{made['id']}", **change)
        return (await cost(database, small, **vip))[0]

    assert await counted(rules={}) == 15
    assert await cost(database, small) == (15, 20)
    assert await counted(starts_at="2999-01-01T00:00:00.000Z") == 20
    assert await counted(starts_at="2020-01-01T00:00:00.000Z", ends_at="2020-02-01") == 20
    assert await counted(ends_at=None, metadata={"b": 2}) == 15
    assert await counted(status="draft") == 20
    assert await counted(status="active", type="override") == 15
    assert await cost(database, small) == (15, None)
    kept = (await ask("GET", f"/{made['id']}"))["price_list"]
    assert (kept["metadata"], kept["starts_at"], kept["rules"]) == (
        {"a": 1, "b": 2},
        "2020-01-01T00:00:00.000Z",
        {},
    )
    for _ in range(2):
        assert await ask("DELETE", f"/{made['id']}") == {"id": made["id"], "object": "price_list", "deleted": True}
    assert await cost(database, small) == (20, None)
    assert (await ask("GET", f"/{made['id']}/prices"))["count"] == 0


async def test_prices_are_changed_in_one_batch(
    ask: Ask, database: Database, state: State, shirt: CreatedProduct
) -> None:
    small, medium, large = shirt.variant_ids
    list_id = (await ask("POST", title="Sale", description="d", status="active"))["price_list"]["id"]
    counts = []
    for units in (1, 30):
        new = [price(small, n + 1, min_quantity=n, rules={"x": str(n)}) for n in range(units)]
        with recorded_statements(state.database) as sent:
            made = (await ask("POST", f"/{list_id}/prices/batch", create=new))["created"]
        counts.append(len(sent))
        assert [each["amount"] for each in made] == [n + 1 for n in range(units)]
        changes = [
            {"id": each["id"], "variant_id": medium, "amount": 7, "rules": {"y": "1", "z": "2"}} if n % 2 else
            {"id": each["id"], "variant_id": small, "max_quantity": 500}
            for n, each in enumerate(made)
        ]  # fmt: skip
        with recorded_statements(state.database) as sent:
            changed = (await ask("POST", f"/{list_id}/prices/batch", update=changes))["updated"]
        if units > 1:
            counts.append(len(sent))
        gone = [each["id"] for each in made[2:]]
        answer = await ask("POST", f"/{list_id}/prices/batch", delete=[*gone, *gone, "price_gone"])
        assert answer["deleted"] == {"ids": [*gone, *gone, "price_gone"], "object": "price", "deleted": True}
    assert counts[0] == counts[1]
    assert [changed[n]["price_set"]["variant"]["id"] for n in (0, 1)] == [small, medium]
    assert (changed[0]["amount"], changed[0]["max_quantity"], changed[0]["min_quantity"]) == (1, 500, 0)
    assert {(each["attribute"], each["value"]) for each in changed[1]["price_rules"]} == {("y", "1"), ("z", "2")}
    assert await cost(database, medium, y="1", z="2") == (7, 20)
    shown = (await ask("GET", f"/{list_id}?{LISTED}"))["price_list"]
    assert shown.keys() == {"id", "prices"}
    last = next(each for each in shown["prices"] if each["id"] == changed[1]["id"])
    assert (last["variant_id"], last["rules"], last["raw_amount"]) == (
        *(medium, {"y": "1", "z": "2"}, {"value": "7", "precision": 20}),
    )
    with recorded_statements(state.database) as sent:
        page = await ask("GET", f"/{list_id}/prices?limit=2")
    assert (len(sent), len(page["prices"]), page["count"]) == (2, 2, 3)
    await ask("POST", f"/{list_id}/prices/batch", create=[price(large, 3)])
    other = await database.transact(lambda session: make_product(session, "Other", ("S",)))
    await ask("POST", f"/{list_id}/products", remove=[other.id])
    assert await cost(database, large) == (3, 20)
    assert (await ask("POST", f"/{list_id}/products", remove=[shirt.id]))["price_list"]["id"] == list_id
    assert await cost(database, large) == (20, None)


async def test_a_refused_batch_changes_nothing_and_names_the_element(
    ask: Ask, database: Database, shirt: CreatedProduct
) -> None:
    small, medium, _ = shirt.variant_ids
    sale = {"description": "d", "status": "active", "prices": [price(small, 18)]}
    lists = [(await ask("POST", title=title, **sale))["price_list"]["id"] for title in ("one", "two")]
    foreign = (await ask("GET", f"/{lists[1]}/prices"))["prices"][0]["id"]
    cheap = [price(medium, 1)]
    refusals: list[tuple[Json, int, str]] = [
        ({"create": [*cheap, price("variant_x", 1)]}, 400, "No price set exist for variants: variant_x"),
        (
            {"create": cheap, "update": [{"id": "price_x", "variant_id": small}]},
            404,
            "Price with id: price_x was not found",
        ),
        (
            {"create": cheap, "update": [{"id": foreign, "variant_id": small, "amount": 1}]},
            404,
            f"Price with id: {foreign} was not found",
        ),
        ({"create": cheap, "delete": [foreign]}, 404, f"Price with id: {foreign} was not found"),
        (
            {"create": [price(small, 1, min_quantity=5, max_quantity=4)]},
            400,
            "A price's min_quantity must not be greater than its max_quantity",
        ),
        (
            {"create": [price(small, 1, rules={"region_id": 5})]},
            400,
            "Invalid request: Field 'create, 0, rules, region_id' is required",
        ),
    ]
    for body, status, message in refusals:
        refused = await ask("POST", f"/{lists[0]}/prices/batch", **body)
        assert (refused["status"], refused["message"]) == (status, message)
    assert await cost(database, medium) == (20, None)
    for path in ("", "/prices/batch", "/products"):
        refused = await ask("POST", f"/plist_x{path}")
        assert (refused["status"], refused["message"]) == (404, "Price list with id: plist_x was not found")
    assert (await ask("POST", title="x", description="d", starts_at="soon"))["status"] == 400
    async with database.reading() as connection:
        told = await run(connection, "SELECT name FROM outbox_event WHERE name LIKE 'price%'")
    assert not told  # contract section 23


async def test_lists_are_found(ask: Ask, state: State) -> None:
    queries: Mapping[str, list[str]] = {
        "": ["Summer", "Winter"],
        "q=summ": ["Summer"],
        "q=cold": ["Winter"],
        "status[0]=active": ["Winter"],
        "rules_count[]=1": ["Winter"],
        "ends_at[$gte]=2030-01-01": ["Summer"],
        "$or[0][q]=cold&$or[1][ends_at][$lt]=2050-01-01": ["Summer", "Winter"],
        "order=-title": ["Winter", "Summer"],
    }
    await ask("POST", "?limit=3&q=x", title="Summer", description="d", ends_at="2040-01-01T00:00:00Z")
    await ask("POST", title="Winter", description="Cold", status="active", rules={"region_id": ["reg_1"]})
    for query, titles in queries.items():
        with recorded_statements(state.database) as sent:
            page = await ask("GET", f"?{query}")
        assert (query, [each["title"] for each in page["price_lists"]]) == (query, titles)
        assert len(sent) == 2
    refused = await ask("GET", "?status[]=open")
    assert refused["message"] == "Invalid request: Expected: 'active, draft' for field 'status', but got: 'open'"
