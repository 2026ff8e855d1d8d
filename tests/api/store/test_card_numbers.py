"""No card number is taken, wherever a client could put one (promise 24; design: security)."""

from __future__ import annotations

from typing import Any

import pytest

from kit.db import Database, run
from tests.promises.canaries import TEXTS
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts

CARD = "4000 0566-5566 5556"
WORDS = "A card number is not accepted here: only the payment provider's own form takes it"
DATA = {"deep": [{"number": CARD}]}
PROVIDER = "pp_system_default"
PLACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "session data": (
        "store",
        "/payment-collections/{collection}/payment-sessions",
        {"provider_id": PROVIDER, "data": DATA},
    ),
    "new cart": ("store", "/carts", {"metadata": DATA}),
    "new cart's line": ("store", "/carts", {"items": [{"variant_id": "{variant}", "quantity": 1, "metadata": DATA}]}),
    "cart": ("store", "/carts/{cart}", {"metadata": {CARD: "mine"}}),
    "cart's hooks": ("store", "/carts/{cart}", {"additional_data": DATA}),
    "cart's address": ("store", "/carts/{cart}", {"shipping_address": {"metadata": {"card": 4000056655665556}}}),
    "line": ("store", "/carts/{cart}/line-items", {"variant_id": "{variant}", "quantity": 1, "metadata": DATA}),
    "line of the cart": ("store", "/carts/{cart}/line-items/{line}", {"quantity": 2, "metadata": DATA}),
    "shipping method": ("store", "/carts/{cart}/shipping-methods", {"option_id": "{option}", "data": DATA}),
    "customer": ("store", "/customers/me", {"metadata": DATA}),
    "customer's address": ("store", "/customers/me/addresses", {"metadata": DATA}),
    "clerk's customer": ("admin", "/customers", {"email": "x@example.com", "metadata": DATA}),
    "clerk's session": (
        "admin",
        "/payment-collections/{collection}/payment-sessions",
        {"provider_id": PROVIDER, "data": DATA},
    ),
    "clerk's refund": ("admin", "/payments/pay_1/refund", {"note": f"card {CARD}"}),
    "clerk's answer": ("admin", "/workflows-executions/x/y/attention", {"answer": "skip", "note": f"to {CARD}"}),
}


def filled(value: Any, ids: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return ids.get(value[1:-1], value) if isinstance(value, str) and value.startswith("{") else value


async def tables_with(database: Database, *texts: str) -> list[str]:
    async with database.reading() as connection:
        found = []
        for one in await run(connection, TEXTS, None):
            sql = f'SELECT 1 FROM "{one.table_name}" WHERE {one.whole} LIKE ANY($1::text[])'  # noqa: S608 - its own names
            if await run(connection, sql, [f"%{text}%" for text in texts]):
                found.append(one.table_name)
    return found


@pytest.fixture
async def ids(carts: Carts, customer: dict[str, str], shop: RecordedShop) -> dict[str, str]:
    """Return the ids of a cart that could be paid, and of what it is made of."""
    del customer
    cart_id = await carts.new(email="ada@example.com", shipping_address={"country_code": "de"})
    cart = await carts.add(cart_id, "mug_v")
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    return {
        "cart": cart_id,
        "line": cart["items"][0]["id"],
        "variant": shop.labels["mug_v"],
        "option": shop.labels["ship_eu"],
        "collection": made["payment_collection"]["id"],
    }


async def ask(carts: Carts, ids: dict[str, str], place: str, headers: dict[str, str]) -> tuple[int, Any]:
    area, path, body = PLACES[place]
    answer = await carts.client.post(f"/{area}{path.format(**ids)}", json=filled(body, ids), headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("place", PLACES)
async def test_p24_a_card_number_is_refused_and_kept_nowhere(  # noqa: PLR0917 - fixtures
    carts: Carts,
    ids: dict[str, str],
    customer: dict[str, str],
    admin: dict[str, str],
    database: Database,
    place: str,
) -> None:
    who = admin if PLACES[place][0] == "admin" else {**carts.headers, **customer, **carts.headers}
    status, answer = await ask(carts, ids, place, {**who, "idempotency-key": "again"})
    assert (status, answer) == (400, {"type": "invalid_data", "message": f"Invalid request: {WORDS}"})
    assert await tables_with(database, CARD, CARD.replace(" ", "").replace("-", "")) == []


@pytest.mark.parametrize("place", ["cart", "line", "customer's address"])
async def test_p24_mutation_a_shop_that_does_not_look_keeps_it(  # noqa: PLR0917 - fixtures
    carts: Carts,
    ids: dict[str, str],
    customer: dict[str, str],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    monkeypatch.setattr("api.body.has_card_number", lambda _: False)
    status, _ = await ask(carts, ids, place, {**customer, **carts.headers})
    assert status == 200
    assert await tables_with(database, CARD)


async def test_an_ean_and_a_phone_number_are_no_cards(carts: Carts, ids: dict[str, str]) -> None:
    metadata = {"ean": "4006381333931", "phone": "+49 151 23456789", "at": 1732471234567}
    cart = await carts.ok("POST", f"/carts/{ids['cart']}", {"metadata": metadata})
    assert cart["cart"]["metadata"] == metadata
