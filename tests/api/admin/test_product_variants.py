"""`/admin/product-variants` and `/admin/products/{id}/variants`: prices, pictures, parts, filters."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from tests.support.catalogue import Json, Merchant, events, variant


@pytest.fixture
def merchant(client: AsyncClient, admin: dict[str, str]) -> Merchant:
    return Merchant(client, admin)


def amounts(shown: Json) -> list[tuple[str, float, Json]]:
    return sorted((price["currency_code"], price["amount"], price["rules"]) for price in shown["prices"])


async def test_the_prices_of_a_change_are_all_that_stay(merchant: Merchant) -> None:
    made = await merchant.product(sizes=("S", "M"))
    small, medium = made["variants"]
    path = f"/products/{made['id']}/variants/{small['id']}"
    euros, dollars = small["prices"]
    tier = {"currency_code": "EUR", "amount": 8, "min_quantity": 10, "rules": {"region_id": "reg_1"}}
    await merchant.post(path, {"prices": [{"id": euros["id"], "amount": 11, "rules": {"region_id": "reg_2"}}, tier]})
    now = (await merchant.get(path))["variant"]
    assert amounts(now) == [("eur", 8, {"region_id": "reg_1"}), ("eur", 11, {"region_id": "reg_2"})]
    assert euros["id"] in {price["id"] for price in now["prices"]}
    await merchant.post(path, {"prices": [{"id": euros["id"], "rules": {}}]})  # the amount stays, the rules go
    assert amounts((await merchant.get(path))["variant"]) == [("eur", 11, {})]
    foreign = medium["prices"][0]["id"]
    for prices, status, message in (
        ([{"id": foreign, "amount": 1}], 404, f"Price with id: {foreign} was not found"),
        ([{"id": dollars["id"], "amount": 1}], 404, f"Price with id: {dollars['id']} was not found"),
        ([{"currency_code": "eur"}], 400, "A new price needs amount"),
        ([{"id": euros["id"], "amount": None}], 400, None),
    ):
        refused = await merchant.post(path, {"prices": prices}, status=status)
        assert message is None or refused["message"] == message
    await merchant.post(path, {"prices": []})
    assert (await merchant.get(path))["variant"]["prices"] == []
    assert len((await merchant.get(f"/product-variants?id={medium['id']}"))["variants"][0]["prices"]) == 2


async def test_a_variant_is_added_changed_and_deleted(merchant: Merchant, database: Database) -> None:
    made = await merchant.product(sizes=("S",))
    path = f"/products/{made['id']}/variants"
    before = len(await events(database))
    body = variant("M", Size="M") | {"variant_rank": -1, "manage_inventory": "false", "metadata": {"a": 1}}
    shown = (await merchant.post(path, body))["product"]
    assert [each["title"] for each in shown["variants"]] == ["M", "Shirt-S"]  # by rank
    medium = shown["variants"][0]["id"]
    changed = {"sku": None, "barcode": "1", "variant_rank": 3, "metadata": {"b": 2}, "thumbnail": "t.png"}
    await merchant.post(f"{path}/{medium}", changed)
    now = (await merchant.get(f"{path}/{medium}?fields=+inventory_quantity,*inventory_items"))["variant"]
    assert (now["sku"], now["title"], now["barcode"], now["metadata"]) == (None, "M", "1", {"a": 1, "b": 2})
    assert (now["manage_inventory"], now["inventory_items"], now["inventory_quantity"]) == (False, [], None)
    answer = await merchant.delete(f"{path}/{medium}")
    assert (answer["object"], answer["parent"]["id"], len(answer["parent"]["variants"])) == ("variant", made["id"], 1)
    await merchant.delete(f"{path}/{medium}")
    kinds = [name for name, _ in await events(database, after=before)]
    assert kinds == ["product-variant.created", "product-variant.updated", "product-variant.deleted"]
    other = await merchant.product("Other")
    for method, wrong in (
        ("GET", f"{path}/{other['variants'][0]['id']}"),
        ("POST", f"{path}/{other['variants'][0]['id']}"),
        ("POST", f"/products/prod_x/variants/{other['variants'][0]['id']}"),
        ("DELETE", "/products/prod_x/variants/variant_x"),
    ):
        await merchant.send(method, wrong, {} if method == "POST" else None, status=404)
    await merchant.post(f"{path}/{made['variants'][0]['id']}", {"allow_backorder": "perhaps"}, status=400)


async def test_a_picture_is_of_some_variants_or_of_all(merchant: Merchant) -> None:
    made = await merchant.product(images=[{"url": "1"}, {"url": "2"}])
    small, medium = (each["id"] for each in made["variants"])
    first, second = (each["id"] for each in made["images"])
    path = f"/products/{made['id']}"

    async def pictures() -> list[list[str]]:
        shown = (await merchant.get(f"{path}?fields=variants.id,variants.images.id,images.variants.id"))["product"]
        return [[image["id"] for image in each["images"]] for each in shown["variants"]]

    assert await pictures() == [[first, second], [first, second]]
    answer = await merchant.post(f"{path}/images/{first}/variants/batch", {"add": [small]})
    assert answer == {"added": [small], "removed": []}
    assert await pictures() == [[first, second], [second]]
    body = {"add": [second], "remove": [first]}
    assert await merchant.post(f"{path}/variants/{medium}/images/batch", body) == {
        "added": [second],
        "removed": [first],
    }
    assert await pictures() == [[first], [second]]
    await merchant.post(f"{path}/variants/{medium}/images/batch", {"add": [second]})  # again is no error
    other = await merchant.product("Other", images=[{"url": "3"}])
    for wrong, body in (
        (f"{path}/images/{first}/variants/batch", {"add": [other["variants"][0]["id"]]}),
        (f"{path}/images/{other['images'][0]['id']}/variants/batch", {"add": [small]}),
        (f"{path}/variants/{small}/images/batch", {"add": ["img_x"]}),
    ):
        await merchant.post(wrong, body, status=404)
    await merchant.delete(f"{path}/variants/{small}")  # its picture is everybody's again
    assert await pictures() == [[first, second]]
    await merchant.post(path, {"images": []})
    assert await pictures() == [[]]


async def test_what_a_variant_is_made_of(merchant: Merchant) -> None:
    made = await merchant.product()
    small, medium = (each["id"] for each in made["variants"])
    box = (await merchant.post("/inventory-items", {"sku": "BOX"}))["inventory_item"]["id"]
    place = (await merchant.post("/stock-locations", {"name": "Here"}))["stock_location"]["id"]
    await merchant.post(f"/inventory-items/{box}/location-levels", {"location_id": place, "stocked_quantity": 7})
    path = f"/products/{made['id']}/variants"
    own = (await merchant.get("/inventory-items?sku=Shirt-S"))["inventory_items"][0]["id"]
    await merchant.post(f"{path}/{small}/inventory-items", {"inventory_item_id": box, "required_quantity": 1})
    await merchant.post(f"{path}/{small}/inventory-items/{box}", {"required_quantity": 2.5})
    answer = await merchant.delete(f"{path}/{small}/inventory-items/{own}?fields=inventory_quantity")
    assert answer["id"] == {"product": {"variant_id": small}, "inventory": {"inventory_item_id": own}}
    assert answer["parent"] == {"id": small, "manage_inventory": True, "inventory_quantity": 2}
    part = {"variant_id": small, "inventory_item_id": box}
    body = {
        "create": [{"variant_id": medium, "inventory_item_id": box, "required_quantity": 3}],
        "update": [{**part, "required_quantity": 1}],
        "delete": [{"variant_id": medium, "inventory_item_id": "iitem_x"}],
    }
    told = await merchant.post(f"{path}/inventory-items/batch", body)
    assert told["created"][0]["data"] == {"required_quantity": 3}
    assert (len(told["updated"]), len(told["deleted"])) == (1, 1)
    stock = {
        each["id"]: each["inventory_quantity"]
        for each in (await merchant.get(f"{path}?fields=inventory_quantity"))["variants"]
    }
    assert stock == {small: 7, medium: 0}  # of the medium ones there is a box, and no shirt
    for below, body, status, message in (
        (
            f"/{small}/inventory-items",
            {"inventory_item_id": box, "required_quantity": 1},
            400,
            f"Product variant inventory item with variant_id: {small}, inventory_item_id: {box}, already exists.",
        ),
        (
            f"/{small}/inventory-items/{own}",
            {"required_quantity": 1},
            404,
            f"Variant {small} is not made of the inventory item with id: {own}",
        ),
        (
            "/inventory-items/batch",
            {
                "update": [
                    {**part, "required_quantity": 1},
                    {**part, "variant_id": medium, "inventory_item_id": own, "required_quantity": 1},
                ]
            },
            404,
            f"update[1]: Variant {medium} is not made of the inventory item with id: {own}",
        ),
        (
            "/inventory-items/batch",
            {"delete": [{"variant_id": "variant_x", "inventory_item_id": box}]},
            404,
            "Product variant with id: variant_x was not found",
        ),
    ):
        assert (await merchant.post(f"{path}{below}", body, status=status))["message"] == message


async def test_variants_are_found_by_what_they_are(merchant: Merchant) -> None:
    await merchant.product("A", sizes=("S", "M"))
    await merchant.product(
        "B", sizes=("S",), variants=[variant("B-S", Size="S") | {"manage_inventory": False, "ean": "9"}]
    )
    for query, skus in {
        "q=a-": {"A-S", "A-M"},
        "manage_inventory=false": {"B-S"},
        "ean=9&upc=null": set(),
        "$or[0][sku]=A-S&$or[1][ean]=9": {"A-S", "B-S"},
        "created_at[$lt]=2020-01-01": set(),
        "sku[]=A-M,B-S&order=-sku": {"B-S", "A-M"},
    }.items():
        found = (await merchant.get(f"/product-variants?fields=sku&{query}"))["variants"]
        assert (query, {each["sku"] for each in found}) == (query, skus)
    assert "products" not in (await merchant.get("/product-variants"))
    await merchant.send("GET", "/product-variants?nope=1", status=400)
