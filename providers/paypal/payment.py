"""The payment provider `pp_paypal_paypal`: PayPal's orders, approved by the shopper and authorised by us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    AuthoriseResult,
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    Refused,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
    Unknown,
)
from providers.paypal import keys, money_out
from providers.paypal.calls import PayPalCalls
from providers.paypal.client import PayPalClient
from providers.paypal.disputes import disputes_of
from providers.paypal.events import PayPalEvents
from providers.paypal.orders import AUTHORIZE, CAPTURE, Order, as_order, with_payments
from providers.paypal.release import is_gone, release

_APPROVED = "APPROVED"
_NOT_APPROVED = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})


class PayPalPayments:
    """PayPal's answers become results of the port or one of its three errors.

    A storefront's button may authorise in the browser, or only let the shopper approve: hence `confirmed_by_client`,
    and `authorise` looks first and pays only what is approved and not paid.
    """

    id = "pp_paypal_paypal"
    confirmed_by_client = True
    takes_any_amount = False
    accounts: PaymentAccounts | None = None

    def __init__(
        self,
        client: PayPalClient,
        *,
        captures: bool = False,
        events: PayPalEvents | None = None,
        session_seconds: float,
        money_seconds: float,
    ) -> None:
        self.events: PaymentEvents | None = events
        self._events = events
        self._client = client
        self._intent = CAPTURE if captures else AUTHORIZE
        self._session_seconds = session_seconds
        self._money_seconds = money_seconds
        self._calls = PayPalCalls(client, session_seconds=session_seconds, money_seconds=money_seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._events is not None:
            await self._events.close()

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Make an order, or find the one that this key made."""
        async with _within(self._session_seconds):
            order = await self._created(request)
        return SessionResult(status=SessionStatus.PENDING, data=order.as_data(), reference=order.id)

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Give an unpaid order another amount; Refused once it is paid, and where PayPal wants a new order."""
        async with _within(self._session_seconds):
            order = await self._present(request)
            if order is None or order.has_payments or order.is_ended:
                raise Refused("This PayPal order is paid or has ended.")
            answer = await self._calls.reprice(order, request.amount, request.currency_code)
            if not answer.is_ok:
                raise answer.problem.as_error()
            order = await self._calls.order(order.id) or order
        if (order.amount, order.currency_code) != (request.amount, request.currency_code):
            raise Unknown("The PayPal order has not got its new amount yet.")
        return SessionResult(status=SessionStatus.PENDING, data=order.as_data(), reference=order.id)

    async def delete_session(self, request: SessionRequest) -> None:
        """End the order, for good; Refused when it holds money."""
        found = await self.status(request)
        if found.holding in {Holding.HELD, Holding.CAPTURED}:
            raise Refused("This session holds money: release it.")
        await self.release(request)

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Look, and pay an order that is approved; `requires_more` until the shopper has approved it."""
        async with _within(self._money_seconds):
            order = await self._present(request)
            if order is None:
                return _lost(request)
            if _can_be_paid(order, request):
                order = await self._paid(order, request.key)
        return AuthoriseResult(
            status=SessionStatus.ERROR if _differs(order, request) else _word(order, request),
            data=order.as_data(),
            reference=order.id,
            held=order.held,
            captured=order.captured - order.refunded,
        )

    async def status(self, request: SessionRequest) -> StatusResult:
        """Ask for the order; PayPal cannot be asked by our own id."""
        order = None
        async with _within(self._money_seconds):
            if request.reference is not None:
                order = await self._calls.order(request.reference)
            if order is None:
                return _unheard(request)
            disputes = await disputes_of(self._client, order.captures, self._money_seconds)
        return StatusResult(
            holding=_holding(order),
            status=_word(order, request),
            data=order.as_data(),
            reference=order.id,
            held=order.held,
            captured=order.captured,
            refunded=order.refunded,
            fees=order.fees,
            expires_at=order.authorization.warned_at if order.authorization and order.held else None,
            captures=order.capture_movements(),
            refunds=order.refund_movements(),
            disputes=disputes,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """End an unpaid order, void or refund a paid one; see release.py for what is proof."""
        async with _within(self._money_seconds):
            return await release(self._calls, request)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take part or all of what is held."""
        async with _within(self._money_seconds):
            return await money_out.capture(self._calls, request)

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give back part or all of what was taken."""
        async with _within(self._money_seconds):
            return await money_out.refund(self._calls, request)

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what is still held."""
        async with _within(self._money_seconds):
            return await money_out.cancel(self._calls, request)

    async def _created(self, request: SessionRequest) -> Order:
        if keys.is_spent(request.key, keys.ORDERS):
            raise Refused("This session is older than PayPal's memory of its key: make a new one.")
        answer = await self._calls.create(request, self._intent)
        if not answer.is_ok:
            raise answer.problem.as_error()
        return as_order(answer.body)

    async def _present(self, request: SessionRequest) -> Order | None:
        reference = request.reference or (await self._created(request)).id
        return await self._calls.order(reference)

    async def _paid(self, order: Order, key: str) -> Order:
        answer = await self._calls.pay(order, key)
        if answer.is_ok:
            paid = with_payments(order, answer.body)
            return paid if paid.has_payments else await self._again(paid)
        error = answer.problem.as_error()
        if isinstance(error, Declined):
            raise error
        after = await self._again(order)  # paid by the browser meanwhile, or ended: then that is the answer
        if after.has_payments or after.is_ended or after.status != _APPROVED or answer.problem.issue in _NOT_APPROVED:
            return after
        raise error

    async def _again(self, order: Order) -> Order:
        found = await self._calls.order(order.id)
        if found is None:
            raise Unknown("PayPal does not know an order that it had a moment ago.")
        return found


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    # One wait for all calls of a method: each has its own, but their sum would outlast whoever waits for us.
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unknown(f"PayPal did not answer within {seconds:g} s.") from error


def _can_be_paid(order: Order, request: SessionRequest) -> bool:
    is_open = order.status == _APPROVED and not order.has_payments and not order.is_ended
    return is_open and not _differs(order, request) and not keys.is_spent(request.key, keys.ORDERS)


def _differs(order: Order, request: SessionRequest) -> bool:
    there = order.authorizations[0].amount if order.authorizations else order.amount
    return (there, order.currency_code) != (request.amount, request.currency_code)


def _word(order: Order, request: SessionRequest) -> SessionStatus:
    if order.is_held:
        return SessionStatus.AUTHORIZED
    if order.captured > order.refunded:
        return SessionStatus.CAPTURED
    if order.has_payments:
        is_declined = not (order.captured or order.voided)
        word = SessionStatus.ERROR if is_declined else SessionStatus.CANCELED
        return SessionStatus.PENDING_AUTHORIZATION if order.is_pending else word
    if order.is_ended or keys.is_spent(request.key, keys.ORDERS):
        return SessionStatus.CANCELED
    return SessionStatus.PENDING if order.status == _APPROVED else SessionStatus.REQUIRES_MORE


def _holding(order: Order) -> Holding:
    if order.captured > order.refunded:
        return Holding.CAPTURED
    if order.is_held:
        return Holding.HELD
    is_final = order.is_ended or (order.has_payments and not order.is_pending)
    return Holding.RELEASED if is_final else Holding.NOTHING


def _lost(request: SessionRequest) -> AuthoriseResult:
    if not is_gone(request) or request.reference is None:
        raise Unknown("PayPal does not know the order of this session.")
    return AuthoriseResult(status=SessionStatus.CANCELED, data=request.data, reference=request.reference)


def _unheard(request: SessionRequest) -> StatusResult:
    is_over = request.reference is not None and is_gone(request)
    return StatusResult(
        holding=Holding.RELEASED if is_over else Holding.UNKNOWN,
        status=SessionStatus.CANCELED if is_over else SessionStatus.PENDING,
        data=request.data if is_over else {},
        reference=request.reference,
    )
