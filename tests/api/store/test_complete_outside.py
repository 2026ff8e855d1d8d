"""Completing a cart whose shipping and taxes others know, with the checkout running for real (docs/adr/0010)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from api.state import State
from kit.db import Database
from operations.begin_checkout import CHANGED, UNCONFIRMED
from tests.support.checkout_shop import Motor, motor
from tests.support.outside_shop import Outside, outside, plugins
from tests.support.recorded_shop import RecordedShop

__all__ = ["outside", "plugins"]
pytestmark = pytest.mark.usefixtures("plugins", "running")


@pytest.fixture
async def running(
    plugins: None,  # noqa: ARG001 - the order
    database: Database,
    state: State,
    temporal: str,
    shop: RecordedShop,
) -> AsyncIterator[Motor]:
    """Run the shop's checkout with the API's own providers."""
    assert shop.labels
    async with motor(database, temporal, state.payment_providers, outside=state.outside) as made:
        state.durable = made.durable
        yield made


async def payable(outside: Outside) -> str:
    await outside.tax_elsewhere()
    cart_id = await outside.shipped(2)
    await outside.carts.session(cart_id)
    outside.taxes.mood.asked.clear()
    return cart_id


async def test_what_was_said_a_moment_ago_is_charged_and_nobody_is_asked(outside: Outside) -> None:
    cart_id = await payable(outside)
    total = (await outside.show(cart_id))["total"]
    order = (await outside.carts.ok("POST", f"/carts/{cart_id}/complete"))["order"]
    assert order["total"] == total
    assert [tax["code"] for tax in order["items"][0]["tax_lines"]] == ["MOODY"]
    assert order["shipping_methods"][0]["amount"] == 3
    assert (outside.taxes.mood.asked, outside.courier.mood.asked) == ([], [])


async def test_an_unconfirmed_cart_is_refused_until_its_providers_are_back(outside: Outside) -> None:
    cart_id = await payable(outside)
    outside.taxes.fail()
    outside.courier.fail()
    cart = await outside.carts.add(cart_id, "tee_m")
    assert cart["unconfirmed"] == ["shipping", "taxes"]
    await outside.carts.session(cart_id)
    cart = await outside.show(cart_id)
    refused = await outside.carts.call("POST", f"/carts/{cart_id}/complete")
    assert (refused.status_code, refused.json()) == (503, {"type": "unavailable", "message": UNCONFIRMED})
    assert int(refused.headers["retry-after"]) > 0
    assert await outside.show(cart_id) == cart
    outside.taxes.mood.raises = outside.courier.mood.raises = None
    changed = await outside.carts.call("POST", f"/carts/{cart_id}/complete")
    assert (changed.status_code, changed.json()) == (400, {"type": "not_allowed", "message": CHANGED})
    cart = await outside.show(cart_id)
    assert (cart["unconfirmed"], cart["shipping_subtotal"]) == (None, 4.5)
    await outside.carts.session(cart_id)
    order = (await outside.carts.ok("POST", f"/carts/{cart_id}/complete"))["order"]
    assert order["total"] == cart["total"] > cart["subtotal"]


async def test_a_price_of_shipping_that_rose_is_not_charged_unseen(outside: Outside) -> None:
    cart_id = await payable(outside)
    await outside.age()
    outside.courier.per_unit = Decimal(5)
    changed = await outside.carts.call("POST", f"/carts/{cart_id}/complete")
    assert (changed.status_code, changed.json()["message"]) == (400, CHANGED)
    assert (await outside.show(cart_id))["shipping_subtotal"] == 10
