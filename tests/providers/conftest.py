"""A real sandbox process on a free port, and the providers that the conformance suite walks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal

import pytest

from commerce.payment.port import PaymentProvider, PaymentRequest, SessionRequest
from kit.ids import new_id
from providers.paypal.payment import PayPalPayments
from providers.recorded.payment import RecordedPayments
from providers.sandbox.payment import SandboxPayments
from providers.stripe.payment import StripePayments
from providers.system.payment import SystemPayments
from tests.support import stripe as stripe_js
from tests.support.paypal import PayPalServer, paypal
from tests.support.paypal_fixtures import shared_paypal, stand_in
from tests.support.sandbox import Ask, Money, Sandbox
from tests.support.stand_in import StandIn
from tests.support.stripe_fixtures import shared_stripe, stripe_server

__all__ = ["shared_paypal", "shared_stripe", "stand_in", "stripe_server"]


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("sandbox") / "effects.jsonl")
    yield server
    server.stop()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.turn(late_seconds=0.2, slow_seconds=0.8, hang_seconds=2)
    return shared_sandbox


@pytest.fixture
async def pay(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    provider = SandboxPayments(sandbox.url, session_seconds=5, money_seconds=5)
    yield provider
    await provider.close()


@pytest.fixture
async def hasty(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    """Return a client that gives up while the sandbox hangs or dawdles."""
    provider = SandboxPayments(sandbox.url, session_seconds=0.4, money_seconds=0.4)
    yield provider
    await provider.close()


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    provider = SandboxPayments(sandbox.url, confirmed_by_client=True, session_seconds=5, money_seconds=5)
    yield provider
    await provider.close()


@pytest.fixture
async def stripe(stripe_server: StandIn) -> AsyncIterator[StripePayments]:
    provider = stripe_js.stripe_payments(stripe_server)
    yield provider
    await provider.close()


@pytest.fixture
async def buttons(stand_in: PayPalServer) -> AsyncIterator[PayPalPayments]:
    provider = paypal(stand_in.url)
    yield provider
    await provider.close()


@pytest.fixture
async def takes_at_once(stand_in: PayPalServer) -> AsyncIterator[PayPalPayments]:
    """Return PayPal with the intent `capture`."""
    provider = paypal(stand_in.url, captures=True)
    yield provider
    await provider.close()


@pytest.fixture
async def impatient(stand_in: PayPalServer) -> AsyncIterator[PayPalPayments]:
    """Return a client that gives up while the stand-in hangs or dawdles."""
    provider = paypal(stand_in.url, seconds=0.4)
    yield provider
    await provider.close()


@pytest.fixture(params=["system", "recorded", "pay", "browser", "stripe", "buttons"])
def any_provider(request: pytest.FixtureRequest) -> PaymentProvider:
    simple: dict[str, PaymentProvider] = {"system": SystemPayments(), "recorded": RecordedPayments()}
    provider: PaymentProvider = simple.get(request.param) or request.getfixturevalue(request.param)
    return provider


@pytest.fixture
def shopper(any_provider: PaymentProvider, request: pytest.FixtureRequest) -> Callable[[SessionRequest], object]:
    """Return what the shopper's browser does before we are asked, where it does anything."""
    if any_provider.id == StripePayments.id:
        stand_in = request.getfixturevalue("stripe_server")
        return lambda session: stripe_js.confirm(stand_in, session.data)
    if any_provider.id == PayPalPayments.id:
        paypal_server = request.getfixturevalue("stand_in")
        return lambda session: paypal_server.shopper(session.reference)
    if any_provider.confirmed_by_client:
        sandbox = request.getfixturevalue("sandbox")
        return lambda session: sandbox.confirm(session.reference)
    return lambda _: None


@pytest.fixture
def ask() -> Ask:
    """Return a maker of session requests, each with a fresh session id."""

    def make(behavior: str = "", amount: str = "12.50", **data: object) -> SessionRequest:
        session = new_id("payses")
        if behavior:
            data["behavior"] = behavior
        return SessionRequest(session_id=session, key=session, amount=Decimal(amount), currency_code="eur", data=data)

    return make


@pytest.fixture
def money() -> Money:
    """Return a maker of captures, refunds and cancels of a session."""

    def make(session: SessionRequest, reference: str, amount: str, key: str) -> PaymentRequest:
        return PaymentRequest(
            session_id=session.session_id,
            key=f"{session.session_id}/{key}",
            reference=reference,
            amount=Decimal(amount),
            currency_code=session.currency_code,
            data=session.data,
        )

    return make
