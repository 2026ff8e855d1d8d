"""Fixtures: the discreet shop, and the vendors it is paid through, each one's stand-in calm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from commerce.auth.passwords import Passwords
from kit.db import Database
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from providers.paypal.client import PayPalClient
from tests.promises.canaries import KEYS, Ears, Records, listening
from tests.promises.discreet_shop import ADMIN, ADMIN_PASSWORD, AtPayPal, AtSandbox, AtStripe, DiscreetShop, Vendor
from tests.support.paypal import CLIENT_ID, SECRET, WEBHOOK, PayPalServer
from tests.support.paypal_fixtures import shared_paypal, stand_in
from tests.support.recorded_shop import build_recorded_shop
from tests.support.running_shop import running
from tests.support.sandbox import Sandbox
from tests.support.stand_in import StandIn
from tests.support.stripe_fixtures import shared_stripe, stripe_server

__all__ = ["shared_paypal", "shared_stripe", "stand_in", "stripe_server"]


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
