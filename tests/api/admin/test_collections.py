"""`/admin/collections`: what the recorded answers do not show."""

from __future__ import annotations

from typing import Any

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.product.models import Product
from kit.db import Database, run, save
from tests.support.statements import recorded_statements


async def events(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [row[0] for row in await run(connection, "SELECT name FROM outbox_event ORDER BY id")]


async def make_products(database: Database) -> list[str]:
    products = [Product(title=name, handle=name) for name in ("one", "two", "three")]

    async def make(session: AsyncSession) -> None:
        await save(session, *products)

    await database.transact(make)
    return [product.id for product in products]


async def test_a_collection_is_made_changed_and_deleted(
    client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    async def send(method: str, below: str = "", **body: Any) -> Any:  # noqa: ANN401 - JSON
        return (await client.request(method, f"/admin/collections{below}", headers=admin, json=body or None)).json()

    made = (await send("POST", title="UI Coll", handle="", additional_data={"x": 1}))["collection"]
    assert made["handle"] == "ui-coll"
    renamed = (await send("POST", f"/{made['id']}", title="New Name", handle=""))["collection"]
    assert (renamed["title"], renamed["handle"]) == ("New Name", "new-name")
    other = (await send("POST", title="Other", metadata={"a": "b"}))["collection"]
    taken = await send("POST", f"/{other['id']}", handle="new-name")
    assert taken["message"] == "Product collection with handle: new-name, already exists."
    for below in ("/pcol_x", "/pcol_x/products"):
        assert (await send("POST", below))["message"] == "Collection with id: pcol_x was not found"
    assert (await send("GET", "?q=new&fields=+products.id"))["collections"] == [{**renamed, "products": []}]
    assert (await send("DELETE", f"/{made['id']}"))["object"] == "collection"
    assert (await send("GET", "?with_deleted=true"))["count"] == 2
    kept = [name for name in await events(database) if name.startswith("product-collection.")]
    assert kept == [f"product-collection.{what}" for what in ("created", "updated", "created", "deleted")]


async def test_a_product_is_in_one_collection_at_most(
    client: AsyncClient, admin: dict[str, str], database: Database, state: State
) -> None:
    ids = await make_products(database)
    first, second = [
        (await client.post("/admin/collections", headers=admin, json={"title": title})).json()["collection"]["id"]
        for title in ("First", "Second")
    ]

    async def link(collection: str, add: list[str], remove: list[str]) -> Any:  # noqa: ANN401 - JSON
        path = f"/admin/collections/{collection}/products?fields=products.id"
        return (await client.post(path, headers=admin, json={"add": add, "remove": remove})).json()

    async def members(collection: str) -> set[str]:
        path = f"/admin/collections/{collection}?fields=products.id"
        answer = (await client.get(path, headers=admin)).json()["collection"]
        return {product["id"] for product in answer["products"]}

    counts = []
    for add, remove in ((ids, []), (ids[:1], ids)):
        with recorded_statements(state.database) as sent:
            await link(first, add, remove)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert await members(first) == {ids[0]}  # what both lists name is in
    await link(second, [ids[0], ids[1]], [ids[2]])
    assert (await members(first), await members(second)) == (set(), {ids[0], ids[1]})
    await link(first, [], [ids[0]])  # it is not in this one
    assert await members(second) == {ids[0], ids[1]}
    refused = await link(first, [ids[0], "prod_x"], [])
    assert refused["message"] == "Products with ids: prod_x were not found"
    assert await members(first) == set()
