"""The door of payment webhooks; what follows from one is told in tests/promises and tests/integration."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from api.state import State
from commerce.payment.events import Delivery, ProviderEvent
from commerce.payment.port import Unknown
from kit.db import Database, run, value
from kit.metrics import WEBHOOKS
from kit.settings import Settings
from operations.receive_event import purge_provider_events
from providers.sandbox.happenings import SIGNATURE, signature
from tests.support.durable import until
from tests.support.placed_order import Placed, placed, worker
from tests.support.recorded_fixtures import shop, storefront
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts
from worker import work

__all__ = ["placed", "shop", "storefront", "worker"]

SECRET = "whsec_old"
EVENT = {
    "id": "evt_1",
    "kind": "intent.captured",
    "at": "2026-01-01T00:00:00+00:00",
    "session": "",
    "intent": "intent_1",
    "provider": "pp_sandbox_sandbox",
}


@pytest.fixture
def settings(settings: Settings, temporal: str) -> Settings:
    changes = {
        "temporal_address": temporal,
        "temporal_task_queue_prefix": f"{uuid4().hex}-",
        "recorded_payments": True,
        "rounding": "none",
        "sandbox_url": "http://127.0.0.1:1",
        "sandbox_webhook_secrets": f"whsec_new {SECRET}",
    }
    return settings.model_copy(update=changes)


class Provider:
    """Whoever delivers webhooks."""

    def __init__(self, client: AsyncClient, database: Database) -> None:
        self.client, self.database = client, database

    async def deliver(self, event: Any, secret: str = SECRET, age: int = 0) -> Response:  # noqa: ANN401 - JSON
        body, at = json.dumps(event).encode(), int(time.time()) - age
        signed = {SIGNATURE: f"t={at},v1={signature(body, secret, at)}"}
        return await self.client.post("/hooks/payment/sandbox_sandbox", content=body, headers=signed)

    async def rows(self, sql: str = "SELECT event_id, state, session_id FROM provider_event") -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await run(connection, sql)]


@pytest.fixture
def provider(client: AsyncClient, database: Database) -> Provider:
    return Provider(client, database)


async def test_an_event_is_stored_as_it_was_signed(provider: Provider) -> None:
    answer = await provider.deliver(EVENT)
    assert (answer.status_code, answer.text) == (200, "OK")
    [(body, kind)] = await provider.rows("SELECT body, kind FROM provider_event")
    assert (json.loads(body), kind) == (EVENT, "intent.captured")


async def test_p09_twice_is_once(provider: Provider) -> None:
    answers = await asyncio.gather(*[provider.deliver(EVENT) for _ in range(5)])
    assert [answer.status_code for answer in answers] == [200] * 5
    assert await provider.rows() == [("evt_1", "unmatched", None)]
    assert len(await provider.rows("SELECT id FROM outbox_event WHERE name = 'payment.webhook_received'")) == 1


async def test_a_kind_that_nobody_knows_is_kept(provider: Provider) -> None:
    assert (await provider.deliver({**EVENT, "kind": "moon.risen"})).status_code == 200
    assert await provider.rows() == [("evt_1", "unmatched", None)]


@pytest.mark.parametrize("secret", ["whsec_new", SECRET])
async def test_both_secrets_count_while_one_is_replaced(provider: Provider, secret: str) -> None:
    assert (await provider.deliver(EVENT, secret)).status_code == 200


async def test_p09_a_bad_signature_leaves_no_row(provider: Provider) -> None:
    unsigned = await provider.client.post("/hooks/payment/sandbox_sandbox", json=EVENT)
    for answer in (await provider.deliver(EVENT, "whsec_other"), await provider.deliver(EVENT, age=301), unsigned):
        assert answer.status_code == 400
        assert answer.json()["message"] == "The webhook is not signed by the payment provider."
    assert await provider.rows() == []


async def test_what_becomes_of_webhooks_is_counted(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[int, dict[str, str]]] = []
    monkeypatch.setattr(WEBHOOKS, "add", lambda number, labels: counted.append((number, labels)))
    await provider.deliver(EVENT)
    await provider.deliver(EVENT, "whsec_other")
    assert counted == [(1, {"provider": "pp_sandbox_sandbox", "outcome": outcome}) for outcome in ("stored", "refused")]


async def test_p09_mutation_whoever_does_not_check_keeps_what_anybody_sent(
    provider: Provider, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = state.payment_providers["pp_sandbox_sandbox"].events
    monkeypatch.setattr(events, "_secrets", ["whsec_other"])
    await provider.deliver(EVENT, "whsec_other")
    assert await provider.rows() != []


async def test_one_that_cannot_be_checked_now_is_to_be_delivered_again(
    provider: Provider, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Delivery) -> ProviderEvent:
        raise Unknown("the certificate could not be fetched")

    monkeypatch.setattr(state.payment_providers["pp_sandbox_sandbox"].events, "verify", away)
    answer = await provider.deliver(EVENT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert await provider.rows() == []


@pytest.mark.parametrize("name", ["none_x", "system_default"])
async def test_a_provider_that_never_tells_is_answered_as_the_peer_does(provider: Provider, name: str) -> None:
    answer = await provider.client.post(f"/hooks/payment/{name}", json={"a": 1})
    assert (answer.status_code, answer.text) == (200, "OK")
    assert await provider.rows() == []


async def test_a_body_has_a_limit(provider: Provider) -> None:
    assert (await provider.deliver({**EVENT, "more": "x" * 30_000})).status_code == 413


async def test_old_ones_are_purged_unless_nobody_asked(provider: Provider, database: Database) -> None:
    for number, state in enumerate(("done", "unmatched", "stored")):
        await provider.deliver({**EVENT, "id": f"evt_{number}"})
        change = "UPDATE provider_event SET state = $2, received_at = now() - interval '31 days' WHERE event_id = $1"
        await database.transact(lambda s, n=number, to=state, sql=change: run(s, sql, f"evt_{n}", to))
    await provider.deliver({**EVENT, "id": "evt_new"})
    assert await database.transact(purge_provider_events) == 2
    assert sorted(row[0] for row in await provider.rows()) == ["evt_2", "evt_new"]


async def test_p09_a_kill_after_the_200_loses_nothing(
    settings: Settings, client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    """No worker lives when the webhook is answered: what is committed is what the next one goes by."""
    session_id = await _held(settings, client, database, shop, storefront)
    body = {"type": "captured", "session_id": session_id, "amount": 1}
    assert (await client.post("/hooks/payment/test_rec", json=body)).status_code == 200
    stop = asyncio.Event()
    working = asyncio.create_task(work(settings, stop))

    async def is_captured() -> bool:
        async with database.reading() as connection:
            return await value(connection, "SELECT captured_amount > 0 FROM payment_collection") is True

    try:
        await until(is_captured, "the order was captured")
    finally:
        stop.set()
        await working
    async with database.reading() as connection:
        [(state, kept)] = await run(connection, "SELECT state, body FROM provider_event")
    assert (state, kept) == ("done", b""), "what was told is not kept: it may hold client secrets"


async def _held(
    settings: Settings, client: AsyncClient, database: Database, shop: RecordedShop, headers: dict[str, str]
) -> str:
    """Place an order at the recordings' provider, then let its worker end; return its session."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(settings, stop))
    carts = Carts(client, headers, dict(shop.labels))
    cart_id = await carts.new(email="ada@example.com", shipping_address=ADDRESS)
    await carts.add(cart_id, "mug_v", 1)
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": shop.labels["ship_eu"]})
    await carts.session(cart_id, "pp_test_rec")
    await carts.ok("POST", f"/carts/{cart_id}/complete")
    stop.set()
    await working
    async with database.reading() as connection:
        return str(await value(connection, "SELECT id FROM payment_session WHERE fate = 'consumed'"))


async def test_the_timeline_of_an_order(
    placed: Placed, client: AsyncClient, admin: dict[str, str], database: Database
) -> None:
    answer = await client.get(f"/admin/orders/{placed.order_id}/timeline", headers=admin)
    told = answer.json()
    assert told["order_id"] == placed.order_id
    assert [each["kind"] for each in told["timeline"]] == ["order_placed", "authorized"]
    assert set(told["timeline"][1]) == {
        *("at", "kind", "amount", "currency_code", "payment_id", "reference_id", "created_by", "note")
    }
    payment_id = told["timeline"][1]["payment_id"]
    await database.transact(lambda s: run(s, "UPDATE payment SET attention = 'look' WHERE id = $1", payment_id))
    shown = (await client.get(f"/admin/orders/{placed.order_id}/timeline", headers=admin)).json()
    assert shown["attention"] == [{"payment_id": payment_id, "reference_id": payment_id, "reason": "look"}]
    seen = await client.delete(f"/admin/payments/{payment_id}/attention", headers=admin)
    assert seen.json() == {"id": payment_id, "object": "attention", "deleted": True}
    shown = (await client.get(f"/admin/orders/{placed.order_id}/timeline", headers=admin)).json()
    assert shown["attention"] == []
    missing = await client.get("/admin/orders/order_x/timeline", headers=admin)
    assert (missing.status_code, missing.json()["message"]) == (404, "Order id not found: order_x")


ADDRESS = {
    "first_name": "Ada",
    "last_name": "L",
    "address_1": "A 1",
    "city": "Berlin",
    "country_code": "de",
    "postal_code": "10115",
}
