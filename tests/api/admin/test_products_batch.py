"""Batches and lists of products and variants: all or nothing, by the same number of statements for any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import AsyncClient

from api.state import State
from kit.db import Database
from kit.settings import Settings
from operations.seed.first_start import FirstStart, first_start
from tests.support.catalogue import Merchant, events, shirt, variant

SIZES = ("S", "M", "L")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_body_bytes": 1 << 20})


@pytest.fixture
def merchant(client: AsyncClient, admin: dict[str, str]) -> Merchant:
    return Merchant(client, admin)


@pytest.fixture
async def start(database: Database) -> FirstStart:
    return await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default"]))


async def test_a_batch_costs_the_same_whatever_its_size(merchant: Merchant, state: State, start: FirstStart) -> None:
    tag = (await merchant.post("/product-tags", {"value": "new"}))["product_tag"]["id"]
    colour = {"title": "Colour", "values": ["Red", "Blue"]}
    shared = (await merchant.post("/product-options", colour))["product_option"]["id"]
    everything = {
        "tags": [{"id": tag}],
        "images": [{"url": "1"}, {"url": "2"}],
        "sales_channels": [{"id": start.sales_channel_id}],
        "shipping_profile_id": start.shipping_profile_id,
    }

    def new(number: int) -> dict[str, Any]:
        product = shirt(f"P{number}", SIZES) | everything
        return product | {"options": [*product["options"], {"id": shared}]}

    def changed(product: dict[str, Any], number: int) -> dict[str, Any]:
        first = product["variants"][0]
        price = {"id": first["prices"][0]["id"], "amount": number}
        variants = [{"id": first["id"], "barcode": f"{product['id']}", "prices": [price]}, {"title": "New"}]
        own = {"title": f"T{number}"} if number % 2 else {"subtitle": "x", "metadata": {"n": number}}
        return {"id": product["id"], **everything, **own, "variants": variants}

    async def counted(step: str, body: list[Any]) -> tuple[int, Any]:
        return await merchant.counted(state.database, "POST", "/products/batch", {step: body})

    counts = []
    for numbers in (range(1), range(1, 101)):
        created, answer = await counted("create", [new(number) for number in numbers])
        made = answer["created"]
        assert [each["title"] for each in made] == [f"P{number}" for number in numbers]
        updated, answer = await counted("update", [changed(product, number) for number, product in enumerate(made)])
        assert [len(each["variants"]) for each in answer["updated"]] == [2 for _ in made]
        deleted, answer = await counted("delete", [product["id"] for product in made])
        assert answer["deleted"] == {"ids": [each["id"] for each in made], "object": "product", "deleted": True}
        counts.append((created, updated, deleted))
    assert counts[0] == counts[1]
    assert max(counts[1]) < 60


async def test_a_batch_is_all_or_nothing_and_names_what_fails(merchant: Merchant, database: Database) -> None:
    held = await merchant.product("held")
    free = await merchant.product("free")
    before = await events(database)
    good = {"create": [shirt("A")], "delete": [free["id"]]}
    for body, status, message in (
        ({"create": [shirt("A"), {"title": "B"}]}, 400, "create[1]: Product options are not provided for: [B]."),
        (
            {"create": [shirt("A"), shirt("B") | {"handle": "held"}]},
            400,
            "create[1]: Product with handle: held, already exists.",
        ),
        (
            {"create": [shirt("A"), shirt("B") | {"variants": [variant("held-M", Size="S")]}]},
            400,
            "create[1]: Product variant with sku: held-M, already exists.",
        ),
        (
            {"create": [shirt("A"), shirt("B") | {"options": [{"id": "opt_x"}]}]},
            404,
            "create[1]: Product option with id: opt_x was not found",
        ),
        (
            {"update": [{"id": held["id"], "title": "x"}, {"id": "prod_x", "title": "y"}]},
            404,
            "update[1]: Product with id: prod_x was not found",
        ),
        (
            {"update": [{"id": held["id"], "handle": "a/b"}]},
            400,
            "update[0]: Invalid product handle 'a/b'. It must contain URL safe characters",
        ),
        (
            {"update": [{"id": held["id"], "images": [{"id": "img_x", "url": "x"}]}]},
            404,
            "update[0]: Image with id: img_x was not found",
        ),
        (
            {
                "update": [
                    {"id": held["id"], "variants": [{"id": held["variants"][0]["id"], "options": {"Size": "XL"}}]}
                ]
            },
            400,
            "update[0]: Option value XL does not exist for option Size",
        ),
    ):
        refused = await merchant.post("/products/batch", good | body, status=status)
        assert refused["message"] == message
    assert await events(database) == before
    done = await merchant.post("/products/batch", {"create": [shirt("free")], "delete": [free["id"]]})
    assert (len(done["created"]), done["deleted"]["ids"]) == (1, [free["id"]])  # what goes is free for what comes


async def test_a_batch_of_variants(merchant: Merchant, database: Database, state: State) -> None:
    made = await merchant.product(sizes=())
    path = f"/products/{made['id']}/variants/batch"
    many = [variant(f"v{number}") for number in range(60)]
    counts = []
    for some in (many[:1], many[1:]):
        creating, answer = await merchant.counted(state.database, "POST", path, {"create": some})
        ids = [each["id"] for each in answer["created"]]
        update = [{"id": id_, "prices": [{"currency_code": "eur", "amount": 7}], "upc": id_} for id_ in ids]
        updating, answer = await merchant.counted(state.database, "POST", path, {"update": update})
        assert {price["amount"] for each in answer["updated"] for price in each["prices"]} == {7}
        deleting, _ = await merchant.counted(state.database, "POST", path, {"delete": ids})
        counts.append((creating, updating, deleting))
    assert counts[0] == counts[1]
    before = await events(database)
    for body, message in (
        (
            {"create": [variant("a", Size="S"), variant("b", Size="S")]},
            "create[1]: Variant (a) with provided options already exists.",
        ),
        ({"create": [variant("a"), variant("a")]}, "create[0]: Product variant with sku: a, already exists."),
        (
            {"update": [{"id": "variant_x", "title": "x"}]},
            "update[0]: Product variant with id: variant_x was not found",
        ),
    ):
        refused = await merchant.post(path, body, status=404 if "variant_x" in message else 400)
        assert refused["message"] == message
    assert await events(database) == before


async def test_two_variants_may_change_places(merchant: Merchant) -> None:
    made = await merchant.product()
    small, medium = made["variants"]
    body = {"update": [{"id": small["id"], "options": {"Size": "M"}}, {"id": medium["id"], "options": {"Size": "S"}}]}
    changed = (await merchant.post(f"/products/{made['id']}/variants/batch", body))["updated"]
    assert [each["options"][0]["value"] for each in changed] == ["M", "S"]


LISTS: tuple[Callable[[str], str], ...] = (
    lambda _: "/products?",
    lambda _: "/products?fields=*categories,*variants.inventory_items.inventory.location_levels&q=p&",
    lambda _: "/product-variants?",
    lambda _: "/product-variants?fields=inventory_quantity,*inventory.location_levels&",
    lambda product: f"/products/{product}/variants?order=variant_rank&",
    lambda product: f"/products/{product}/options?fields=*values&",
    lambda _: "/product-options?",
)


async def test_a_list_costs_two_statements_whatever_its_length(merchant: Merchant, state: State) -> None:
    body = {"create": [shirt(f"P{number}", SIZES) for number in range(50)]}
    products = (await merchant.post("/products/batch", body))["created"]
    options = products[0]["options"][0]["id"]
    for path in (*(each(products[0]["id"]) for each in LISTS), f"/product-options/{options}/values?"):
        counts = []
        for limit in (1, 50):
            count, answer = await merchant.counted(state.database, "GET", f"{path}limit={limit}")
            counts.append(count)
        rows = next(each for each in answer.values() if isinstance(each, list))
        assert (path, counts) == (path, [2, 2])
        assert rows
