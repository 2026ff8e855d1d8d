"""A real sandbox process on a free port, and the providers that the conformance suite walks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest

from commerce.payment.port import PaymentProvider, PaymentRequest, SessionRequest
from kit.ids import new_id
from providers.recorded.payment import RecordedPayments
from providers.sandbox.payment import SandboxPayments
from providers.system.payment import SystemPayments
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


@pytest.fixture(params=["system", "recorded", "pay", "browser"])
def any_provider(request: pytest.FixtureRequest) -> PaymentProvider:
    simple: dict[str, PaymentProvider] = {"system": SystemPayments(), "recorded": RecordedPayments()}
    provider: PaymentProvider = simple.get(request.param) or request.getfixturevalue(request.param)
    return provider


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
