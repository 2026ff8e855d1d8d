"""Proof that PayPal has no money of a session and never will."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import Holding, Refused, ReleaseResult, Unknown
from providers.paypal.payment import PayPalPayments
from providers.sandbox import audit
from tests.support.paypal import PayPalServer
from tests.support.sandbox import Ask, Money, opened

PRICE = Decimal("12.50")


@pytest.mark.parametrize("is_approved", [False, True])
async def test_an_unpaid_order_is_turned_away_from_whatever_could_pay_it(
    is_approved: bool,  # noqa: FBT001 - a parameter of the test
    buttons: PayPalPayments,
    stand_in: PayPalServer,
    ask: Ask,
) -> None:
    session = await opened(buttons, ask())
    if is_approved:
        stand_in.shopper(session.reference)
    first = await buttons.release(session)
    assert first == await buttons.release(session) == ReleaseResult(reference=session.reference)
    stand_in.shopper(session.reference)
    assert (await buttons.authorise(session)).status == SessionStatus.CANCELED
    assert (await buttons.status(session)).holding == Holding.RELEASED
    assert stand_in.moved(session, "authorise") == []


async def test_a_call_that_lands_after_the_release_pays_nothing(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    stand_in.next("authorize=late_landing")
    with pytest.raises(Unknown):
        await buttons.authorise(session)
    await buttons.release(session)
    await asyncio.sleep(0.3)  # the call lands within 0.2 s
    assert stand_in.moved(session, "authorise") == []
    assert (await buttons.status(session)).holding == Holding.RELEASED


async def test_a_call_that_lands_before_the_release_is_voided(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    stand_in.next("authorize=reset_after")
    with pytest.raises(Unknown):
        await buttons.authorise(session)
    assert await buttons.release(session) == ReleaseResult(reference=session.reference, voided=PRICE)
    assert not audit.audit(stand_in.log)[session.session_id][0].is_holding


async def test_a_payment_that_is_faster_than_the_release_is_voided(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await opened(buttons, ask())
    end = buttons._calls.end

    async def outrun(*args: object) -> object:
        stand_in.shopper(session.reference, "pay")
        return await end(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(buttons._calls, "end", outrun)
    assert (await buttons.release(session)).voided == PRICE


async def test_all_that_was_taken_is_given_back_and_the_rest_freed(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, money: Money
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    there = (await buttons.authorise(session)).reference
    await buttons.capture(money(session, there, "5", "one"))
    await buttons.capture(money(session, there, "3", "two"))
    await buttons.refund(money(session, there, "1", "refund"))
    first = await buttons.release(session)
    assert first == await buttons.release(session)
    assert (first.voided, first.refunded) == (Decimal("4.50"), Decimal(8))
    assert sorted(stand_in.moved(session, "refund")) == ["1.00", "3.00", "4.00"]
    assert (await buttons.status(session)).holding == Holding.RELEASED


async def test_a_capture_at_once_is_refunded(takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask) -> None:
    session = await opened(takes_at_once, ask())
    stand_in.shopper(session.reference)
    await takes_at_once.authorise(session)
    assert await takes_at_once.release(session) == ReleaseResult(reference=session.reference, refunded=PRICE)


@pytest.mark.parametrize("call", ["capture_order=pending", "refund=pending"])
async def test_there_is_no_proof_while_paypal_has_not_decided(
    call: str, takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(takes_at_once, ask())
    stand_in.shopper(session.reference)
    stand_in.next(call)
    taken = (await takes_at_once.authorise(session)).data["capture_id"]
    with pytest.raises(Unknown):
        await takes_at_once.release(session)
    if call == "capture_order=pending":
        stand_in.dashboard("captures", taken, "complete")
    else:
        stand_in.dashboard("refunds", (await takes_at_once.status(session)).refunds[0].reference, "complete")
    assert (await takes_at_once.release(session)).refunded == PRICE


async def test_a_refund_that_the_merchants_account_cannot_pay_wants_a_person(
    takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(takes_at_once, ask())
    stand_in.shopper(session.reference)
    await takes_at_once.authorise(session)
    stand_in.next("refund=decline")
    with pytest.raises(Refused, match="insufficient funds"):
        await takes_at_once.release(session)


async def test_an_order_that_cannot_be_turned_is_not_proven(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.next("patch=outage")
    with pytest.raises(Unknown):
        await buttons.release(session)
    assert (await buttons.release(session)).reference == session.reference


async def test_an_order_whose_id_nobody_was_told_needs_no_proof(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = ask()
    stand_in.next("create=reset_after")
    with pytest.raises(Unknown):
        await buttons.create_session(session)
    stand_in.next("get=outage", "create=outage")
    assert await buttons.release(session) == ReleaseResult(reference=None)
    assert stand_in.moved(session, "create") == ["12.50"]
