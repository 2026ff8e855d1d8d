"""Captures, refunds, cancels and the honour period at PayPal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.movements import MovementStatus
from commerce.payment.port import (
    ZERO,
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    Refused,
    SessionRequest,
)
from kit import clock
from providers.paypal.payment import PayPalPayments
from tests.support.paypal import PayPalServer
from tests.support.sandbox import Ask, Money, opened

PRICE = Decimal("12.50")
DONE, PENDING, FAILED = MovementStatus.DONE, MovementStatus.PENDING, MovementStatus.FAILED


@pytest.fixture
async def held(buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask) -> SessionRequest:
    """Return a session whose 12.50 are held."""
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    return replace(session, data=(await buttons.authorise(session)).data)


@pytest.fixture
def wish(held: SessionRequest, money: Money) -> Money:
    """Return a maker of captures and refunds of that session."""

    def make(amount: str, key: str) -> PaymentRequest:
        assert held.reference is not None
        return money(held, held.reference, amount, key)

    return make


@pytest.fixture
async def taken(buttons: PayPalPayments, wish: Money) -> PaymentResult:
    """Return the capture of all of it."""
    return await buttons.capture(wish("12.50", "capture"))


async def test_parts_are_captured_each_once_and_known_by_our_keys(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    first = await buttons.capture(wish("5", "one"))
    assert first == await buttons.capture(wish("5", "one"))
    await buttons.capture(wish("2.5", "two"))
    found = await buttons.status(held)
    assert (found.held, found.captured, found.status) == (Decimal(5), Decimal("7.50"), SessionStatus.AUTHORIZED)
    assert found.fees == Decimal("0.70")
    keys = [(one.key, one.amount, one.status) for one in found.captures]
    assert keys == [(wish("5", "one").key, Decimal(5), DONE), (wish("5", "two").key, Decimal("2.50"), DONE)]
    await buttons.capture(wish("5", "three"))
    found = await buttons.status(held)
    assert (found.held, found.captured, found.status, found.expires_at) == (ZERO, PRICE, SessionStatus.CAPTURED, None)
    assert stand_in.moved(held, "capture") == ["5.00", "2.50", "5.00"]


async def test_more_than_is_held_is_declined(buttons: PayPalPayments, wish: Money) -> None:
    with pytest.raises(Declined, match="exceeds allowable limit"):
        await buttons.capture(wish("12.51", "capture"))


async def test_a_capture_that_paypal_declines_took_nothing(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    stand_in.next("capture=decline")
    with pytest.raises(Declined, match="Payer cannot pay"):
        await buttons.capture(wish("5", "one"))
    stand_in.next("capture=fail")
    with pytest.raises(Declined):
        await buttons.capture(wish("5", "two"))
    with pytest.raises(Declined):  # its key says so for ever
        await buttons.capture(wish("5", "two"))
    found = await buttons.status(held)
    assert (found.held, [one.status for one in found.captures]) == (PRICE, [FAILED])


@pytest.mark.parametrize("decided", [("complete", DONE, ZERO), ("deny", FAILED, PRICE)])
async def test_a_pending_capture_has_moved_nothing_yet(
    decided: tuple[str, MovementStatus, Decimal],
    buttons: PayPalPayments,
    stand_in: PayPalServer,
    held: SessionRequest,
    wish: Money,
) -> None:
    action, status, left = decided
    stand_in.next("capture=pending")
    waiting = await buttons.capture(wish("12.50", "capture"))
    assert (waiting.status, waiting.amount) == (PENDING, PRICE)
    found = await buttons.status(held)
    assert (found.held, found.captured, found.holding) == (ZERO, ZERO, Holding.HELD)
    assert [(one.amount, one.status) for one in found.captures] == [(PRICE, PENDING)]
    with pytest.raises(Declined, match="can give back 0"):
        await buttons.refund(wish("1", "refund"))
    stand_in.dashboard("captures", waiting.reference, action)
    found = await buttons.status(held)
    assert (found.held, found.captures[0].status) == (left, status)


async def test_what_was_taken_on_paypals_page_has_no_key(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest
) -> None:
    stand_in.dashboard("authorizations", held.data["authorization_id"], "capture", amount="4")
    found = await buttons.status(held)
    assert [(one.key, one.amount) for one in found.captures] == [(None, Decimal(4))]


@pytest.mark.usefixtures("taken")
async def test_refunds_carry_our_key_and_those_of_the_dashboard_none(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money, taken: PaymentResult
) -> None:
    back = await buttons.refund(wish("2", "refund"))
    assert back == await buttons.refund(wish("2", "refund"))
    stand_in.dashboard("captures", taken.reference, "refund", amount="1")
    found = await buttons.status(held)
    assert [(one.key, one.amount) for one in found.refunds] == [(wish("2", "refund").key, Decimal(2)), (None, 1)]
    assert (found.refunded, found.holding) == (Decimal(3), Holding.CAPTURED)
    with pytest.raises(Declined, match=r"can give back 9\.50 .* no more"):
        await buttons.refund(wish("9.51", "other"))


@pytest.mark.usefixtures("taken")
async def test_a_pending_refund_may_still_fail(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    stand_in.next("refund=pending")
    waiting = await buttons.refund(wish("2", "refund"))
    assert waiting.status == PENDING
    assert (await buttons.status(held)).refunded == ZERO
    stand_in.dashboard("refunds", waiting.reference, "complete")
    assert (await buttons.status(held)).refunded == Decimal(2)
    stand_in.dashboard("refunds", waiting.reference, "fail")
    found = await buttons.status(held)
    assert (found.refunded, found.refunds[0].status) == (ZERO, FAILED)
    with pytest.raises(Declined):
        await buttons.refund(wish("2", "refund"))


@pytest.mark.usefixtures("taken")
async def test_a_merchant_without_money_is_a_persons_matter(
    buttons: PayPalPayments, stand_in: PayPalServer, wish: Money
) -> None:
    stand_in.next("refund=decline")
    with pytest.raises(Refused, match="insufficient funds"):
        await buttons.refund(wish("2", "refund"))


async def test_a_refund_larger_than_a_capture_is_spread(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    await buttons.capture(wish("5", "one"))
    await buttons.capture(wish("7.5", "two"))
    back = await buttons.refund(wish("10", "refund"))
    assert (back.amount, back.status) == (Decimal(10), DONE)
    assert back == await buttons.refund(wish("10", "refund"))
    assert stand_in.moved(held, "refund") == ["5.00", "5.00"]
    found = await buttons.status(held)
    assert [(one.key, one.amount) for one in found.refunds] == [(wish("10", "refund").key, Decimal(10))]
    await buttons.refund(wish("2.5", "rest"))
    assert (await buttons.status(held)).holding == Holding.RELEASED


async def test_a_spread_refund_goes_on_where_it_stopped(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    await buttons.capture(wish("5", "one"))
    await buttons.capture(wish("7.5", "two"))
    stand_in.next("refund=calm", "refund=decline")
    part = await buttons.refund(wish("10", "refund"))
    assert (part.amount, part.status) == (Decimal(5), DONE)
    found = await buttons.status(held)
    assert [(one.key, one.amount) for one in found.refunds] == [(wish("10", "refund").key, Decimal(5))]


async def test_a_cancel_frees_the_rest(
    buttons: PayPalPayments, stand_in: PayPalServer, held: SessionRequest, wish: Money
) -> None:
    await buttons.capture(wish("5", "one"))
    freed = await buttons.cancel(wish("7.50", "cancel"))
    assert freed == await buttons.cancel(wish("7.50", "cancel"))
    assert freed.amount == Decimal("7.50")
    found = await buttons.status(held)
    assert (found.held, found.captured, found.holding) == (ZERO, Decimal(5), Holding.CAPTURED)
    assert stand_in.moved(held, "void") == ["7.50"]
    with pytest.raises(Declined, match="voided authorization"):
        await buttons.capture(wish("1", "late"))


@pytest.mark.usefixtures("taken")
async def test_there_is_nothing_to_cancel_once_all_is_taken(buttons: PayPalPayments, wish: Money) -> None:
    assert (await buttons.cancel(wish("0", "cancel"))).amount == ZERO


async def test_paypal_vouches_for_three_days_then_holds_to_the_end(
    buttons: PayPalPayments, held: SessionRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    found = await buttons.status(held)
    assert found.expires_at is not None
    assert abs(found.expires_at - now - timedelta(days=3)) < timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=4))
    found = await buttons.status(held)
    assert found.expires_at is not None
    assert abs(found.expires_at - now - timedelta(days=29)) < timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=30))
    found = await buttons.status(held)
    assert (found.held, found.holding, found.status) == (ZERO, Holding.RELEASED, SessionStatus.CANCELED)
