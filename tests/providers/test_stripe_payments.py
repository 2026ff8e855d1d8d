"""Stripe from session to refund, as the port tells it: each card, each status, each word of what there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.movements import DisputeStatus, MovementStatus
from commerce.payment.port import ZERO, Declined, Holding, Refused, SessionRequest, Unknown
from providers.sandbox.audit import audit, impossible
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask, Money, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, seen, stripe_payments

FIVE, PRICE = Decimal(5), Decimal("12.50")


async def paid(
    provider: StripePayments, server: StandIn, request: SessionRequest, card: str = "pm_card_visa"
) -> SessionRequest:
    session = await opened(provider, request)
    assert confirm(server, session.data, card).status_code == 200
    return session


@pytest.fixture
async def taken(stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money) -> SessionRequest:
    session = await paid(stripe, stripe_server, ask())
    await stripe.capture(money(session, str(session.reference), "12.50", "capture"))
    return session


async def test_a_session_is_what_the_storefronts_read(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await stripe.create_session(ask())
    assert stripe.id == "pp_stripe_stripe"
    assert session.status == SessionStatus.PENDING
    assert session.data["id"] == session.reference
    assert session.data["client_secret"].startswith(f"{session.reference}_secret_")
    intent = seen(stripe_server, f"payment_intents/{session.reference}")
    facts = {name: session.data[name] for name in ("amount", "currency", "status", "capture_method")}
    assert facts == {
        "amount": 1250,
        "currency": "eur",
        "status": "requires_payment_method",
        "capture_method": "manual",
    }
    assert {name: intent[name] for name in session.data} == session.data
    assert session.data["automatic_payment_methods"] == {"enabled": True}


async def test_a_client_says_nothing_but_that_its_card_is_to_be_kept(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    wishes = {"amount": 1, "capture_method": "automatic", "metadata": {"session_id": "x"}, "confirm": True}
    request = replace(ask(), data={**wishes, "setup_future_usage": "off_session"})
    intent = seen(stripe_server, f"payment_intents/{(await stripe.create_session(request)).reference}")
    assert (intent["amount"], intent["capture_method"], intent["status"]) == (1250, "manual", "requires_payment_method")
    assert intent["metadata"] == {"session_id": request.session_id}
    assert intent["setup_future_usage"] == "off_session"
    other = seen(
        stripe_server, f"payment_intents/{(await stripe.create_session(ask(setup_future_usage='x'))).reference}"
    )
    assert other["setup_future_usage"] is None


@pytest.mark.parametrize(
    ("card", "codes"),
    [
        ("pm_card_chargeDeclined", ("card_declined", "generic_decline")),
        ("pm_card_visa_chargeDeclined", ("card_declined", "generic_decline")),
        ("pm_card_chargeDeclinedInsufficientFunds", ("card_declined", "insufficient_funds")),
        ("pm_card_chargeDeclinedExpiredCard", ("expired_card", None)),
        ("pm_card_chargeDeclinedIncorrectCvc", ("incorrect_cvc", None)),
        ("pm_card_chargeDeclinedProcessingError", ("processing_error", None)),
    ],
)
async def test_a_declined_card_is_an_error_and_the_next_card_pays(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, card: str, codes: tuple[str, str | None]
) -> None:
    session = await opened(stripe, ask())
    answer = confirm(stripe_server, session.data, card)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, codes[0])
    declined = await stripe.authorise(session)
    assert (declined.status, declined.held) == (SessionStatus.ERROR, ZERO)
    assert declined.data["last_payment_error"]["decline_code"] == codes[1]
    assert (await stripe.status(session)).holding == Holding.NOTHING
    confirm(stripe_server, session.data, "pm_card_mastercard")
    assert (await stripe.authorise(session)).status == SessionStatus.AUTHORIZED


async def test_3ds_asks_for_more_and_then_holds(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await opened(stripe, ask())
    answer = confirm(stripe_server, session.data, "pm_card_authenticationRequired", return_url="http://shop/return")
    action = answer.json()["next_action"]
    assert (action["type"], action["redirect_to_url"]["return_url"]) == ("redirect_to_url", "http://shop/return")
    waiting = await stripe.authorise(session)
    assert (waiting.status, waiting.held) == (SessionStatus.REQUIRES_MORE, ZERO)
    assert waiting.data["next_action"] == action
    stripe_server.act(f"/payment_intents/{session.reference}/authenticate")
    there = await stripe.authorise(session)
    assert (there.status, there.held) == (SessionStatus.AUTHORIZED, PRICE)


async def test_3ds_that_fails_is_an_error(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await opened(stripe, ask())
    confirm(stripe_server, session.data, "pm_card_threeDSecure2Required")
    stripe_server.act(f"/payment_intents/{session.reference}/authenticate", outcome="fail")
    failed = await stripe.authorise(session)
    assert failed.status == SessionStatus.ERROR
    assert failed.data["last_payment_error"]["code"] == "payment_intent_authentication_failure"


async def test_what_was_paid_must_be_what_the_session_is_for(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    session = await paid(stripe, stripe_server, ask())
    assert (await stripe.authorise(replace(session, amount=Decimal("12.51")))).status == SessionStatus.ERROR
    assert (await stripe.authorise(replace(session, currency_code="usd"))).status == SessionStatus.ERROR
    assert (await stripe.authorise(replace(session, amount=Decimal("12.505")))).status == SessionStatus.ERROR
    assert (await stripe.authorise(session)).status == SessionStatus.AUTHORIZED


async def test_a_held_session_keeps_its_price(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await paid(stripe, stripe_server, ask())
    with pytest.raises(Refused, match="requires_capture"):
        await stripe.update_session(replace(session, amount=Decimal(20), key=f"{session.key}:2"))
    with pytest.raises(Refused, match="holds money"):
        await stripe.delete_session(session)


async def test_status_says_all_that_is_held(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await paid(stripe, stripe_server, ask())
    found = await stripe.status(session)
    assert (found.holding, found.status, found.held) == (Holding.HELD, SessionStatus.AUTHORIZED, PRICE)
    charge = seen(
        stripe_server, f"charges/{seen(stripe_server, f'payment_intents/{session.reference}')['latest_charge']}"
    )
    before = charge["payment_method_details"]["card"]["capture_before"]
    assert found.expires_at == datetime.fromtimestamp(before, UTC)
    assert (found.captures, found.refunds, found.disputes, found.fees) == ((), (), (), None)


async def test_status_says_all_that_was_taken_and_given_back(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    taken = await stripe.capture(money(session, there, "10", "capture"))
    back = await stripe.refund(replace(money(session, there, "4", "refund"), reason="duplicate"))
    stripe_server.act(f"/payment_intents/{there}/refund", amount=100)
    found = await stripe.status(session)
    assert (found.held, found.captured, found.refunded) == (ZERO, Decimal(10), FIVE)
    assert found.fees == Decimal("0.59")
    assert found.expires_at is None
    assert [(one.key, one.amount, one.reference) for one in found.captures] == [
        (f"{session.session_id}/capture", Decimal(10), taken.reference)
    ]
    ours, theirs = found.refunds
    assert (ours.key, ours.amount, ours.reference) == (f"{session.session_id}/refund", Decimal(4), back.reference)
    assert (theirs.key, theirs.amount, theirs.status) == (None, Decimal(1), MovementStatus.DONE)
    assert seen(stripe_server, f"refunds/{back.reference}")["reason"] == "duplicate"


async def test_what_is_not_captured_falls_back_and_is_no_refund(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    await stripe.capture(money(session, str(session.reference), "5", "capture"))
    found = await stripe.status(session)
    assert (found.holding, found.held, found.captured, found.refunded) == (Holding.CAPTURED, ZERO, FIVE, ZERO)
    assert found.refunds == ()
    rest = await stripe.cancel(money(session, str(session.reference), "7.50", "cancel"))
    assert rest.amount == Decimal("7.50")
    assert (await stripe.release(session)).refunded == FIVE
    assert (await stripe.status(session)).holding == Holding.RELEASED


async def test_a_capture_in_the_dashboard_is_somebody_elses(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    session = await paid(stripe, stripe_server, ask())
    stripe_server.act(f"/payment_intents/{session.reference}/capture")
    (capture,) = (await stripe.status(session)).captures
    assert (capture.key, capture.amount) == (None, PRICE)


async def test_a_second_capture_is_declined_and_takes_nothing(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    first = await stripe.capture(money(session, there, "5", "capture"))
    assert await stripe.capture(money(session, there, "5", "capture")) == first
    with pytest.raises(Declined, match="could not be captured"):
        await stripe.capture(money(session, there, "5", "again"))
    assert (await stripe.status(session)).captured == FIVE


async def test_more_than_there_is_is_declined(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    with pytest.raises(Declined):
        await stripe.capture(money(session, there, "12.51", "capture"))
    with pytest.raises(Declined):
        await stripe.refund(money(session, there, "1", "early"))
    await stripe.capture(money(session, there, "12.50", "whole"))
    with pytest.raises(Declined, match="greater than unrefunded amount"):
        await stripe.refund(money(session, there, "12.51", "refund"))
    await stripe.refund(money(session, there, "12.50", "all"))
    with pytest.raises(Declined, match="already been refunded"):
        await stripe.refund(money(session, there, "1", "late"))


async def test_money_can_be_taken_at_once(stripe_server: StandIn, ask: Ask) -> None:
    stripe = stripe_payments(stripe_server, stripe_capture="automatic")
    session = await paid(stripe, stripe_server, ask())
    answer = await stripe.authorise(session)
    assert (answer.status, answer.held, answer.captured) == (SessionStatus.CAPTURED, ZERO, PRICE)
    released = await stripe.release(session)
    assert (released.voided, released.refunded) == (ZERO, PRICE)
    assert await stripe.release(session) == released
    await stripe.close()


async def test_where_the_card_allows_it_money_is_taken_in_parts(stripe_server: StandIn, ask: Ask, money: Money) -> None:
    stripe = stripe_payments(stripe_server, stripe_multicapture=True)
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    first = await stripe.capture(money(session, there, "5", "one"))
    second = await stripe.capture(money(session, there, "3", "two"))
    found = await stripe.status(session)
    assert (found.held, found.captured, found.status) == (Decimal("4.50"), Decimal(8), SessionStatus.AUTHORIZED)
    assert {(one.amount, one.reference) for one in found.captures} == {
        (FIVE, first.reference),
        (Decimal(3), second.reference),
    }
    assert first.reference != second.reference
    assert (await stripe.cancel(money(session, there, "4.50", "cancel"))).amount == Decimal("4.50")
    assert (await stripe.status(session)).held == ZERO
    await stripe.close()


async def test_a_refund_may_wait_and_end_either_way(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask(), "pm_card_pendingRefund")
    there = str(session.reference)
    await stripe.capture(money(session, there, "12.50", "capture"))
    waiting = await stripe.refund(money(session, there, "5", "one"))
    assert waiting.status == MovementStatus.PENDING
    assert (await stripe.status(session)).refunded == ZERO
    stripe_server.act(f"/refunds/{waiting.reference}/succeed")
    assert (await stripe.status(session)).refunded == FIVE
    other = await stripe.refund(money(session, there, "2", "two"))
    stripe_server.act(f"/refunds/{other.reference}/fail")
    found = await stripe.status(session)
    assert (found.refunded, found.refunds[1].status) == (FIVE, MovementStatus.FAILED)
    assert found.refunds[1].reason == "expired_or_canceled_card"


async def test_a_refund_that_succeeded_may_fail_later(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask(), "pm_card_refundFail")
    there = str(session.reference)
    await stripe.capture(money(session, there, "12.50", "capture"))
    done = await stripe.refund(money(session, there, "5", "refund"))
    assert done.status == MovementStatus.DONE
    stripe_server.act("/clock", advance=60)
    found = await stripe.status(session)
    assert (found.refunded, found.refunds[0].status) == (ZERO, MovementStatus.FAILED)
    with pytest.raises(Declined, match="failed: expired_or_canceled_card"):
        await stripe.refund(money(session, there, "5", "refund"))


async def test_a_release_whose_refund_failed_needs_a_person(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    session = await paid(stripe, stripe_server, ask(), "pm_card_pendingRefund")
    stripe_server.act(f"/payment_intents/{session.reference}/capture")
    with pytest.raises(Unknown, match="has not let go"):
        await stripe.release(session)
    (waiting,) = (await stripe.status(session)).refunds
    stripe_server.act(f"/refunds/{waiting.reference}/fail")
    with pytest.raises(Refused, match=r"Give 12\.50 back by hand"):
        await stripe.release(session)


@pytest.mark.parametrize(
    ("end", "last"), [("won", DisputeStatus.WON), ("lost", DisputeStatus.LOST), ("closed", DisputeStatus.WON)]
)
async def test_disputes_are_told(
    stripe: StripePayments, stripe_server: StandIn, taken: SessionRequest, end: str, last: DisputeStatus
) -> None:
    is_inquiry = end == "closed"
    made = stripe_server.act(f"/payment_intents/{taken.reference}/dispute", amount=1000, inquiry=is_inquiry)
    (dispute,) = (await stripe.status(taken)).disputes
    first = DisputeStatus.INQUIRY if is_inquiry else DisputeStatus.OPEN
    assert (dispute.reference, dispute.amount, dispute.status) == (made["id"], Decimal(10), first)
    due_by = datetime.fromtimestamp(made["evidence_details"]["due_by"], UTC)
    assert (dispute.reason, dispute.respond_by) == ("fraudulent", due_by)
    stripe_server.act(f"/disputes/{made['id']}/{end}")
    assert (await stripe.status(taken)).disputes[0].status == last


async def test_a_dispute_blocks_refunds_and_an_inquiry_does_not(
    stripe: StripePayments, stripe_server: StandIn, taken: SessionRequest, money: Money
) -> None:
    there = str(taken.reference)
    stripe_server.act(f"/payment_intents/{there}/dispute", amount=100, inquiry=True)
    await stripe.refund(money(taken, there, "1", "one"))
    stripe_server.act(f"/payment_intents/{there}/dispute", amount=100)
    with pytest.raises(Declined, match="charged back"):
        await stripe.refund(money(taken, there, "1", "two"))


async def test_cards_that_dispute_by_themselves(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    for card, status in (
        ("pm_card_createDispute", DisputeStatus.OPEN),
        ("pm_card_createDisputeInquiry", DisputeStatus.INQUIRY),
    ):
        session = await paid(stripe, stripe_server, ask(), card)
        await stripe.capture(money(session, str(session.reference), "12.50", "capture"))
        assert [one.status for one in (await stripe.status(session)).disputes] == [status]


async def test_an_authorisation_that_runs_out_is_released(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    stripe_server.act("/clock", advance=7 * 86400 + 1)
    found = await stripe.status(session)
    assert (found.holding, found.status, found.held) == (Holding.RELEASED, SessionStatus.CANCELED, ZERO)
    assert found.data["cancellation_reason"] == "automatic"
    with pytest.raises(Declined, match="could not be captured"):
        await stripe.capture(money(session, str(session.reference), "5", "late"))
    assert (await stripe.release(session)).voided == PRICE


async def test_a_payment_under_way_is_neither_held_nor_released(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    session = await paid(stripe, stripe_server, ask(), "pm_usBankAccount_success")
    assert (await stripe.authorise(session)).status == SessionStatus.PENDING
    assert (await stripe.status(session)).holding == Holding.NOTHING
    with pytest.raises(Unknown, match="processing"):
        await stripe.release(session)
    stripe_server.act(f"/payment_intents/{session.reference}/settle")
    assert (await stripe.status(session)).holding == Holding.HELD
    assert (await stripe.release(session)).voided == PRICE


async def test_a_released_session_cannot_be_paid(stripe: StripePayments, stripe_server: StandIn, ask: Ask) -> None:
    session = await opened(stripe, ask())
    await stripe.release(session)
    answer = confirm(stripe_server, session.data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")
    assert (await stripe.status(session)).holding == Holding.RELEASED


async def test_a_session_that_stripe_does_not_know_proves_nothing(stripe: StripePayments, ask: Ask) -> None:
    unknown = replace(ask(), reference="pi_of_another_account")
    assert (await stripe.status(unknown)).holding == Holding.UNKNOWN
    assert (await stripe.status(ask())).holding == Holding.UNKNOWN
    with pytest.raises(Refused, match="No such payment_intent"):
        await stripe.release(unknown)
    with pytest.raises(Refused):
        await stripe.authorise(unknown)


async def test_payments_keep_no_client_secret(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    taken = await stripe.capture(money(session, there, "12.50", "capture"))
    back = await stripe.refund(money(session, there, "5", "refund"))
    over = await stripe.cancel(money(session, there, "1", "cancel"))
    for result in (taken, back, over):
        assert result.data["id"] == there
        assert "client_secret" not in result.data


async def test_the_judge_of_fault_tests_reads_the_log(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await paid(stripe, stripe_server, ask())
    there = str(session.reference)
    await stripe.capture(money(session, there, "5", "capture"))
    await stripe.refund(money(session, there, "2", "refund"))
    (found,) = audit(stripe_server.log)[session.session_id]
    assert (found.amount, found.authorised, found.captured) == (PRICE, PRICE, FIVE)
    assert (found.voided, found.refunded) == (Decimal("7.50"), Decimal(2))
    assert not [fault for fault in impossible(stripe_server.log) if session.session_id in fault]
