"""Each mood of the sandbox, seen through the port and in the log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import httpx2
import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import ZERO, Declined, Holding, Refused, SessionRequest, Unknown
from providers.sandbox import audit, log, moods
from providers.sandbox.payment import SandboxPayments
from tests.support.sandbox import Ask, Money, Sandbox, opened

PRICE = Decimal("12.50")


def in_log(sandbox: Sandbox, session: SessionRequest) -> audit.IntentMoney:
    (found,) = audit.audit(sandbox.log)[session.session_id]
    return found


async def until_answered(sandbox: Sandbox, key: str) -> None:
    """Wait until the sandbox has dealt with `key`, whoever heard the answer."""
    while not any(entry.answer and entry.answer.key == key for entry in log.read(sandbox.log)):  # noqa: ASYNC110 - another process's file
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("behavior", "status"),
    [
        ("decline", SessionStatus.ERROR),
        ("requires_more", SessionStatus.REQUIRES_MORE),
        ("pending", SessionStatus.PENDING),
        ("pending_authorization", SessionStatus.PENDING_AUTHORIZATION),
        ("canceled", SessionStatus.CANCELED),
    ],
)
async def test_a_returned_answer_holds_nothing(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask, behavior: str, status: SessionStatus
) -> None:
    session = await opened(pay, ask(behavior))
    answer = await pay.authorise(session)
    assert (answer.status, answer.held, answer.captured) == (status, ZERO, ZERO)
    assert not in_log(sandbox, session).is_holding


async def test_a_capture_at_once_is_refunded_on_release(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask("capture"))
    answer = await pay.authorise(session)
    assert (answer.status, answer.held, answer.captured) == (SessionStatus.CAPTURED, ZERO, PRICE)
    assert (await pay.status(session)).holding == Holding.CAPTURED
    first, again = await pay.release(session), await pay.release(session)
    assert first == again
    assert (first.voided, first.refunded) == (ZERO, PRICE)
    assert (await pay.status(session)).holding == Holding.RELEASED
    assert in_log(sandbox, session).refunded == PRICE


@pytest.mark.parametrize("call", ["create", "authorise"])
async def test_a_raised_decline_did_nothing_and_is_replayed(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask, call: str
) -> None:
    request = ask(f"{call}=decline_raised")
    for _ in range(2):
        with pytest.raises(Declined, match="Your card was declined"):
            await pay.authorise(request)
    released = await pay.release(request)
    assert (released.voided, released.reference is None) == (ZERO, call == "create")
    assert all(not money.is_holding for money in audit.audit(sandbox.log).get(request.session_id, ()))


async def test_a_new_key_tries_again_after_a_raised_decline(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask())
    sandbox.turn(weights={"authorise": {"decline_raised": 1}})
    with pytest.raises(Declined):
        await pay.authorise(session)
    sandbox.turn()
    answer = await pay.authorise(replace(session, key=f"{session.key}:2"))
    assert answer.status == SessionStatus.AUTHORIZED


async def test_what_needed_more_is_authorised_after_the_browser(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask
) -> None:
    session = await opened(pay, ask("requires_more"))
    await pay.authorise(session)
    sandbox.confirm(session.reference)
    answer = await pay.authorise(session)  # the same key: the replayed answer is of yesterday, so it asks
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, PRICE)


@pytest.mark.parametrize("call", ["create", "update", "authorise", "cancel"])
async def test_bad_credentials_are_refused(pay: SandboxPayments, sandbox: Sandbox, ask: Ask, call: str) -> None:
    request = ask(f"{call}=refuse")
    with pytest.raises(Refused, match="API key"):
        await {
            "create": pay.create_session,
            "update": pay.update_session,
            "authorise": pay.authorise,
            "cancel": pay.release,
        }[call](request)
    assert all(not money.is_holding for money in audit.audit(sandbox.log).get(request.session_id, ()))


async def test_applied_but_never_answered_is_found_by_the_same_key(
    pay: SandboxPayments, hasty: SandboxPayments, sandbox: Sandbox, ask: Ask
) -> None:
    session = await opened(pay, ask("apply_then_timeout"))
    with pytest.raises(Unknown, match="ReadTimeout"):
        await hasty.authorise(session)
    assert in_log(sandbox, session).held == PRICE
    assert (await pay.authorise(session)).status == SessionStatus.AUTHORIZED
    assert in_log(sandbox, session).authorised == PRICE


@pytest.mark.parametrize("call", ["create", "authorise"])
async def test_a_500_after_applying_is_replayed_and_settled_by_asking(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask, call: str
) -> None:
    request = ask(f"{call}=error_after")
    with pytest.raises(Unknown, match="wrong on our side"):
        await pay.authorise(request)
    answer = await pay.authorise(request)
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, PRICE)
    assert in_log(sandbox, request).authorised == PRICE


async def test_a_500_after_a_release_is_settled_by_asking(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask("cancel=error_after"))
    await pay.authorise(session)
    with pytest.raises(Unknown):
        await pay.release(session)
    assert (await pay.release(session)).voided == PRICE
    assert not in_log(sandbox, session).is_holding


async def test_a_500_after_a_capture_is_settled_by_its_own_movement(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask, money: Money
) -> None:
    session = await opened(pay, ask("capture=error_after"))
    reference = (await pay.authorise(session)).reference
    with pytest.raises(Unknown):
        await pay.capture(money(session, reference, "5", "a"))
    assert (await pay.capture(money(session, reference, "5", "a"))).amount == Decimal(5)
    assert in_log(sandbox, session).captured == Decimal(5)


async def test_too_much_is_refused(pay: SandboxPayments, ask: Ask, money: Money) -> None:
    session = await opened(pay, ask())
    reference = (await pay.authorise(session)).reference
    with pytest.raises(Refused, match=r"Only 12\.5 can be captured"):
        await pay.capture(money(session, reference, "13", "a"))
    with pytest.raises(Refused, match="Only 0 can be refunded"):
        await pay.refund(money(session, reference, "1", "b"))


async def test_a_declined_refund_did_nothing(pay: SandboxPayments, sandbox: Sandbox, ask: Ask, money: Money) -> None:
    session = await opened(pay, ask("authorise=capture refund=decline_raised"))
    reference = (await pay.authorise(session)).reference
    with pytest.raises(Declined):
        await pay.refund(money(session, reference, "1", "a"))
    assert in_log(sandbox, session).taken == PRICE


async def test_a_reset_connection_did_nothing_and_the_next_try_is_served(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask
) -> None:
    session = await opened(pay, ask("reset"))
    with pytest.raises(Unknown, match="did not answer"):
        await pay.authorise(session)
    assert not in_log(sandbox, session).is_holding
    assert (await pay.authorise(session)).held == PRICE


async def test_a_slow_key_is_in_use_meanwhile(pay: SandboxPayments, hasty: SandboxPayments, ask: Ask) -> None:
    session = await opened(pay, ask("slow"))
    with pytest.raises(Unknown, match="ReadTimeout"):
        await hasty.authorise(session)
    with pytest.raises(Unknown, match="still running"):
        await pay.authorise(session)


async def test_an_outage_ends_when_the_knob_is_turned(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask())
    sandbox.turn(weights={"authorise": {"outage": 1}})
    for _ in range(2):
        with pytest.raises(Unknown):
            await pay.authorise(session)
    sandbox.turn()
    assert (await pay.authorise(session)).held == PRICE


async def test_a_late_hold_lands_after_the_client_gave_up(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask("late_landing"))
    with pytest.raises(Unknown):
        await pay.authorise(session)
    assert (await pay.status(session)).holding == Holding.NOTHING
    await until_answered(sandbox, f"authorise:{session.key}")
    assert (await pay.status(session)).holding == Holding.HELD


async def test_a_final_cancel_outlives_a_late_hold(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask("late_landing"))
    with pytest.raises(Unknown):
        await pay.authorise(session)
    released = await pay.release(session)
    await until_answered(sandbox, f"authorise:{session.key}")
    assert released.voided == ZERO
    assert not in_log(sandbox, session).authorised
    assert (await pay.authorise(session)).status == SessionStatus.CANCELED


async def test_an_unknown_session_may_still_land_so_release_repeats_its_key(
    pay: SandboxPayments, sandbox: Sandbox, ask: Ask
) -> None:
    request = ask("create=late_landing")
    with pytest.raises(Unknown):
        await pay.create_session(request)
    assert (await pay.status(request)).holding == Holding.UNKNOWN
    released = await pay.release(request)
    await asyncio.sleep(0.4)  # twice as long as anything may be late; the late request leaves no trace
    assert in_log(sandbox, request).intent == released.reference
    assert in_log(sandbox, request).is_canceled


async def test_a_session_that_landed_late_is_found(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    request = ask("create=late_landing")
    with pytest.raises(Unknown):
        await pay.create_session(request)
    await until_answered(sandbox, f"create:{request.key}")
    found = await pay.status(request)
    assert (found.holding, found.reference) == (Holding.NOTHING, in_log(sandbox, request).intent)


async def test_weighted_moods_are_drawn_alike_for_the_same_seed() -> None:
    knobs = moods.Knobs(weights={"authorise": {"calm": 2, "decline": 1, "reset": 1}}, seed=7)
    drawn = [moods.pick(knobs, "authorise", str(n), "") for n in range(400)]
    assert drawn == [moods.pick(knobs, "authorise", str(n), "") for n in range(400)]
    assert {mood: drawn.count(mood) > 60 for mood in set(drawn)} == dict.fromkeys(("calm", "decline", "reset"), True)
    assert moods.pick(knobs, "authorise", "1", "pending") == "pending"


async def test_a_mood_that_does_not_exist_is_refused(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    with pytest.raises(Refused, match="There is no mood create=decline"):
        await pay.create_session(ask("create=decline"))
    wrong = httpx2.post(f"{sandbox.url}/knobs", json={"weights": {"cancel": {"sulk": 1}}})
    assert wrong.status_code == 400


async def test_a_server_that_is_not_there_is_unknown(ask: Ask) -> None:
    nowhere = SandboxPayments("http://127.0.0.1:1", session_seconds=1, money_seconds=1)
    with pytest.raises(Unknown, match="ConnectError"):
        await nowhere.create_session(ask())
    await nowhere.close()
