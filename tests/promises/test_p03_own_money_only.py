"""Promise 3: what fails lets go of its own money only; the money of an order is never voided or refunded by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from commerce.payment.port import Holding
from kit.errors import CommerceError
from operations.begin_checkout import begin_checkout
from operations.hand_over_checkout import hand_over_checkout
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.release_session import begin_release, finish_release, let_go_of_refused, settle_by_hand
from operations.resolve_session import Answer, abandon_session, resolve_session
from tests.promises.till import Till, without

CARD = "pp_sandbox_sandbox"
NOTHING, GONE = Answer(Holding.NOTHING, Paid("pending")), Answer(Holding.RELEASED, Paid("canceled"))
UNKNOWN, OTHER = Answer(Holding.UNKNOWN, Paid("pending")), Answer(Holding.HELD, Paid("authorized", Decimal(1)))
DECLINED, RAISED = Outcome(OutcomeKind.DECLINED), Outcome(OutcomeKind.RAISED)

Step = Callable[[AsyncSession, Claim, str], Awaitable[object]]
STEPS: dict[str, Step] = {
    "begins again": lambda s, b, _: begin_checkout(s, b.cart_id, b.run_id),
    "is declined": lambda s, b, _: refuse_checkout(s, b, DECLINED, "error"),
    "is cancelled": lambda s, b, _: refuse_checkout(s, b, DECLINED, "canceled"),
    "is raised at": lambda s, b, _: refuse_checkout(s, b, RAISED, None),
    "gives up": lambda s, b, _: hand_over_checkout(s, b),
    "places with too little": lambda s, b, _: place_order(s, b, Paid("authorized", Decimal(1))),
    "finds nothing": lambda s, _, id_: resolve_session(s, id_, NOTHING),
    "finds it gone": lambda s, _, id_: resolve_session(s, id_, GONE),
    "finds nobody": lambda s, _, id_: resolve_session(s, id_, UNKNOWN),
    "finds another amount": lambda s, _, id_: resolve_session(s, id_, OTHER),
    "is abandoned by a person": lambda s, _, id_: abandon_session(s, id_),
    "lets go": lambda s, _, id_: let_go_of_refused(s, id_),
    "releases": lambda s, _, id_: begin_release(s, id_),
    "has released": lambda s, _, id_: finish_release(s, id_, reference=None, voided=Decimal(10), refunded=Decimal(0)),
    "is settled by hand": lambda s, _, id_: settle_by_hand(s, id_, "by hand"),
}


async def ordered(till: Till) -> tuple[Claim, str, str]:
    """Let attempt B begin and A place the order; returns B's claim, the session, the order."""
    cart_id = await till.cart({"mug": 1}, CARD)
    session_id = await till.value("SELECT id FROM payment_session")
    b = await till.begin(cart_id, "b")
    a = await till.press(cart_id)
    assert a.order_id is not None
    return b, session_id, a.order_id


async def given_back(till: Till, session_id: str) -> list[str]:
    """Let everything come to rest, with late runs of every kind; returns what went back of the session's money."""
    for name in ("release-session", "resolve-session"):
        till.world.start(name, session_id)
    await till.rest()
    return [effect.kind for effect in till.effects(session_id) if effect.kind in ("void", "refund", "cancel")]


async def test_p03_every_step_of_another_attempt_leaves_an_orders_money(sandbox_till: Till) -> None:
    """One after the other and, at the end, all at once."""
    b, session_id, order_id = await ordered(sandbox_till)

    async def fail(step: Step) -> None:
        with suppress(CommerceError):
            await sandbox_till.database.transact(lambda s: step(s, b, session_id))

    for name, step in STEPS.items():
        await fail(step)
        assert await sandbox_till.wrong() == [], name
    await asyncio.gather(*[fail(step) for step in STEPS.values()])
    assert await given_back(sandbox_till, session_id) == []
    assert await sandbox_till.orders(b.cart_id) == [order_id]
    assert await sandbox_till.wrong() == []


async def test_p03_a_failed_attempt_before_it_leaves_the_next_ones_money(sandbox_till: Till) -> None:
    """The first card fails, a second one pays: only the first session is let go."""
    cart_id = await sandbox_till.cart({"pen": 1}, CARD, behavior="decline")
    first = await sandbox_till.value("SELECT id FROM payment_session")
    assert (await sandbox_till.press(cart_id)).kind == OutcomeKind.DECLINED
    second = await sandbox_till.session(cart_id, CARD)
    assert (await sandbox_till.press(cart_id)).order_id is not None
    assert await given_back(sandbox_till, first) == ["cancel"]
    assert await given_back(sandbox_till, second) == []
    assert await sandbox_till.wrong() == []


UNGUARDED = ("operations.release_session._BEGIN", "AND fate IN ('superseded', 'releasing') AND order_id IS NULL")


async def test_p03_the_database_alone_holds_it(sandbox_till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A consumed session stays consumed, whatever statement forgets to look."""
    _, session_id, _ = await ordered(sandbox_till)
    without(monkeypatch, *UNGUARDED)
    with pytest.raises(IntegrityError, match="ck_payment_session_consumed"):
        await sandbox_till.database.transact(lambda s: begin_release(s, session_id))


async def test_p03_mutation_an_unguarded_release_takes_an_orders_money(
    sandbox_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, session_id, _ = await ordered(sandbox_till)
    without(monkeypatch, *UNGUARDED)
    await sandbox_till.change("ALTER TABLE payment_session DROP CONSTRAINT ck_payment_session_consumed")
    run = sandbox_till.world.start("release-session", session_id)
    assert run.task is not None
    await run.task
    assert "void" in [effect.kind for effect in sandbox_till.effects(session_id)]
    assert any(sentence.startswith(f"{session_id}: 0 at the provider") for sentence in await sandbox_till.wrong())
