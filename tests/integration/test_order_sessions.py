"""Sessions of an order's own collection: money that comes for them is the order's at once, or goes back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import Holding, SessionResult
from operations.open_order_session import record_order_session_intent, settle_order_session
from operations.order_collections import create_order_collection
from operations.record_payment import Paid
from operations.release_session import finish_release
from operations.resolve_session import Answer, Resolved, resolve_session
from tests.support.checkout_steps import PROVIDER, Steps


@pytest.fixture
async def session(steps: Steps) -> str:
    """Return an open session for 7 more of an order of 20."""
    cart, _ = await steps.payable(mug=2)
    order = (await steps.place(await steps.claim(cart))).order_id
    assert order is not None
    collection = await steps.database.transact(lambda s: create_order_collection(s, order, Decimal(7)))
    intent = await steps.database.transact(lambda s: record_order_session_intent(s, collection, PROVIDER, {}, {}))
    result = SessionResult(status=SessionStatus.PENDING, data={}, reference="ref_7")
    assert await steps.database.transact(lambda s: settle_order_session(s, intent, result))
    return intent.request.session_id


async def hear(steps: Steps, session: str, held: object = 0, captured: object = 0) -> Resolved:
    word = Paid("captured" if captured else "authorized", Decimal(str(held)), Decimal(str(captured)))
    holding = Holding.CAPTURED if captured else Holding.HELD if held else Holding.NOTHING
    return await steps.database.transact(lambda s: resolve_session(s, session, Answer(holding, word)))


@pytest.mark.parametrize("moved", [{"held": 7}, {"captured": 7}])
async def test_money_that_came_is_the_orders_once(steps: Steps, session: str, moved: dict[str, int]) -> None:
    assert await hear(steps, session, **moved) is Resolved.PAID
    assert await hear(steps, session, **moved) is Resolved.PAID
    row = await steps.row("SELECT status, authorized_amount, captured_amount FROM payment_collection WHERE amount = 7")
    taken = moved.get("captured", 0)
    assert tuple(row) == ("completed" if taken else "authorized", 7, taken)
    assert await steps.value("SELECT count(*) FROM payment WHERE payment_session_id = $1", session) == 1
    assert await steps.fate(session) == "consumed"
    paid = await steps.value("SELECT (summary ->> 'paid_total')::numeric FROM order_summary")
    assert paid == taken


async def test_another_amount_is_let_go(steps: Steps, session: str) -> None:
    assert await hear(steps, session, held=8) is Resolved.RELEASING
    assert await steps.fate(session) == "releasing"
    assert session in await steps.asked("release-session")


async def test_money_that_comes_after_the_end_is_let_go(steps: Steps, session: str) -> None:
    await hear(steps, session, held=8)
    nothing = Decimal(0)
    finish = {"reference": "ref_7", "voided": Decimal(8), "refunded": nothing}
    assert await steps.database.transact(lambda s: finish_release(s, session, **finish))
    assert await hear(steps, session, held=7) is Resolved.RELEASING


async def test_nothing_that_is_there_changes_nothing(steps: Steps, session: str) -> None:
    assert await hear(steps, session) is Resolved.NOTHING
    assert await steps.fate(session) == "open"
