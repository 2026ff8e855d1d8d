"""Promise 24 for payments: nobody's data, no card and no secret outside of the database, whatever happens to money."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import hooks
from commerce.auth.passwords import Passwords
from commerce.payment.events import ProviderEvent
from commerce.payment.port import Declined, SessionRequest
from kit.db import Database, run
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from providers.paypal.client import PayPalClient
from providers.stripe.payment import StripePayments
from tests.promises.canaries import KEYS, MAIL, NOTE, Ears, Records, listening
from tests.promises.discreet_shop import ADMIN, ADMIN_PASSWORD, AtPayPal, AtSandbox, AtStripe, DiscreetShop, Vendor
from tests.support.durable import until
from tests.support.paypal import CLIENT_ID, SECRET, WEBHOOK, PayPalServer
from tests.support.paypal_fixtures import shared_paypal, stand_in
from tests.support.recorded_shop import build_recorded_shop
from tests.support.running_shop import running
from tests.support.sandbox import Sandbox
from tests.support.stand_in import StandIn
from tests.support.stripe_fixtures import shared_stripe, stripe_server

__all__ = ["shared_paypal", "shared_stripe", "stand_in", "stripe_server"]

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path / "sandbox.jsonl")
    server.turn(webhook_secret=KEYS["sandbox_webhook_secrets"])
    yield server
    server.stop()


@pytest.fixture
def vendors(sandbox: Sandbox, stripe_server: StandIn, stand_in: PayPalServer) -> dict[str, Vendor]:
    return {"sandbox": AtSandbox(sandbox), "stripe": AtStripe(stripe_server), "paypal": AtPayPal(stand_in)}


@pytest.fixture
def settings(database_url: str, temporal: str, vendors: dict[str, Vendor], tmp_path: Path) -> Settings:
    """Return settings in which every secret is a canary, of a shop that logs all it can."""
    (tmp_path / "heard").touch()
    return Settings(
        **KEYS,
        database_url=database_url,
        temporal_address=temporal,
        temporal_task_queue_prefix=f"{uuid4().hex}-",
        password_memory_kib=8,
        password_time_cost=1,
        log_level="DEBUG",
        throttle=False,
        sandbox_url=vendors["sandbox"].url,
        stripe_base_url=vendors["stripe"].url,
        paypal_client_id=CLIENT_ID,
        paypal_secret=SECRET,
        paypal_base_url=vendors["paypal"].url,
        paypal_webhook_id=WEBHOOK,
        provider_session_seconds=30,
        provider_money_seconds=30,
        money_wait_seconds=60,
        attempt_deadline_seconds=8,
        events_file=tmp_path / "heard",
    )


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    with listening(monkeypatch) as heard:
        yield heard


@pytest.fixture
async def shop(
    settings: Settings, database: Database, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DiscreetShop]:
    """Yield the running shop; PayPal's tokens are secrets, too."""
    built = await database.transact(build_recorded_shop)
    hashed = await Passwords(8, 1, 1).hash(ADMIN_PASSWORD)
    await database.transact(lambda session: create_admin_user(session, ADMIN, hashed))
    records = Records(settings, database, ears)
    fresh = PayPalClient._fresh

    async def noted(self: PayPalClient, seconds: float) -> object:
        token = await fresh(self, seconds)
        records.secrets.add(token.text)
        return token

    monkeypatch.setattr(PayPalClient, "_fresh", noted)
    monkeypatch.setattr("activities.payment_session.DEADLINE", 30.0)
    monkeypatch.setattr("activities.account_holder.DEADLINE", 30.0)
    async with running(settings) as url, httpx2.AsyncClient(timeout=90) as http:
        made = DiscreetShop(url, built, records, http)
        await made.open(AtSandbox.id, AtStripe.id, AtPayPal.id)
        yield made


@pytest.fixture(params=["sandbox", "stripe", "paypal"])
def vendor(request: pytest.FixtureRequest, vendors: dict[str, Vendor]) -> Vendor:
    return vendors[request.param]


async def test_p24_the_whole_life_of_an_order_tells_nobody_who_paid_and_how(shop: DiscreetShop, vendor: Vendor) -> None:
    order_id = await shop.whole_life(vendor)
    await shop.reconcile()
    written = await shop.records.everything()
    ran = {place.split()[0] for place in written if " " in place}
    assert {"complete-cart", "capture-payment-workflow", "refund-payment-workflow", "process-payment-workflow"} <= ran
    assert "reconcile-payments" in ran
    for place in ("events", "what subscribers heard"):
        assert order_id.encode() in written[place]
    assert b"webhook refused" in written["logs"]
    assert b"hooks/payment" in written["logs"], "libraries are heard, too"
    assert await shop.records.leaks() == []
    assert set(await shop.records.tables_with(MAIL)) >= {"cart", "customer", "order"}, "the canaries were alive"
    assert "refund" in await shop.records.tables_with(NOTE)


async def attention_of(shop: DiscreetShop) -> bool:
    async with shop.records.database.reading() as connection:
        rows = await run(connection, "SELECT attention FROM payment_session WHERE attention IS NOT NULL")
    return bool(rows)


async def test_p24_what_waits_for_a_person_and_what_was_refused_says_it_without_secrets(
    shop: DiscreetShop, stripe_server: StandIn
) -> None:
    stripe = AtStripe(stripe_server)
    order_id, _ = await shop.bought(stripe)
    payment = await shop.payment(order_id)
    cart_id = await shop.cart()
    stripe.pay(await shop.session(cart_id, stripe))
    stripe_server.turn({"call": "*", "kind": "refuse", "times": None})
    refused = await shop.ask("POST", f"/admin/payments/{payment['id']}/capture", shop.clerk, {})
    assert refused.status_code == 500
    line = {"variant_id": shop.shop.labels["tee_m"], "quantity": 1}
    await shop.ok("POST", f"/store/carts/{cart_id}/line-items", shop.shopper, line)
    await until(lambda: attention_of(shop), "the money that cannot be let go is a person's matter")
    assert b"EURYALE_STRIPE_API_KEY" in (await shop.records.everything())["attention"]
    assert await shop.records.leaks() == []


async def test_p24_mutation_a_decline_that_quotes_the_session_is_seen(
    shop: DiscreetShop, stripe_server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quoting(_: object, request: SessionRequest) -> None:
        raise Declined(str(request.data))

    monkeypatch.setattr(StripePayments, "authorise", quoting)
    cart_id = await shop.cart()
    secret = (await shop.session(cart_id, AtStripe(stripe_server)))["client_secret"]
    await shop.complete(cart_id)
    leaked = await shop.records.leaks()
    assert any(one.startswith(f"{secret!r} in complete-cart") for one in leaked)


async def test_p24_mutation_a_line_with_the_body_of_a_webhook_and_a_talkative_sdk_are_seen(
    shop: DiscreetShop, stripe_server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe = AtStripe(stripe_server)
    cart_id = await shop.cart()
    data = await shop.session(cart_id, stripe)
    assert await shop.records.leaks() == []
    level = logging.getLogger("stripe").level
    logging.getLogger("stripe").setLevel(logging.DEBUG)
    try:
        await shop.session(cart_id, stripe)
    finally:
        logging.getLogger("stripe").setLevel(level)
    told = [one for one in await shop.records.leaks() if one.endswith("in logs")]
    assert told
    receive = hooks.receive_event

    async def talkative(session: AsyncSession, provider_id: str, event: ProviderEvent, body: bytes) -> bool:
        hooks.log.info("heard", body=body.decode())
        return await receive(session, provider_id, event, body)

    monkeypatch.setattr(hooks, "receive_event", talkative)
    await shop.hear(stripe, data)
    assert f"{data['client_secret']!r} in logs" in await shop.records.leaks()
