"""The payment provider `pp_test_rec`, which the recorded contract was made with.

What happens is chosen by the session's `data.behavior`: authorize (default), capture, decline, canceled, pending,
requires_more, pending_authorization (authorized the second time), throw, init_fail, capture_fail, refund_fail.
`data.init_status` is the status of a new session. What was moved by our keys, and what its webhooks told, is remembered
(providers/recorded/memory.py).
"""

from __future__ import annotations

import json
from pathlib import Path
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
from providers.recorded.events import RecordedEvents
from providers.recorded.memory import Fact, Memory, Standing, standing

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

    def __init__(self, folder: Path | None = None) -> None:
        self._memory = Memory(folder)
        self.events: PaymentEvents | None = RecordedEvents(self._memory)

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
        """Answer what `data` and memory say."""
        there = self._standing(request)
        taken = there.captured - there.refunded
        holding = Holding.CAPTURED if taken else Holding.HELD if there.held else Holding.NOTHING
        is_over = there.is_released or (there.captured > ZERO and not taken)
        status = SessionStatus.CAPTURED if there.captured and not there.held else SessionStatus.AUTHORIZED
        return StatusResult(
            holding=Holding.RELEASED if is_over else holding,
            status=status if there.held or there.captured else SessionStatus.PENDING,
            data={**request.data, "captured": True} if there.captured else request.data,
            reference=request.session_id,
            held=ZERO if there.is_released else there.held,
            captured=there.captured,
            refunded=there.captured if there.is_released else there.refunded,
            captures=there.captures,
            refunds=there.refunds,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Let go of what `data` and memory say."""
        there = self._standing(request)
        self._memory.note(request.session_id, Fact("release"))
        return ReleaseResult(reference=request.session_id, voided=there.held + there.voided, refunded=there.captured)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take the amount, or decline for `capture_fail`."""
        if request.data.get("behavior") == "capture_fail":
            raise Declined("capture refused")
        return self._moved("capture", request, "captured")

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give the amount back, or decline for `refund_fail`."""
        if request.data.get("behavior") == "refund_fail":
            raise Declined("refund refused")
        return self._moved("refund", request, "refunded")

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what was authorised."""
        return self._moved("cancel", request, "canceled")

    def _moved(self, kind: str, request: PaymentRequest, word: str) -> PaymentResult:
        self._memory.note(request.session_id, Fact(kind, request.key, request.amount))
        reference = None if kind == "cancel" else f"rec_{kind}_{request.key}"
        return PaymentResult(amount=request.amount, data={**request.data, word: True}, reference=reference)

    def _standing(self, request: SessionRequest) -> Standing:
        return standing(request.amount, dict(request.data), self._memory.facts(request.session_id))


def _price(request: SessionRequest) -> dict[str, Any]:
    # The recorded `data.amount` is a JSON number; the detour by text gives it without the tail of a binary fraction.
    return {"amount": json.loads(format(request.amount.normalize(), "f")), "currency_code": request.currency_code}
