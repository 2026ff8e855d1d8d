"""PayPal's path through the Store API, as a storefront with PayPal's buttons walks it, with the checkout running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from kit.settings import Settings
from providers.sandbox import audit
from tests.support.paypal import CLIENT_ID, SECRET, WEBHOOK, PayPalServer
from tests.support.paypal_fixtures import shared_paypal, stand_in
from tests.support.placed_order import settings as settings_on_temporal
from tests.support.placed_order import worker
from tests.support.storefront import Carts

__all__ = ["settings_on_temporal", "shared_paypal", "stand_in", "worker"]

PAYPAL = "pp_paypal_paypal"
INSTALLED = "INSERT INTO payment_provider (id, is_enabled) VALUES ($1, true)"
OFFERED = """
INSERT INTO region_payment_provider (region_id, payment_provider_id) SELECT id, $1 FROM region WHERE id = $2
"""


@pytest.fixture
def settings(settings_on_temporal: Settings, stand_in: PayPalServer) -> Settings:
    """Return settings with PayPal, amounts rounded."""
    wanted = Settings(
        paypal_client_id=CLIENT_ID, paypal_secret=SECRET, paypal_base_url=stand_in.url, paypal_webhook_id=WEBHOOK
    )
    paypal = {name: getattr(wanted, name) for name in Settings.model_fields if name.startswith("paypal_")}
    return settings_on_temporal.model_copy(update={**paypal, "rounding": "currency"})


@dataclass
class Button:
    """A storefront with PayPal's buttons, a shopper who uses them, and the admin who looks at what came of it."""

    carts: Carts
    paypal: PayPalServer
    client: AsyncClient
    admin: dict[str, str]

    async def payable(self) -> str:
        """Return a cart that only lacks its payment."""
        cart_id = await self.carts.new(email="ada@example.com", shipping_address={"country_code": "de"})
        await self.carts.add(cart_id, "mug_v", 2)
        await self.carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": self.carts.labels["ship_eu"]})
        return cart_id

    async def order_id(self, cart_id: str) -> str:
        """Open a session and return the id that the buttons are given (`createOrder`)."""
        collection = await self.carts.session(cart_id, PAYPAL)
        (session,) = collection["payment_sessions"]
        assert (session["status"], session["data"]["status"]) == ("pending", "CREATED")
        order_id: str = session["data"]["id"]
        return order_id

    async def complete(self, cart_id: str) -> Any:  # noqa: ANN401 - JSON
        return (await self.carts.call("POST", f"/carts/{cart_id}/complete")).json()

    async def order(self, id_: str) -> dict[str, Any]:
        fields = "payment_status,*payment_collections.payments,*payment_collections.payments.captures,"
        fields += "*payment_collections.payments.refunds"
        found = await self.client.get(f"/admin/orders/{id_}", params={"fields": fields}, headers=self.admin)
        assert found.status_code == 200, found.text
        order: dict[str, Any] = found.json()["order"]
        return order

    async def payment(self, order_id: str) -> dict[str, Any]:
        payment: dict[str, Any] = (await self.order(order_id))["payment_collections"][0]["payments"][0]
        return payment

    async def ask(self, payment: dict[str, Any], what: str, **body: object) -> dict[str, Any]:
        answer = await self.client.post(f"/admin/payments/{payment['id']}/{what}", headers=self.admin, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["payment"]
        return found

    async def deliver(self, number: int = -1) -> int:
        """Deliver an event of PayPal, the last if not said otherwise."""
        body, headers = self.paypal.delivery(self.paypal.events()[number])
        return (await self.client.post("/hooks/payment/paypal_paypal", content=body, headers=headers)).status_code

    def money(self, order_id: str) -> audit.IntentMoney:
        """Return what PayPal's own log says of an order of PayPal."""
        (found,) = [one for many in audit.audit(self.paypal.log).values() for one in many if one.intent == order_id]
        return found


@pytest.fixture
async def button(
    carts: Carts,
    stand_in: PayPalServer,
    admin: dict[str, str],
    database: Database,
    worker: None,  # noqa: ARG001 - runs beside
) -> Button:
    await database.transact(lambda session: run(session, INSTALLED, PAYPAL))
    await database.transact(lambda session: run(session, OFFERED, PAYPAL, carts.labels["region_eu"]))
    return Button(carts, stand_in, carts.client, admin)


async def soon(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `look` sees what a workflow does meanwhile."""
    for _ in range(400):
        if await look():
            return
        await asyncio.sleep(0.1)
    assert await look()


async def test_a_session_is_approved_and_completed_and_its_money_goes_the_whole_way(button: Button) -> None:
    cart_id = await button.payable()
    paypal_id = await button.order_id(cart_id)
    refused = await button.complete(cart_id)
    assert refused["type"] == "not_allowed"  # the shopper has not approved it yet
    button.paypal.shopper(paypal_id)
    answer = await button.complete(cart_id)
    assert answer["type"] == "order"
    order_id, total = answer["order"]["id"], answer["order"]["total"]
    payment = await button.payment(order_id)
    assert (payment["provider_id"], payment["amount"], payment["data"]["id"]) == (PAYPAL, total, paypal_id)
    assert float(button.money(paypal_id).held) == total
    await button.ask(payment, "capture", amount=5)
    await button.ask(payment, "capture", amount=total - 5)
    assert (await button.order(order_id))["payment_status"] == "captured"
    await button.ask(payment, "refund", amount=3)
    taken = (await button.payment(order_id))["captures"]
    assert sorted(one["amount"] for one in taken) == [5, total - 5]
    there = button.money(paypal_id)
    assert (float(there.held), float(there.taken)) == (0, total - 3)
    assert (await button.order(order_id))["payment_status"] == "partially_refunded"


async def test_a_refund_on_paypals_dashboard_arrives_by_webhook_once(button: Button) -> None:
    cart_id = await button.payable()
    button.paypal.shopper(await button.order_id(cart_id))
    order_id = (await button.complete(cart_id))["order"]["id"]
    payment = await button.payment(order_id)
    await button.ask(payment, "capture")
    capture = button.paypal.events()[-1]["resource"]["id"]
    button.paypal.dashboard("captures", capture, "refund", amount="2.50")
    assert [await button.deliver() for _ in range(2)] == [200, 200]

    async def is_there() -> bool:
        return bool((await button.payment(order_id))["refunds"])

    await soon(is_there)
    assert [one["amount"] for one in (await button.payment(order_id))["refunds"]] == [2.5]


async def test_a_webhook_that_paypal_did_not_sign_is_refused(button: Button) -> None:
    body, headers = button.paypal.delivery({"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED"})
    forged = await button.client.post("/hooks/payment/paypal_paypal", content=body + b" ", headers=headers)
    assert forged.status_code == 400


async def test_a_declined_card_leaves_the_cart_and_another_one_pays(button: Button) -> None:
    cart_id = await button.payable()
    paypal_id = await button.order_id(cart_id)
    button.paypal.shopper(paypal_id, "approve-badly")
    declined = await button.complete(cart_id)
    assert (declined["type"], declined["error"]["type"]) == ("cart", "payment_authorization_error"), declined
    button.paypal.shopper(paypal_id)
    assert (await button.complete(cart_id))["type"] == "order"
    assert button.paypal.effects("authorise")[-1]["intent"] == paypal_id


async def test_money_that_the_button_held_itself_becomes_an_order_though_the_shopper_left(
    button: Button,
) -> None:
    cart_id = await button.payable()
    paypal_id = await button.order_id(cart_id)
    button.paypal.shopper(paypal_id, "pay")
    assert await button.deliver() == 200

    async def is_ordered() -> bool:
        return (await button.carts.ok("GET", f"/carts/{cart_id}"))["cart"]["completed_at"] is not None

    await soon(is_ordered)
    answer = await button.complete(cart_id)
    assert float(button.money(paypal_id).held) == answer["order"]["total"]


async def test_a_cart_that_changes_after_the_approval_is_paid_by_a_new_order_alone(button: Button) -> None:
    cart_id = await button.payable()
    first = await button.order_id(cart_id)
    button.paypal.shopper(first)
    await button.carts.add(cart_id, "tee_m")
    second = await button.order_id(cart_id)
    assert first != second

    async def is_ended() -> bool:
        return button.money(first).is_canceled

    await soon(is_ended)
    button.paypal.shopper(second)
    answer = await button.complete(cart_id)
    assert float(button.money(second).held) == answer["order"]["total"]
    assert not button.money(first).is_holding
