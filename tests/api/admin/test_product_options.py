"""`/admin/product-options` and a product's use of them: shared ones, whose values each product chooses."""

from __future__ import annotations

import asyncio

import pytest
from httpx2 import AsyncClient

from kit.db import Database
from tests.support.catalogue import Json, Merchant, events, variant


@pytest.fixture
def merchant(client: AsyncClient, admin: dict[str, str]) -> Merchant:
    return Merchant(client, admin)


@pytest.fixture
async def colour(merchant: Merchant) -> Json:
    """Return a shared option of three colours."""
    body = {"title": "Colour", "values": ["Red", "Blue", "Green", "Red"], "ranks": {"Green": 0, "Red": 1, "Blue": 2}}
    return (await merchant.post("/product-options", body))["product_option"]


def texts(option: Json) -> list[str]:
    return [value["value"] for value in option["values"]]


def ids(option: Json) -> dict[str, str]:
    return {value["value"]: value["id"] for value in option["values"]}


async def used(merchant: Merchant, product_id: str) -> dict[str, list[str]]:
    """Return the options of a product with the values that it uses."""
    shown = (await merchant.get(f"/products/{product_id}"))["product"]
    return {option["title"]: texts(option) for option in shown["options"]}


async def test_each_product_chooses_among_the_values_of_a_shared_option(merchant: Merchant, colour: Json) -> None:
    assert (texts(colour), colour["is_exclusive"]) == (["Green", "Red", "Blue"], False)
    red = ids(colour)["Red"]
    choosy = await merchant.product("A", options=[{"id": colour["id"], "value_ids": [red]}], variants=[])
    eager = await merchant.product("B", options=[{"id": colour["id"]}], variants=[variant("B", Colour="Blue")])
    assert await used(merchant, choosy["id"]) == {"Colour": ["Red"]}
    assert await used(merchant, eager["id"]) == {"Colour": ["Green", "Red", "Blue"]}
    refused = await merchant.post(f"/products/{choosy['id']}/variants", variant("x", Colour="Blue"), status=400)
    assert refused["message"] == "Option value Blue does not exist for option Colour"
    option = (await merchant.get(f"/product-options/{colour['id']}"))["product_option"]
    assert {each["id"] for each in option["products"]} == {choosy["id"], eager["id"]}
    path = f"/products/{choosy['id']}/options/batch"
    update = {"product_option_id": colour["id"], "add": [ids(colour)["Blue"], {"value": "Black"}, {"value": "Red"}]}
    await merchant.post(path, {"update": [update]})
    assert await used(merchant, choosy["id"]) == {"Colour": ["Red", "Blue", "Black"]}
    assert await used(merchant, eager["id"]) == {"Colour": ["Green", "Red", "Blue"]}
    await merchant.post(path, {"update": [{"product_option_id": colour["id"], "remove": [red]}]})
    assert await used(merchant, choosy["id"]) == {"Colour": ["Blue", "Black"]}
    values = (await merchant.get(f"/product-options/{colour['id']}/values?order=rank&q=bl"))["product_option_values"]
    assert [value["value"] for value in values] == ["Blue", "Black"]  # both of the option, whoever uses them


async def test_a_product_gets_and_leaves_options(merchant: Merchant, colour: Json, database: Database) -> None:
    made = await merchant.product(sizes=("S",))
    size = made["options"][0]
    path = f"/products/{made['id']}/options/batch"
    new = {"title": "Cut", "values": ["Slim", "Wide"]}
    before = len(await events(database))
    await merchant.post(path, {"add": [colour["id"], new]})
    assert await used(merchant, made["id"]) == {
        "Size": ["S", "M", "L"],
        "Colour": ["Green", "Red", "Blue"],
        "Cut": ["Slim", "Wide"],
    }
    cut = (await merchant.get(f"/products/{made['id']}/options?title=Cut"))["product_options"][0]["id"]
    await merchant.post(f"/products/{made['id']}/variants/{made['variants'][0]['id']}", {"options": {"Cut": "Slim"}})
    for body, status, message in (
        ({"remove": [cut]}, 400, "Option Cut is used by variant Shirt-S and cannot be removed"),
        ({"add": [colour["id"]]}, 400, "Option Colour is named twice in one product"),
        ({"add": ["opt_x"]}, 404, "Product option with id: opt_x was not found"),
        (
            {"update": [{"product_option_id": cut, "remove": [ids(size)["S"]]}]},
            400,
            f"Option value with id: {ids(size)['S']} does not exist for option Cut",
        ),
        (
            {"update": [{"product_option_id": size["id"], "remove": [ids(size)["S"]]}]},
            400,
            "Option value S is used by variant Shirt-S and cannot be removed",
        ),
        ({"update": [{"product_option_id": "opt_x"}]}, 404, "Product option with id: opt_x was not found"),
    ):
        assert (await merchant.post(path, body, status=status))["message"] == message
    await merchant.post(
        path, {"remove": [colour["id"]], "update": [{"product_option_id": size["id"], "remove": [ids(size)["L"]]}]}
    )
    assert await used(merchant, made["id"]) == {"Size": ["S", "M"], "Cut": ["Slim", "Wide"]}
    assert texts((await merchant.get(f"/product-options/{colour['id']}"))["product_option"]) == ["Green", "Red", "Blue"]
    other = await merchant.product("Other", sizes=())
    refused = await merchant.post(f"/products/{other['id']}/options/batch", {"add": [cut]}, status=400)
    assert refused["message"] == "Product option Cut is exclusive to another product"
    kinds = [name for name, id_ in await events(database, after=before) if id_ == made["id"]]
    assert kinds == ["product.updated", "product.updated"]


async def test_the_options_of_an_update_are_all_that_stay(merchant: Merchant, colour: Json) -> None:
    made = await merchant.product(sizes=())
    path = f"/products/{made['id']}"
    await merchant.post(path, {"option_ids": [made["options"][0]["id"], colour["id"]]})
    assert list(await used(merchant, made["id"])) == ["Colour", "Size"]
    await merchant.post(path, {"option_ids": [colour["id"]]})
    assert await used(merchant, made["id"]) == {"Colour": ["Green", "Red", "Blue"]}
    options = [{"title": "Colour", "values": ["Red", "Black"]}, {"title": "Cut", "values": ["Slim"]}]
    await merchant.post(path, {"options": options})
    assert await used(merchant, made["id"]) == {"Colour": ["Red", "Black"], "Cut": ["Slim"]}
    await merchant.post(path, {"options": [{"id": "opt_x"}]}, status=404)
    await merchant.post(path, {"options": [{"values": ["x"]}]}, status=400)


async def test_an_option_changes_and_goes(merchant: Merchant, colour: Json, database: Database) -> None:
    path = f"/product-options/{colour['id']}"
    first, second = [
        await merchant.product(title, options=[{"id": colour["id"]}], variants=[variant(title, Colour="Red")])
        for title in "AB"
    ]
    before = len(await events(database))
    red, blue = ids(colour)["Red"], ids(colour)["Blue"]
    for body, message in (
        ({"is_exclusive": True}, "Product option Colour is used by several products and cannot be exclusive"),
        ({"values": ["Blue"]}, "Option value Red is used by variant A and cannot be removed"),
    ):
        assert (await merchant.post(path, body, status=400))["message"] == message
    refused = await merchant.send("DELETE", path, status=400)
    assert refused["message"] == "Product option Colour is used by products and cannot be deleted"
    await merchant.send("DELETE", f"{path}/values/{red}", status=400)
    await merchant.post(f"{path}/values/{blue}", {"value": "Red"}, status=400)
    await merchant.post(f"{path}/values/{blue}", {"value": "Navy", "metadata": {"hex": "#000080"}})
    await merchant.delete(f"{path}/values/{ids(colour)['Green']}")
    await merchant.post(path, {"values": ["Red", "Navy", "Pink"], "ranks": {"Pink": -1, "Navy": 5}, "title": "Color"})
    assert await used(merchant, first["id"]) == {"Color": ["Red", "Navy"]}  # a new value is not chosen yet
    await merchant.delete(f"/products/{second['id']}")
    await merchant.post(path, {"is_exclusive": True})
    assert await used(merchant, first["id"]) == {"Color": ["Pink", "Red", "Navy"]}  # its own: all of it
    await merchant.post(path, {"is_exclusive": False})
    await merchant.post(path, {"values": ["Red", "Navy", "Pink", "Grey"]})
    assert await used(merchant, first["id"]) == {"Color": ["Pink", "Red", "Navy"]}
    await merchant.delete(f"/products/{first['id']}")
    await merchant.delete(path)
    await merchant.delete(path)
    for method, wrong in (
        ("GET", path),
        ("POST", path),
        ("GET", f"{path}/values/{red}"),
        ("POST", f"{path}/values/{red}"),
    ):
        await merchant.send(method, wrong, {} if method == "POST" else None, status=404)
    kinds = [name for name, _ in await events(database, after=before) if name.startswith("product-option")]
    assert kinds == [
        *("product-option-value.updated", "product-option-value.deleted"),
        *("product-option.updated" for _ in range(4)),
        "product-option.deleted",
    ]


async def test_a_value_that_goes_and_a_variant_that_takes_it_do_not_meet(
    merchant: Merchant, client: AsyncClient, admin: dict[str, str]
) -> None:
    for turn in range(4):
        made = await merchant.product(f"P{turn}", sizes=())
        option = made["options"][0]
        taking = client.post(
            f"/admin/products/{made['id']}/variants", headers=admin, json=variant(f"v{turn}", Size="S")
        )
        going = client.delete(f"/admin/product-options/{option['id']}/values/{ids(option)['S']}", headers=admin)
        answers = await asyncio.gather(taking, going)
        assert sorted(answer.status_code for answer in answers) == [200, 400], [each.text for each in answers]
