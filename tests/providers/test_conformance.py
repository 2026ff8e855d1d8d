"""What every payment provider must do, ours and a vendor's alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    ZERO,
    AuthoriseResult,
    Holding,
    PaymentProvider,
    SessionRequest,
)
from tests.support.sandbox import Ask, Money, opened

PRICE = Decimal("12.50")
Shopper = Callable[[SessionRequest], object]


async def held(provider: PaymentProvider, request: SessionRequest, shopper: Shopper) -> AuthoriseResult:
    shopper(request)
    return await provider.authorise(request)


async def test_a_session_is_made_once_for_its_key(any_provider: PaymentProvider, ask: Ask) -> None:
    request = ask()
    first = await any_provider.create_session(request)
    again = await any_provider.create_session(replace(request, amount=Decimal("12.500")))
    assert first == again
    assert first.status == SessionStatus.PENDING


async def test_a_new_session_holds_nothing_and_proves_nothing(any_provider: PaymentProvider, ask: Ask) -> None:
    session = await opened(any_provider, ask())
    found = await any_provider.status(session)
    assert (found.holding, found.held, found.captured) == (Holding.NOTHING, ZERO, ZERO)


async def test_an_update_changes_the_price(any_provider: PaymentProvider, ask: Ask, shopper: Shopper) -> None:
    session = await opened(any_provider, ask())
    dearer = replace(session, amount=Decimal(20), key=f"{session.key}:2")
    await any_provider.update_session(dearer)
    answer = await held(any_provider, dearer, shopper)
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, Decimal(20))


async def test_authorising_holds_the_amount_once(any_provider: PaymentProvider, ask: Ask, shopper: Shopper) -> None:
    session = await opened(any_provider, ask())
    first = await held(any_provider, session, shopper)
    again = await any_provider.authorise(session)
    assert first == again
    assert (first.status, first.held, first.captured) == (SessionStatus.AUTHORIZED, PRICE, ZERO)
    assert first.reference == session.reference


async def test_captures_and_refunds_answer_their_own_amount(
    any_provider: PaymentProvider, ask: Ask, money: Money, shopper: Shopper
) -> None:
    session = await opened(any_provider, ask())
    there = (await held(any_provider, session, shopper)).reference
    taken = await any_provider.capture(money(session, there, "5", "capture"))
    rest = await any_provider.cancel(money(session, there, "7.50", "cancel"))
    back = await any_provider.refund(money(session, there, "2", "refund"))
    assert (taken.amount, rest.amount, back.amount) == (Decimal(5), Decimal("7.50"), Decimal(2))
    assert await any_provider.refund(money(session, there, "2", "refund")) == back


async def test_a_release_is_proof_and_can_be_repeated(
    any_provider: PaymentProvider, ask: Ask, shopper: Shopper
) -> None:
    session = await opened(any_provider, ask())
    answer = await held(any_provider, session, shopper)
    session = replace(session, data=answer.data)
    there = (await any_provider.status(session)).held
    first = await any_provider.release(session)
    again = await any_provider.release(session)
    assert first == again
    assert (first.voided, first.refunded) == (there, ZERO)


async def test_a_session_that_never_held_money_is_released(any_provider: PaymentProvider, ask: Ask) -> None:
    session = await opened(any_provider, ask())
    released = await any_provider.release(session)
    assert (released.voided, released.refunded) == (ZERO, ZERO)


async def test_a_session_whose_making_was_never_answered_is_released(any_provider: PaymentProvider, ask: Ask) -> None:
    released = await any_provider.release(ask())
    assert (released.voided, released.refunded) == (ZERO, ZERO)


async def test_a_session_without_money_is_deleted(any_provider: PaymentProvider, ask: Ask) -> None:
    session = await opened(any_provider, ask())
    await any_provider.delete_session(session)
    assert (await any_provider.status(session)).held == ZERO
