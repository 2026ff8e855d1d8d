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
from providers.system.payment import SystemPayments
from tests.support.paypal import StandIn, paypal
from tests.support.sandbox import Ask, Money, Sandbox


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


@pytest.fixture(scope="session")
def shared_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    server = StandIn(tmp_path_factory.mktemp("paypal") / "effects.jsonl")
    yield server
    server.close()


@pytest.fixture
def stand_in(shared_stand_in: StandIn) -> Iterator[StandIn]:
    """Return PayPal's stand-in; what was said to it and by it must be as PayPal describes its API."""
    shared_stand_in.calm()
    yield shared_stand_in
    assert shared_stand_in.faults == []


@pytest.fixture
async def buttons(stand_in: StandIn) -> AsyncIterator[PayPalPayments]:
    provider = paypal(stand_in.url)
    yield provider
    await provider.close()


@pytest.fixture
async def takes_at_once(stand_in: StandIn) -> AsyncIterator[PayPalPayments]:
    """Return PayPal with the intent `capture`."""
    provider = paypal(stand_in.url, captures=True)
    yield provider
    await provider.close()


@pytest.fixture
async def impatient(stand_in: StandIn) -> AsyncIterator[PayPalPayments]:
    """Return a client that gives up while the stand-in hangs or dawdles."""
    provider = paypal(stand_in.url, seconds=0.4)
    yield provider
    await provider.close()


@pytest.fixture(params=["system", "recorded", "pay", "browser", "buttons"])
def any_provider(request: pytest.FixtureRequest) -> PaymentProvider:
    simple: dict[str, PaymentProvider] = {"system": SystemPayments(), "recorded": RecordedPayments()}
    provider: PaymentProvider = simple.get(request.param) or request.getfixturevalue(request.param)
    return provider


@pytest.fixture
def confirm(any_provider: PaymentProvider, request: pytest.FixtureRequest) -> Callable[[SessionRequest], None]:
    """Return what the shopper does in their browser, where the provider has them do something."""

    def confirmed(session: SessionRequest) -> None:
        if any_provider.id == "pp_paypal_paypal":
            request.getfixturevalue("stand_in").shopper(session.reference)
        elif any_provider.confirmed_by_client:
            request.getfixturevalue("sandbox").confirm(session.reference).raise_for_status()

    return confirmed


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
