"""The payment provider `pp_test_rec`, which the recorded contract was made with.

What happens is chosen by the session's `data.behavior`: authorize (default), capture, decline, canceled, pending,
requires_more, pending_authorization (authorized the second time), throw, init_fail, capture_fail, refund_fail.
`data.init_status` is the status of a new session. Like the system provider it has no memory but `data`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, ClassVar, Final

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    ZERO,
    AuthoriseResult,
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
)

RETURNED: Final = {
    "capture": SessionStatus.CAPTURED,
    "decline": SessionStatus.ERROR,
    "canceled": SessionStatus.CANCELED,
    "pending": SessionStatus.PENDING,
    "requires_more": SessionStatus.REQUIRES_MORE,
}


class RecordedPayments:
    """The recordings' test provider, answer for answer."""

    id: ClassVar[str] = "pp_test_rec"
    confirmed_by_client: ClassVar[bool] = False
    takes_any_amount: ClassVar[bool] = True
    accounts: ClassVar[PaymentAccounts | None] = None
    events: ClassVar[PaymentEvents | None] = None

    async def close(self) -> None:
        """Close nothing."""

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Open a session, or decline it for `init_fail`."""
        if request.data.get("behavior") == "init_fail":
            raise Declined("initiation refused")
        data = {"behavior": "authorize", "session_id": request.session_id, **request.data, **_price(request)}
        status = SessionStatus(request.data.get("init_status", SessionStatus.PENDING))
        return SessionResult(status=status, data=data, reference=request.session_id)

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Note the new amount in `data`."""
        return SessionResult(
            status=SessionStatus.PENDING, data={**request.data, **_price(request)}, reference=request.session_id
        )

    async def delete_session(self, request: SessionRequest) -> None:
        """Forget nothing, since nothing is remembered."""

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Answer as `data.behavior` says."""
        behavior, data = request.data.get("behavior", "authorize"), request.data
        if behavior == "throw":
            raise Declined("authorization refused")
        if behavior == "pending_authorization" and not data.get("pa_seen"):
            seen = {**data, "pa_seen": True, "authorized": False}
            return AuthoriseResult(status=SessionStatus.PENDING_AUTHORIZATION, data=seen, reference=request.session_id)
        status = RETURNED.get(behavior, SessionStatus.AUTHORIZED)
        is_held, is_captured = status == SessionStatus.AUTHORIZED, status == SessionStatus.CAPTURED
        return AuthoriseResult(
            status=status,
            data={**data, "authorized": is_held or is_captured},
            reference=request.session_id,
            held=request.amount if is_held else ZERO,
            captured=request.amount if is_captured else ZERO,
        )

    async def status(self, request: SessionRequest) -> StatusResult:
        """Answer what `data` remembers."""
        held, captured = _remembered(request)
        holding = Holding.CAPTURED if captured else Holding.HELD if held else Holding.NOTHING
        status = SessionStatus.AUTHORIZED if request.data.get("authorized") else SessionStatus.PENDING
        return StatusResult(
            holding=holding,
            status=status,
            data=request.data,
            reference=request.session_id,
            held=held,
            captured=captured,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Let go of what `data` remembers."""
        held, captured = _remembered(request)
        return ReleaseResult(reference=request.session_id, voided=held, refunded=captured)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take the amount, or decline for `capture_fail`."""
        if request.data.get("behavior") == "capture_fail":
            raise Declined("capture refused")
        return PaymentResult(amount=request.amount, data={**request.data, "captured": True})

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give the amount back, or decline for `refund_fail`."""
        if request.data.get("behavior") == "refund_fail":
            raise Declined("refund refused")
        return PaymentResult(amount=request.amount, data={**request.data, "refunded": True})

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what was authorised."""
        return PaymentResult(amount=request.amount, data={**request.data, "canceled": True})


def _price(request: SessionRequest) -> dict[str, Any]:
    # The recorded `data.amount` is a JSON number; the detour by text gives it without the tail of a binary fraction.
    return {"amount": json.loads(format(request.amount.normalize(), "f")), "currency_code": request.currency_code}


def _remembered(request: SessionRequest) -> tuple[Decimal, Decimal]:
    if not request.data.get("authorized"):
        return ZERO, ZERO
    is_captured = request.data.get("behavior") == "capture"
    return (ZERO, request.amount) if is_captured else (request.amount, ZERO)
