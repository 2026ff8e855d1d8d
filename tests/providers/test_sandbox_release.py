"""In any mix of moods, money is where the answers say: authorised and kept, or released for good."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import Declined, ReleaseResult, SessionRequest, Unknown
from providers.sandbox import audit
from providers.sandbox.payment import SandboxPayments
from tests.support.sandbox import Ask, Sandbox

PRICE = Decimal("12.50")
FAULTS = {"calm": 3, "reset": 1, "late_landing": 2, "apply_then_timeout": 1, "error_after": 1, "slow": 1}
PLACES_AN_ORDER = {SessionStatus.AUTHORIZED, SessionStatus.CAPTURED}


async def released(provider: SandboxPayments, session: SessionRequest) -> ReleaseResult:
    """Ask for proof until there is some, as release-session does."""
    while True:
        try:
            return await provider.release(session)
        except Unknown:
            await asyncio.sleep(0.05)


async def shop(provider: SandboxPayments, session: SessionRequest) -> bool:
    """Buy as a checkout does that gives up at the first doubt; tell whether that placed an order."""
    try:
        status = (await provider.authorise(session)).status
    except (Unknown, Declined):
        status = None
    if status in PLACES_AN_ORDER:
        return True
    await released(provider, session)
    return False


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_effect_is_explained_by_an_order_or_undone(
    hasty: SandboxPayments, sandbox: Sandbox, ask: Ask, seed: int
) -> None:
    answers = {"decline": 1, "decline_raised": 1, "pending": 1, "capture": 2}
    weights = {"create": FAULTS, "authorise": FAULTS | answers, "cancel": FAULTS, "refund": FAULTS}
    sandbox.turn(weights=weights, seed=seed, late_seconds=0.4, slow_seconds=0.8, hang_seconds=1)
    sessions = [ask() for _ in range(25)]
    bought = await asyncio.gather(*(shop(hasty, session) for session in sessions))
    await asyncio.sleep(1)  # longer than anything may be late
    orders = {s.session_id: PRICE for s, is_order in zip(sessions, bought, strict=True) if is_order}
    ours = {s.session_id for s in sessions}
    told = [line for line in audit.unexplained(sandbox.log, orders) if line.split(":")[0] in ours]
    assert told == []
    assert audit.impossible(sandbox.log) == []
    assert len(orders) < len(sessions), "the moods must have spoiled some"
