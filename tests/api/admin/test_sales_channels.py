"""`/admin/sales-channels`: what they offer, and who leads to them."""

from __future__ import annotations

import asyncio

from commerce.product.models import Product
from kit.db import Database, save
from tests.support.statements import recorded_statements
from tests.support.warehouse import Admin


async def test_products_are_offered_and_no_more(merchant: Admin, database: Database) -> None:
    products = [Product(id=f"prod_{n}", title=f"{n}", handle=f"{n}") for n in range(3)]
    await database.transact(lambda session: save(session, *products))
    made = await merchant.post("/sales-channels", {"name": "Outlet", "is_disabled": True, "metadata": {"a": 1}})
    channel = made["sales_channel"]
    assert (channel["is_disabled"], channel["metadata"]) == (True, {"a": 1})
    path, offered = f"/sales-channels/{channel['id']}/products", "SELECT product_id FROM product_sales_channel"
    for _ in range(2):  # again is no error
        await merchant.post(path, {"add": ["prod_0", "prod_1", "prod_0"]})
    await merchant.post(path, {"remove": ["prod_0", "prod_x"], "add": ["prod_2"]})
    assert sorted(await merchant.rows(offered)) == [("prod_1",), ("prod_2",)]
    assert await merchant.refused(path, {"add": ["prod_x"]}, 404) == "Product with id: prod_x was not found"
    lost = await merchant.refused("/sales-channels/sc_x/products", {"add": ["prod_1"]}, 404)
    assert lost == "Sales channel with id: sc_x was not found"


async def test_a_channel_goes_with_what_leads_to_it(merchant: Admin, channel_id: str, publishable_key: str) -> None:
    place = (await merchant.post("/stock-locations", {"name": "Kiel"}))["stock_location"]["id"]
    await merchant.post(f"/stock-locations/{place}/sales-channels", {"add": [channel_id]})
    assert len(publishable_key) == 67
    [(default,)] = await merchant.rows("SELECT default_sales_channel_id FROM store")
    refusal = await merchant.refused(f"/sales-channels/{default}", None, 400, "DELETE")
    assert refusal == f"Cannot delete default sales channels: {default}"
    await merchant.post(f"/sales-channels/{channel_id}", {"description": "last days"})
    for _ in range(2):  # again is no error, and no event
        gone = await merchant.delete(f"/sales-channels/{channel_id}")
        assert gone == {"id": channel_id, "object": "sales-channel", "deleted": True}
    links = """SELECT (SELECT count(*) FROM sales_channel_stock_location) AS a,
      (SELECT count(*) FROM api_key_sales_channel WHERE sales_channel_id = $1) AS b"""
    assert await merchant.rows(links, channel_id) == [(0, 0)]
    await merchant.get(f"/sales-channels/{channel_id}", 404)
    told = [name for name, id_ in await merchant.events("sales-channel.%") if id_ == channel_id]
    assert told == ["sales-channel.updated", "sales-channel.deleted"]


async def test_a_channel_is_linked_or_deleted_never_both(merchant: Admin, channel_id: str) -> None:
    place = (await merchant.post("/stock-locations", {"name": "Kiel"}))["stock_location"]["id"]

    async def ask(method: str, path: str, body: object) -> int:
        answer = await merchant.client.request(method, f"/admin{path}", headers=merchant.headers, json=body)
        return answer.status_code

    linked, gone = await asyncio.gather(
        ask("POST", f"/stock-locations/{place}/sales-channels", {"add": [channel_id]}),
        ask("DELETE", f"/sales-channels/{channel_id}", None),
    )
    assert (linked in {200, 404}, gone) == (True, 200)
    assert await merchant.rows("SELECT * FROM sales_channel_stock_location") == []


async def test_lists_are_narrowed_by_two_statements(merchant: Admin, app_database: Database) -> None:
    for count in (2, 5):
        while len(await merchant.rows("SELECT id FROM sales_channel")) < count:
            await merchant.post("/sales-channels", {"name": "Outlet"})
        with recorded_statements(app_database) as sent:
            assert (await merchant.get("/sales-channels?order=-name"))["count"] == count
        assert len(sent) == 2
    assert (await merchant.get("/sales-channels?q=OUTL&is_disabled=false"))["count"] == 4
    assert (await merchant.get("/sales-channels?publishable_key_id=apk_x"))["count"] == 0
    assert "Unrecognized fields" in await merchant.refused("/sales-channels", {"name": "x", "y": 1})
