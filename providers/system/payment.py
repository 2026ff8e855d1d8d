"""The payment provider `pp_system_default`: authorises at once, holds nothing outside PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    AuthoriseResult,
    Holding,
    PaymentRequest,
    PaymentResult,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
)
from providers.system.accounts import SystemAccounts


class SystemPayments:
    """Medusa's manual payment provider; it has no memory, so every answer follows from the request alone."""

    id: ClassVar[str] = "pp_system_default"
    confirmed_by_client: ClassVar[bool] = False
    takes_any_amount: ClassVar[bool] = True
    accounts: ClassVar[PaymentAccounts | None] = SystemAccounts()
    events: ClassVar[PaymentEvents | None] = None

    async def close(self) -> None:
        """Close nothing."""

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Open a session with empty data, as the peer does; its reference is our own id."""
        return SessionResult(status=SessionStatus.PENDING, data={}, reference=request.session_id)

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Accept any amount."""
        return SessionResult(status=SessionStatus.PENDING, data={}, reference=request.session_id)

    async def delete_session(self, request: SessionRequest) -> None:
        """Forget nothing, since nothing is remembered."""

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Authorise the session's amount."""
        return AuthoriseResult(
            status=SessionStatus.AUTHORIZED, data={}, reference=request.session_id, held=request.amount
        )

    async def status(self, request: SessionRequest) -> StatusResult:
        """Answer that nothing is held: what was authorised and not placed as an order left no trace."""
        return StatusResult(
            holding=Holding.NOTHING, status=SessionStatus.PENDING, data={}, reference=request.session_id
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Let go at once: there never is anything outside PostgreSQL that could be held later."""
        return ReleaseResult(reference=request.session_id)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take the amount on trust."""
        return PaymentResult(amount=request.amount, data={})

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give the amount back on trust."""
        return PaymentResult(amount=request.amount, data={})

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what was authorised, on trust."""
        return PaymentResult(amount=request.amount, data={})
