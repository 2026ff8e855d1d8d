"""Stripe's path through the Store API, as the storefronts walk it, with the checkout running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

import activities.account_holder
import activities.payment_session
from commerce.payment.port import Refused
from kit.db import Database, run
from kit.settings import Settings
from providers.sandbox import audit
from providers.stripe.payment import StripePayments
from tests.support.placed_order import settings as settings_on_temporal
from tests.support.placed_order import worker
from tests.support.stand_in import StandIn
from tests.support.storefront import Carts
from tests.support.stripe import SECRETS, confirm, delivery, seen, stripe_settings, told
from tests.support.stripe_fixtures import shared_stripe, stripe_server

__all__ = ["settings_on_temporal", "shared_stripe", "stripe_server", "worker"]

STRIPE = StripePayments.id
INSTALLED = "INSERT INTO payment_provider (id, is_enabled) VALUES ($1, true)"
OFFERED = """
INSERT INTO region_payment_provider (region_id, payment_provider_id) SELECT id, $1 FROM region WHERE id = $2
"""


@pytest.fixture
def settings(
    settings_on_temporal: Settings,
    stripe_server: StandIn,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Return settings with Stripe, amounts rounded, and with patience: a busy machine is no fault of Stripe's."""
    for steps in (activities.account_holder, activities.payment_session):
        monkeypatch.setattr(steps, "DEADLINE", 30.0)
    wanted = stripe_settings(stripe_server, seconds=10, stripe_capture=getattr(request, "param", "manual"))
    names = [name for name in Settings.model_fields if name.startswith(("stripe_", "provider_"))]
    stripe = {name: getattr(wanted, name) for name in names}
    return settings_on_temporal.model_copy(update={**stripe, "rounding": "currency", "money_wait_seconds": 60})


@dataclass
class Page:
    """A storefront's payment page, the shopper in front of it, and the admin who looks at what came of it."""

    carts: Carts
    stripe: StandIn
    admin: dict[str, str]

    async def payable(self) -> str:
        """Return a cart that only lacks its payment."""
        cart_id = await self.carts.new(email="ada@example.com", shipping_address={"country_code": "de"})
        await self.carts.add(cart_id, "mug_v", 2)
        await self.carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": self.carts.labels["ship_eu"]})
        return cart_id

    async def elements(self, cart_id: str) -> dict[str, Any]:
        """Open a session, and return the data that Stripe's elements are given by the one that is pending."""
        await self.carts.session(cart_id, STRIPE)
        fields = {"fields": "*payment_collection.payment_sessions"}
        answer = await self.carts.client.get(f"/store/carts/{cart_id}", params=fields, headers=self.carts.headers)
        sessions = answer.json()["cart"]["payment_collection"]["payment_sessions"]
        (data,) = [one["data"] for one in sessions if one["status"] == "pending" and one["provider_id"] == STRIPE]
        found: dict[str, Any] = data
        return found

    def pay(self, data: dict[str, Any], card: str = "pm_card_visa") -> httpx2.Response:
        return confirm(self.stripe, data, card, return_url="http://localhost:8000/de/checkout")

    async def complete(self, cart_id: str) -> Any:  # noqa: ANN401 - JSON
        return (await self.carts.call("POST", f"/carts/{cart_id}/complete")).json()

    async def bought(self) -> tuple[str, str]:
        """Return the order and the intent of somebody who paid."""
        cart_id = await self.payable()
        data = await self.elements(cart_id)
        assert self.pay(data).status_code == 200
        answer = await self.complete(cart_id)
        assert answer["type"] == "order", answer
        return answer["order"]["id"], data["id"]

    async def order(self, id_: str) -> dict[str, Any]:
        fields = "payment_status,*payment_collections.payments,*payment_collections.payments.captures,"
        fields += "*payment_collections.payments.refunds"
        found = await self.carts.client.get(f"/admin/orders/{id_}", params={"fields": fields}, headers=self.admin)
        assert found.status_code == 200, found.text
        order: dict[str, Any] = found.json()["order"]
        return order

    async def payment(self, order_id: str) -> dict[str, Any]:
        payment: dict[str, Any] = (await self.order(order_id))["payment_collections"][0]["payments"][0]
        return payment

    async def ask(self, payment: dict[str, Any], what: str, **body: object) -> dict[str, Any]:
        path = f"/admin/payments/{payment['id']}/{what}"
        answer = await self.carts.client.post(path, headers=self.admin, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["payment"]
        return found

    async def deliver(self, event: dict[str, Any], *secrets: str) -> int:
        body, headers = delivery(event, *secrets)
        return (await self.carts.client.post("/hooks/payment/stripe_stripe", content=body, headers=headers)).status_code

    def money(self, reference: str) -> audit.IntentMoney:
        """Return what Stripe's own log says of an intent."""
        (found,) = [one for many in audit.audit(self.stripe.log).values() for one in many if one.intent == reference]
        return found


@pytest.fixture
async def page(
    carts: Carts,
    stripe_server: StandIn,
    admin: dict[str, str],
    database: Database,
    worker: None,  # noqa: ARG001 - runs beside
) -> Page:
    await database.transact(lambda session: run(session, INSTALLED, STRIPE))
    await database.transact(lambda session: run(session, OFFERED, STRIPE, carts.labels["region_eu"]))
    return Page(carts, stripe_server, admin)


async def soon(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until `look` sees what a workflow does meanwhile."""
    for _ in range(900):
        if await look():
            return
        await asyncio.sleep(0.1)
    assert await look()


async def test_a_card_pays_and_its_money_goes_the_whole_way(page: Page) -> None:
    order_id, reference = await page.bought()
    payment, total = await page.payment(order_id), float(page.money(reference).amount)
    assert (payment["provider_id"], payment["amount"], payment["data"]["id"]) == (STRIPE, total, reference)
    assert (await page.order(order_id))["payment_status"] == "authorized"
    await page.ask(payment, "capture")
    assert (await page.order(order_id))["payment_status"] == "captured"
    await page.ask(payment, "refund", amount=3)
    there = page.money(reference)
    assert (float(there.held), float(there.taken)) == (0, total - 3)
    assert (await page.order(order_id))["payment_status"] == "partially_refunded"
    assert "client_secret" not in (await page.payment(order_id))["data"]


async def test_half_is_captured_and_the_rest_falls_back(page: Page) -> None:
    order_id, reference = await page.bought()
    payment = await page.payment(order_id)
    await page.ask(payment, "capture", amount=5)
    assert [one["amount"] for one in (await page.payment(order_id))["captures"]] == [5]
    for event in told(page.stripe, reference):
        assert await page.deliver(event) == 200

    async def is_known() -> bool:
        answer = await page.carts.client.get(f"/admin/orders/{order_id}/ledger", headers=page.admin)
        return {one["account"]: float(one["balance"]) for one in answer.json()["ledger"]["accounts"]}["held"] == 0

    await soon(is_known)
    after = await page.payment(order_id)
    assert ([one["amount"] for one in after["captures"]], after["refunds"]) == ([5], [])


async def test_a_declined_card_leaves_the_page_and_another_one_pays(page: Page) -> None:
    cart_id = await page.payable()
    data = await page.elements(cart_id)
    declined = page.pay(data, "pm_card_chargeDeclinedInsufficientFunds")
    assert (declined.status_code, declined.json()["error"]["decline_code"]) == (402, "insufficient_funds")
    assert page.pay(data).status_code == 200  # the same page, the same secret
    assert (await page.complete(cart_id))["type"] == "order"


async def test_3ds_is_waited_for_and_then_ordered(page: Page) -> None:
    cart_id = await page.payable()
    data = await page.elements(cart_id)
    action = page.pay(data, "pm_card_authenticationRequired").json()["next_action"]
    assert action["redirect_to_url"]["return_url"].startswith("http://localhost:8000")
    early = await page.complete(cart_id)
    assert (early["type"], early["message"].endswith("was not authorized with the provider.")) == ("not_allowed", True)
    page.stripe.act(f"/payment_intents/{data['id']}/authenticate")
    assert (await page.complete(cart_id))["type"] == "order"
    assert page.money(data["id"]).held == page.money(data["id"]).amount


async def test_who_never_comes_back_has_an_order_by_the_webhook(page: Page) -> None:
    cart_id = await page.payable()
    data = await page.elements(cart_id)
    page.pay(data)
    for event in told(page.stripe, data["id"]) * 2:
        assert await page.deliver(event, "whsec_old") == 200

    async def is_ordered() -> bool:
        return (await page.carts.ok("GET", f"/carts/{cart_id}"))["cart"]["completed_at"] is not None

    await soon(is_ordered)
    answer = await page.complete(cart_id)
    assert (answer["type"], answer["order"]["total"]) == ("order", float(page.money(data["id"]).held))


async def test_who_never_comes_back_and_whose_webhooks_are_lost_is_found_by_the_sweep(
    page: Page, database: Database
) -> None:
    cart_id = await page.payable()
    data = await page.elements(cart_id)
    page.pay(data)
    long_ago = (
        "UPDATE payment_session SET created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'"
    )
    await database.transact(lambda session: run(session, long_ago))

    async def is_ordered() -> bool:
        return (await page.carts.ok("GET", f"/carts/{cart_id}"))["cart"]["completed_at"] is not None

    await soon(is_ordered)
    answer = await page.complete(cart_id)
    assert (answer["type"], answer["order"]["total"]) == ("order", float(page.money(data["id"]).held))


async def test_a_declined_complete_ends_its_intent_and_a_new_session_pays(page: Page) -> None:
    cart_id = await page.payable()
    first = await page.elements(cart_id)
    assert page.pay(first, "pm_card_chargeDeclined").status_code == 402
    assert (await page.complete(cart_id))["type"] == "not_allowed"

    async def is_over() -> bool:
        return page.money(first["id"]).is_canceled

    await soon(is_over)
    assert page.pay(first).status_code == 400, "the old page can pay nothing any more"
    second = await page.elements(cart_id)
    assert page.pay(second).status_code == 200
    assert (await page.complete(cart_id))["type"] == "order"
    assert not page.money(first["id"]).is_holding


async def test_what_happens_in_the_dashboard_arrives_once(page: Page) -> None:
    order_id, reference = await page.bought()
    await page.ask(await page.payment(order_id), "capture")
    page.stripe.act(f"/payment_intents/{reference}/refund", amount=250)
    dispute = page.stripe.act(f"/payment_intents/{reference}/dispute", amount=100)
    events = told(page.stripe, reference)
    assert [await page.deliver(event) for event in (*reversed(events), *events)] == [200] * 2 * len(events)

    async def is_there() -> bool:
        path = f"/admin/orders/{order_id}/ledger"
        accounts = (await page.carts.client.get(path, headers=page.admin)).json()["ledger"]["accounts"]
        balances = {one["account"]: float(one["balance"]) for one in accounts}
        return bool((await page.payment(order_id))["refunds"]) and balances.get("disputed") not in {None, 0.0}

    await soon(is_there)
    assert [one["amount"] for one in (await page.payment(order_id))["refunds"]] == [2.5]
    assert seen(page.stripe, f"disputes/{dispute['id']}")["status"] == "needs_response"
    assert len((await page.payment(order_id))["captures"]) == 1


async def test_a_webhook_that_stripe_did_not_sign_is_refused(page: Page, database: Database) -> None:
    data = await page.elements(await page.payable())
    (event,) = told(page.stripe, data["id"])
    assert await page.deliver(event, "whsec_of_somebody") == 400
    async with database.reading() as connection:
        assert not await run(connection, "SELECT FROM provider_event")


async def test_a_cart_that_changes_after_the_payment_is_paid_by_a_new_intent_alone(page: Page) -> None:
    cart_id = await page.payable()
    first = await page.elements(cart_id)
    page.pay(first)
    await page.carts.add(cart_id, "tee_m")
    second = await page.elements(cart_id)
    assert first["id"] != second["id"]

    async def is_let_go() -> bool:
        return page.money(first["id"]).is_canceled

    await soon(is_let_go)
    page.pay(second)
    answer = await page.complete(cart_id)
    assert float(page.money(second["id"]).held) == answer["order"]["total"]
    assert not page.money(first["id"]).is_holding


async def test_a_customer_pays_again_with_the_card_that_was_kept(page: Page, customer: dict[str, str]) -> None:
    mine = Page(
        Carts(page.carts.client, {**customer, **page.carts.headers}, page.carts.labels), page.stripe, page.admin
    )
    first = await mine.elements(await mine.payable())
    assert seen(page.stripe, f"customers/{first['customer']}")["email"] == "carla@example.com"
    cart_id = await mine.payable()
    collection = await mine.carts.session(cart_id, STRIPE)
    path = f"/payment-collections/{collection['id']}/payment-sessions"
    wish = {"provider_id": STRIPE, "data": {"setup_future_usage": "off_session"}}
    (session,) = (await mine.carts.ok("POST", path, wish))["payment_collection"]["payment_sessions"]
    assert session["data"]["customer"] == first["customer"]
    assert session["context"]["account_holder"]["external_id"] == first["customer"]
    assert mine.pay(session["data"]).status_code == 200
    assert (await mine.complete(cart_id))["type"] == "order"
    (kept,) = seen(page.stripe, f"customers/{first['customer']}/payment_methods")["data"]
    again = await mine.payable()
    assert mine.pay(await mine.elements(again), kept["id"]).status_code == 200
    assert (await mine.complete(again))["type"] == "order"


@pytest.mark.parametrize("settings", ["automatic"], indirect=True)
async def test_money_that_is_taken_at_once_is_booked_once(page: Page) -> None:
    order_id, reference = await page.bought()
    assert (await page.order(order_id))["payment_status"] == "captured"
    events = told(page.stripe, reference)
    assert [await page.deliver(event) for event in events] == [200] * len(events)

    async def is_followed() -> bool:
        path = f"/admin/orders/{order_id}/ledger"
        accounts = (await page.carts.client.get(path, headers=page.admin)).json()["ledger"]["accounts"]
        return any(one["account"] == "fees" for one in accounts)

    await soon(is_followed)
    (capture,) = (await page.payment(order_id))["captures"]
    assert capture["amount"] == float(page.money(reference).taken)


async def _written(settings: Settings, database: Database) -> tuple[set[str], bytes]:
    """Return the workflows that ran, and all that their histories and our events hold."""
    temporal = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    types, parts = set(), []
    async for each in temporal.list_workflows():
        if (each.task_queue or "").startswith(settings.temporal_task_queue_prefix):
            handle = temporal.get_workflow_handle(each.id, run_id=each.run_id)
            parts += [event.SerializeToString() for event in (await handle.fetch_history()).events]
            types.add(each.workflow_type)
    async with database.reading() as connection:
        rows = await run(connection, "SELECT data::text FROM outbox_event")
    return types, b"".join([*parts, *(row.data.encode() for row in rows)])


async def test_p24_stripe_its_secrets_are_in_no_history_and_no_event(
    page: Page, settings: Settings, database: Database
) -> None:
    cart_id = await page.payable()
    data = await page.elements(cart_id)
    page.pay(data, "pm_card_threeDSecure2Required")
    await page.complete(cart_id)
    page.stripe.act(f"/payment_intents/{data['id']}/authenticate")
    order_id = (await page.complete(cart_id))["order"]["id"]
    await page.ask(await page.payment(order_id), "capture")
    for event in told(page.stripe, data["id"]):
        assert await page.deliver(event) == 200

    async def are_there() -> bool:
        types, _ = await _written(settings, database)
        return {"complete-cart", "capture-payment-workflow", "process-payment-workflow"} <= types

    await soon(are_there)
    _, written = await _written(settings, database)
    assert order_id.encode() in written
    for secret in (data["client_secret"], "_secret_", "sk_test_shop", *SECRETS):
        assert secret.encode() not in written


async def test_p24_mutation_a_refusal_that_quotes_the_secret_is_seen(
    page: Page, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quoting(*_: object) -> None:
        raise Refused("pi_1_secret_2")

    order_id, _ = await page.bought()
    payment = await page.payment(order_id)
    monkeypatch.setattr(StripePayments, "capture", quoting)
    path = f"/admin/payments/{payment['id']}/capture"
    assert (await page.carts.client.post(path, headers=page.admin, json={})).status_code == 500

    async def is_seen() -> bool:
        return b"_secret_" in (await _written(settings, database))[1]

    await soon(is_seen)
