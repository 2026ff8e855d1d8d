"""`/admin/products`: rules, refusals, races and costs; the recorded answers are asked in tests/contract."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, value
from kit.settings import Settings
from operations.seed.first_start import FirstStart, first_start
from tests.support.catalogue import Merchant, events, shirt, variant


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_body_bytes": 1 << 20})


@pytest.fixture
def merchant(client: AsyncClient, admin: dict[str, str]) -> Merchant:
    return Merchant(client, admin)


@pytest.fixture
async def start(database: Database) -> FirstStart:
    return await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default"]))


async def test_a_product_is_made_with_all_that_sells_it(
    merchant: Merchant, start: FirstStart, database: Database
) -> None:
    tag = (await merchant.post("/product-tags", {"value": "new"}))["product_tag"]["id"]
    before = len(await events(database))
    made = await merchant.product(
        "Tee - Black",
        handle="",
        images=[{"url": "http://x/1.png"}, {"url": "http://x/2.png"}],
        tags=[{"id": tag}],
        sales_channels=[{"id": start.sales_channel_id}],
        shipping_profile_id=start.shipping_profile_id,
        is_giftcard="false",
        metadata={"care": "cold"},
        additional_data={"x": 1},
    )
    assert (made["handle"], made["status"], made["thumbnail"]) == ("tee-black", "draft", "http://x/1.png")
    assert [image["rank"] for image in made["images"]] == [0, 1]
    assert [each["id"] for each in made["tags"]] == [tag]
    assert [each["id"] for each in made["sales_channels"]] == [start.sales_channel_id]
    small, medium = made["variants"]
    assert [price["amount"] for price in small["prices"]] == [10, 12.5]
    assert small["options"][0]["value"] == "S"
    assert [image["url"] for image in medium["images"]] == ["http://x/1.png", "http://x/2.png"]
    stored = await merchant.get(f"/products/{made['id']}?fields=*shipping_profile,*variants.inventory_items.inventory")
    assert stored["product"]["shipping_profile"]["id"] == start.shipping_profile_id
    items = [each["inventory_items"][0]["inventory"] for each in stored["product"]["variants"]]
    assert [item["sku"] for item in items] == ["Tee - Black-S", "Tee - Black-M"]
    assert await events(database, after=before) == [
        *(("inventory-item.created", item["id"]) for item in items),
        *(("product-variant.created", each["id"]) for each in made["variants"]),
        ("product.created", made["id"]),
    ]


async def test_a_repeated_request_makes_one_product(merchant: Merchant, database: Database) -> None:
    key = {"idempotency-key": "once"}
    first = await merchant.send("POST", "/products", shirt(), headers=key)
    assert await merchant.send("POST", "/products", shirt(), headers=key) == first
    assert [name for name, _ in await events(database)].count("product.created") == 1


def with_variant(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return shirt() | {"variants": [variant("x", Size="S") | more]}


PART = {"inventory_item_id": "iitem_x", "required_quantity": 1}
TIER = {"currency_code": "eur", "amount": 1, "min_quantity": 5, "max_quantity": 4}
NO_SUCH = "You tried to set relationship {}, but such entity does not exist"
TOO_SMALL = "Invalid request: Value for field '{}' too small, expected at least: '0'"
REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no options": ({"title": "A"}, 400, "Product options are not provided for: [A]."),
    "a taken handle": (shirt() | {"handle": "taken"}, 400, "Product with handle: taken, already exists."),
    "a bad handle": (
        shirt() | {"handle": "Bad Handle!"},
        400,
        "Invalid product handle 'Bad Handle!'. It must contain URL safe characters",
    ),
    "an unknown value": (
        with_variant(options={"Size": "XL"}),
        400,
        "Option value XL does not exist for option Size",
    ),
    "an unknown option": (with_variant(options={"Colour": "S"}), 400, "Option Colour does not exist"),
    "twins": (
        shirt() | {"variants": [variant("x", Size="S"), variant("y", Size="S")]},
        400,
        "Variant (x) with provided options already exists.",
    ),
    "a taken sku": (with_variant(sku="taken-S"), 400, "Product variant with sku: taken-S, already exists."),
    "an option named twice": (
        shirt() | {"options": [{"title": "Size", "values": ["S"]}, {"title": "Size", "values": ["M"]}]},
        400,
        "Option Size is named twice in one product",
    ),
    "an unknown collection": (
        shirt() | {"collection_id": "pcol_x"},
        404,
        NO_SUCH.format("collection_id: pcol_x"),
    ),
    "an unknown tag": (shirt() | {"tags": [{"id": "ptag_x"}]}, 404, NO_SUCH.format("product_tag_id: ptag_x")),
    "an unknown channel": (
        shirt() | {"sales_channels": [{"id": "sc_x"}]},
        404,
        "Sales channel with id: sc_x was not found",
    ),
    "an unknown profile": (
        shirt() | {"shipping_profile_id": "sp_x"},
        404,
        "Shipping profile with id: sp_x was not found",
    ),
    "an unknown part": (with_variant(inventory_items=[PART]), 404, "Inventory item with id: iitem_x was not found"),
    "an unknown shared option": (
        shirt() | {"options": [{"id": "opt_x"}], "variants": []},
        404,
        "Product option with id: opt_x was not found",
    ),
    "an empty tier": (
        with_variant(prices=[TIER]),
        400,
        "A price's min_quantity must not be greater than its max_quantity",
    ),
    "a part of nothing": (
        with_variant(inventory_items=[PART | {"required_quantity": 0}]),
        400,
        TOO_SMALL.format("variants, 0, inventory_items, 0, required_quantity"),
    ),
    "no title": ({"title": None}, 400, "Invalid request: Expected type: 'string' for field 'title', got: 'null'"),
    "half a rank": (with_variant(variant_rank=1.5), 400, "Invalid request: 1.5 is not a whole number"),
    "an unknown key of a variant": (
        with_variant(colour="red"),
        400,
        "Invalid request: Unrecognized fields: 'colour'",
    ),
}


async def test_each_refusal_says_why_and_leaves_nothing(merchant: Merchant, database: Database) -> None:
    await merchant.product("taken")
    before = await events(database)
    for case, (body, status, message) in REFUSED.items():
        refused = await merchant.post("/products", body, status=status)
        assert (case, refused["message"]) == (case, message)
    assert await events(database) == before
    assert (await merchant.get("/products"))["count"] == 1
    assert (await merchant.get("/inventory-items"))["count"] == 2


async def test_what_is_left_out_stays_and_sets_are_replaced(merchant: Merchant, start: FirstStart) -> None:
    tags = [(await merchant.post("/product-tags", {"value": each}))["product_tag"]["id"] for each in "ab"]
    made = await merchant.product(
        subtitle="Soft",
        tags=[{"id": tags[0]}],
        images=[{"url": "1"}, {"url": "2"}],
        sales_channels=[{"id": start.sales_channel_id}],
        shipping_profile_id=start.shipping_profile_id,
        metadata={"a": 1, "b": 2},
    )
    kept = made["images"][1]
    images = [{"id": kept["id"], "url": "two"}, {"url": "3"}]
    given = {"title": "New", "tags": [{"id": tags[1]}], "images": images, "metadata": {"a": "", "c": 3}}
    path = f"/products/{made['id']}?fields=*shipping_profile"
    changed = (await merchant.post(path, given))["product"]
    assert (changed["title"], changed["subtitle"], changed["metadata"]) == ("New", "Soft", {"b": 2, "c": 3})
    assert [each["id"] for each in changed["tags"]] == [tags[1]]
    assert [each["url"] for each in changed["images"]] == ["two", "3"]
    assert changed["images"][0]["id"] == kept["id"]
    assert changed["sales_channels"] and changed["shipping_profile"]  # noqa: PT018 - one state
    cleared = {"sales_channels": [], "tags": [], "shipping_profile_id": None, "subtitle": None, "status": "published"}
    bare = (await merchant.post(path, cleared))["product"]
    assert (bare["sales_channels"], bare["tags"], bare["shipping_profile"], bare["subtitle"]) == ([], [], None, None)
    assert (bare["status"], len(bare["variants"]), len(bare["options"])) == ("published", 2, 1)
    for body, status in (({"handle": "A b"}, 400), ({"images": [{"id": "img_x", "url": "1"}]}, 404), ({"x": 1}, 400)):
        await merchant.post(path, body, status=status)
    missing = await merchant.post("/products/prod_x", {"title": "x"}, status=404)
    assert missing["message"] == "Product with id: prod_x was not found"


async def test_the_variants_of_an_update_are_all_that_stay(merchant: Merchant, database: Database) -> None:
    made = await merchant.product()
    small, medium = (each["id"] for each in made["variants"])
    other = (await merchant.product("Other"))["variants"][0]["id"]
    before = len(await events(database))
    new = {"title": "Large", "options": {"Size": "L"}, "prices": [{"currency_code": "EUR", "amount": 20}]}
    body = {"variants": [{"id": medium, "title": "Middle"}, new]}
    changed = (await merchant.post(f"/products/{made['id']}", body))["product"]
    titles = {each["title"]: each for each in changed["variants"]}
    assert sorted(titles) == ["Large", "Middle"]
    assert [price["currency_code"] for price in titles["Large"]["prices"]] == ["eur"]
    assert len(titles["Middle"]["prices"]) == 2
    names = [name for name, id_ in await events(database, after=before) if id_ != small]
    assert names == [
        *("inventory-item.deleted", "product-variant.updated", "inventory-item.created", "product-variant.created"),
        "product.updated",
    ]
    for variants, status, message in (
        ([{"id": other}], 404, f"Product variant with id: {other} was not found"),
        ([{"sku": "x"}], 400, "Invalid request: Field 'variants, 0, title' is required"),
        ([{"title": "x", "prices": [{"amount": 1}]}], 400, "A new price needs currency_code"),
    ):
        refused = await merchant.post(f"/products/{made['id']}", {"variants": variants}, status=status)
        assert refused["message"] == message


async def test_a_deleted_product_takes_along_what_is_its_own(merchant: Merchant, database: Database) -> None:
    mug = await merchant.product("Mug", sizes=("S",))
    fields = "?fields=*variants.inventory_items"
    item = (await merchant.get(f"/products/{mug['id']}{fields}"))["product"]["variants"][0]["inventory_items"][0]
    shared = (await merchant.post("/product-options", {"title": "Colour", "values": ["Red"]}))["product_option"]["id"]
    parts = [{"inventory_item_id": item["inventory_item_id"], "required_quantity": 2}]
    kit = await merchant.product(
        "Kit",
        options=[{"title": "Set", "values": ["1"]}, {"id": shared}],
        variants=[variant("KIT", Set="1", Colour="Red") | {"inventory_items": parts}, variant("BOX", Set="1")],
    )
    before = len(await events(database))
    assert await merchant.delete(f"/products/{kit['id']}") == {"id": kit["id"], "object": "product", "deleted": True}
    gone = [name for name, _ in await events(database, after=before)]
    assert gone == ["inventory-item.deleted", "product-option.deleted", "product.deleted"]  # the mug's item stays
    await merchant.delete(f"/products/{kit['id']}")
    assert len(await events(database)) == before + 3
    assert (await merchant.get("/products?with_deleted=true&fields=id"))["count"] == 2
    assert (await merchant.get("/product-variants?with_deleted=true&sku[]=KIT,BOX"))["count"] == 2
    assert (await merchant.get("/product-variants?sku[]=KIT,BOX"))["count"] == 0
    assert [each["id"] for each in (await merchant.get("/product-options?title=Colour"))["product_options"]] == [shared]
    await merchant.send("GET", f"/products/{kit['id']}", status=404)
    await merchant.product("Kit", sizes=())  # handle and skus are free again
    async with database.reading() as connection:
        left = await value(connection, "SELECT count(*) FROM price WHERE deleted_at IS NULL")
    assert left == 2


async def test_a_product_whose_stock_is_promised_stays(merchant: Merchant) -> None:
    made = await merchant.product(sizes=("S",))
    place = (await merchant.post("/stock-locations", {"name": "Here"}))["stock_location"]["id"]
    item = (await merchant.get("/inventory-items?sku=Shirt-S"))["inventory_items"][0]["id"]
    await merchant.post(f"/inventory-items/{item}/location-levels", {"location_id": place, "stocked_quantity": 3})
    body = {"inventory_item_id": item, "location_id": place, "quantity": 1}
    reservation = (await merchant.post("/reservations", body))["reservation"]["id"]
    for path in (f"/products/{made['id']}", f"/products/{made['id']}/variants/{made['variants'][0]['id']}"):
        refused = await merchant.send("DELETE", path, status=400)
        assert refused == {
            "type": "invalid_data",
            "message": f"Cannot remove following inventory item(s) since they have reservations: [{item}].",
        }
    assert len((await merchant.get(f"/products/{made['id']}"))["product"]["variants"]) == 1
    await merchant.delete(f"/reservations/{reservation}")
    await merchant.delete(f"/products/{made['id']}")
    assert (await merchant.get("/inventory-items"))["count"] == 0


async def test_a_list_is_narrowed_and_sorted(merchant: Merchant, start: FirstStart) -> None:
    ids = [
        (await merchant.product(title, sizes=("S",), status=status, sales_channels=channels))["id"]
        for title, status, channels in (
            ("Cup", "published", [{"id": start.sales_channel_id}]),
            ("Bowl", "draft", []),
            ("Amphora", "draft", []),
        )
    ]
    for query, wanted in {
        "order=title": [2, 1, 0],
        "order=-title": [0, 1, 2],
        "order=-created_at&limit=1&offset=1": [1],
        "status[]=draft&order=id": [1, 2],
        f"sales_channel_id={start.sales_channel_id}": [0],
        "variants[sku]=Bowl-S": [1],
        "q=AMPH": [2],
        "q=owl-s": [1],
        f"id[]={ids[0]},{ids[1]}": [0, 1],
        "created_at[$gte]=2020-01-01T00:00:00Z&handle=cup&nothing=known": [0],
        "price_list_id[]=plist_x": [],
    }.items():
        found = (await merchant.get(f"/products?fields=id&{query}"))["products"]
        assert (query, [each["id"] for each in found]) == (query, [ids[place] for place in wanted])
    await merchant.send("GET", "/products?status[]=live", status=400)
