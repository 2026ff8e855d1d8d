"""`POST /store/carts/{id}/complete`: each answer of contract section 13, with the checkout running for real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from api.app import create_app
from api.state import State
from commerce.checkout.outcome import UNDECIDED_WORDS
from kit.db import Database, run, value
from kit.settings import Settings
from tests.support.checkout_shop import Motor, motor
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts


@pytest.fixture
async def running(database: Database, state: State, temporal: str, shop: RecordedShop) -> AsyncIterator[Motor]:
    """Run the shop's checkout, and let the API reach it."""
    assert shop.labels
    async with motor(database, temporal, state.payment_providers) as made:
        state.durable = made.durable
        yield made


async def payable(carts: Carts, behavior: str | None = None, **data: str) -> str:
    cart_id = await carts.new(email="ada@example.com", shipping_address={"first_name": "Ada", "country_code": "de"})
    await carts.add(cart_id, "mug_v", 2)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
    await session(carts, cart_id, {**data, **({"behavior": behavior} if behavior else {})})
    return cart_id


async def session(carts: Carts, cart_id: str, data: dict[str, str]) -> str:
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
    body = {"provider_id": "pp_test_rec", "data": data}
    opened = (await carts.ok("POST", path, body))["payment_collection"]
    session_id: str = opened["payment_sessions"][0]["id"]
    return session_id


async def complete(carts: Carts, cart_id: str, **headers: str) -> Response:
    return await carts.call("POST", f"/carts/{cart_id}/complete", None, **headers)


async def refusal(carts: Carts, cart_id: str, status: int = 400) -> Any:  # noqa: ANN401 - JSON
    response = await complete(carts, cart_id)
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.usefixtures("running")
class TestOrder:
    async def test_is_answered_and_stays_the_same(self, carts: Carts) -> None:
        cart_id = await payable(carts)
        cart = (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]
        first = (await complete(carts, cart_id)).json()
        assert first["type"] == "order"
        order = first["order"]
        assert (order["email"], order["total"], order["display_id"]) == ("ada@example.com", cart["total"], 1)
        assert order["shipping_address"]["first_name"] == "Ada"
        assert [line["quantity"] for line in order["items"]] == [2]
        assert "payment_status" not in order
        assert (await complete(carts, cart_id)).json()["order"]["id"] == order["id"]
        assert (await carts.ok("GET", f"/orders/{order['id']}"))["order"]["payment_status"] == "authorized"
        assert (await carts.ok("GET", f"/carts/{cart_id}"))["cart"]["completed_at"] is not None

    async def test_fields_choose_what_is_answered(self, carts: Carts) -> None:
        answer = await carts.ok("POST", f"/carts/{await payable(carts)}/complete?fields=id,email")
        assert set(answer["order"]) == {"id", "email"}

    async def test_p01_many_at_once_are_answered_one_order(self, carts: Carts, database: Database) -> None:
        cart_id = await payable(carts)
        answers = await asyncio.gather(*[complete(carts, cart_id) for _ in range(10)])
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["order"]["id"] for answer in answers}) == 1
        async with database.reading() as connection:
            assert await value(connection, 'SELECT count(*) FROM "order"') == 1
            assert await value(connection, "SELECT count(*) FROM payment") == 1

    async def test_captured_at_once(self, carts: Carts) -> None:
        order = (await complete(carts, await payable(carts, "capture"))).json()["order"]
        shown = (await carts.ok("GET", f"/orders/{order['id']}?fields=payment_status,summary"))["order"]
        assert shown["payment_status"] == "captured"
        assert shown["summary"]["pending_difference"] == 0

    async def test_an_idempotency_key_replays_the_order(self, carts: Carts) -> None:
        cart_id = await payable(carts)
        first = await complete(carts, cart_id, **{"idempotency-key": "once"})
        assert (await complete(carts, cart_id, **{"idempotency-key": "once"})).content == first.content


@pytest.mark.usefixtures("running")
class TestDeclines:
    @pytest.mark.parametrize("behavior", ["decline", "canceled", "pending", "requires_more"])
    async def test_what_the_provider_returns(self, carts: Carts, database: Database, behavior: str) -> None:
        cart_id = await payable(carts, behavior)
        async with database.reading() as connection:
            session_id = await value(connection, "SELECT id FROM payment_session")
        refused = await refusal(carts, cart_id)
        message = f"Session: {session_id} was not authorized with the provider."
        assert refused == {"type": "not_allowed", "message": message}
        if behavior in ("decline", "canceled"):
            assert (await refusal(carts, cart_id))["message"] == "Payment sessions are required to complete cart"
        await session(carts, cart_id, {})
        assert (await complete(carts, cart_id)).json()["type"] == "order"

    @pytest.mark.parametrize(
        ("status", "message", "type_"),
        [
            ("pending", "Payment authorization failed", "payment_authorization_error"),
            ("requires_more", "More information is required for payment", "payment_requires_more_error"),
        ],
    )
    async def test_what_the_provider_raises(self, carts: Carts, status: str, message: str, type_: str) -> None:
        cart_id = await payable(carts, "throw", init_status=status)
        response = await complete(carts, cart_id)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert (answer["type"], answer["cart"]["id"]) == ("cart", cart_id)
        assert answer["error"] == {"message": message, "name": "Error", "type": type_}
        assert answer["cart"]["completed_at"] is None


@pytest.mark.usefixtures("running")
class TestRefusals:
    async def test_an_unknown_cart(self, carts: Carts) -> None:
        refused = await refusal(carts, "cart_nope", 404)
        assert refused == {"type": "not_found", "message": "Cart with id 'cart_nope' not found"}

    async def test_an_empty_cart(self, carts: Carts) -> None:
        refused = await refusal(carts, await carts.new())
        assert refused == {"type": "invalid_data", "message": "Cannot complete a cart with no items"}

    async def test_without_payment_or_shipping(self, carts: Carts) -> None:
        cart_id = await carts.new(shipping_address={"country_code": "de"})
        await carts.add(cart_id, "mug_v")
        assert (await refusal(carts, cart_id))["message"] == "Payment collection has not been initiated for cart"
        await session(carts, cart_id, {})
        missing = "No shipping method selected but the cart contains items that require shipping."
        assert (await refusal(carts, cart_id))["message"] == missing

    async def test_a_profile_that_nothing_ships(self, carts: Carts) -> None:
        cart_id = await payable(carts)
        await carts.add(cart_id, "sofa_v")
        await session(carts, cart_id, {})
        message = "The cart items require shipping profiles that are not satisfied by the current shipping methods"
        assert await refusal(carts, cart_id) == {"type": "invalid_data", "message": message}
        await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_bulky"]})
        await session(carts, cart_id, {})
        assert (await complete(carts, cart_id)).json()["type"] == "order"

    async def test_sold_out_since_it_was_added(self, carts: Carts, database: Database) -> None:
        cart_id = await payable(carts)
        async with database.engine.begin() as connection:
            await run(connection, "UPDATE inventory_level SET stocked_quantity = 0")
        refused = await refusal(carts, cart_id)
        assert refused["type"] == "not_allowed"
        assert refused["message"].startswith("Not enough stock available for item iitem_")
        assert "code" not in refused

    async def test_a_handed_over_payment_is_undecided_in_words(self, carts: Carts, database: Database) -> None:
        cart_id = await payable(carts)
        async with database.engine.begin() as connection:
            await run(
                connection,
                "INSERT INTO checkout_attempt (id, cart_id, run_id, session_id, cart_version, amount, currency_code, "
                "planned_order_id, planned_lines, deadline, state) SELECT 'attempt_1', $1, 'run_1', s.id, 1, 1, 'eur', "
                "'order_1', '{}', now(), 'handed_over' FROM payment_session s",
                cart_id,
            )
        refused = await refusal(carts, cart_id, 409)
        assert refused == {"type": "conflict", "message": UNDECIDED_WORDS, "code": "invalid_state_error"}


class TestTemporalDown:
    async def test_is_503_and_nothing_happened(self, carts: Carts, database: Database) -> None:
        response = await complete(carts, await payable(carts))
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        async with database.reading() as connection:
            assert await value(connection, "SELECT count(*) FROM checkout_attempt") == 0

    async def test_does_not_hide_an_order(self, carts: Carts, running: Motor, settings: Settings, app: FastAPI) -> None:
        cart_id = await payable(carts)
        order = (await complete(carts, cart_id)).json()["order"]
        assert running.database is not None
        other = create_app(settings)  # its Temporal is away
        async with (
            other.router.lifespan_context(other),
            AsyncClient(transport=ASGITransport(app=other), base_url="http://api", headers=carts.headers) as client,
        ):
            again = await client.post(f"/store/carts/{cart_id}/complete")
        assert (again.status_code, again.json()["order"]["id"]) == (200, order["id"])
        assert app is not other
