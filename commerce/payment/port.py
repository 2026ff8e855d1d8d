"""The payment port: what a payment provider must be able to do (docs/checkout.md).

Every call names the session or payment by our own id and carries our own key, committed before the call. The same
key repeated is the same wish: a provider must never move money twice for it. Amounts are major units, and come
from our own columns, never from `data`, which a client may have sent. `data` is plain JSON (what json.dumps takes).

Errors are exactly three: `Declined`, `Refused`, `Unknown`. Anything else that a provider raises is a bug in it.

What a provider may also do (keep the cards of a customer, tell us of what happens at it) is a port of its own here,
and None where it cannot. `status` is the one question about money: whatever a webhook or a list of events says, the
books follow what `status` answers then, so the order in which we hear of things does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.movements import Dispute, Movement, MovementStatus

ZERO = Decimal(0)


class ProviderError(Exception):
    """A provider call that had no result; `message` is for the shopper (Declined) or for the admin."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Declined(ProviderError):  # noqa: N818 - the three outcomes are named as the protocol's text names them
    """The shopper's matter: the provider said no to this card, this time; nothing was done. Never retried."""


class Refused(ProviderError):  # noqa: N818 - as above
    """A person's matter: bad credentials, a misuse of the provider's API; nothing was done. Never retried."""


class Unknown(ProviderError):  # noqa: N818 - as above
    """Nobody knows whether it was done: no answer, a 5xx, the key in use. Repeat the same key, or ask `status`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """One payment session as our own columns have it; for every call about a session.

    `key` is `<session id>` (then `<session id>:<n>`); a provider adds the name of the call where it needs one key a
    call. `reference` is the provider's id, None until `create_session` answered; then all fields must be the ones
    that `create_session` was called with, since repeating it is how `release` and `authorise` find the reference.
    """

    session_id: str
    key: str
    amount: Decimal
    currency_code: str
    reference: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """A session as the provider now has it; `data` is shown to the client, so it holds no secret of ours."""

    status: SessionStatus
    data: dict[str, Any]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseResult:
    """The answer to `authorise`; any status is possible, only authorized, captured, pending_authorization place orders.

    `held` is authorised and not yet taken, `captured` is taken. Both are ZERO unless money is there.
    """

    status: SessionStatus
    data: dict[str, Any]
    reference: str
    held: Decimal = ZERO
    captured: Decimal = ZERO


class Holding(StrEnum):
    """What a provider has of ours for one session."""

    HELD = "held"  # authorised: the shopper's money is blocked
    CAPTURED = "captured"  # taken, not wholly given back
    NOTHING = "nothing"  # no money now, but some may still come: not a proof
    RELEASED = "released"  # final: canceled, or wholly given back; no money can come any more
    UNKNOWN = "unknown"  # the provider does not know the session: a call may still be in flight, so not a proof


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResult:
    """What the provider has for one session at this moment, with the status it would answer to `authorise`.

    `captured` and `refunded` are sums of what is done; pending movements are in `captures` and `refunds` only.
    `fees` is what the provider kept of the captured amount, None where it does not say. `expires_at` is when what is
    held falls back to the shopper by itself.
    """

    holding: Holding
    status: SessionStatus
    data: dict[str, Any]
    reference: str | None
    held: Decimal = ZERO
    captured: Decimal = ZERO
    refunded: Decimal = ZERO
    fees: Decimal | None = None
    expires_at: datetime | None = None
    captures: tuple[Movement, ...] = ()
    refunds: tuple[Movement, ...] = ()
    disputes: tuple[Dispute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """Proof that the provider has no money for this session and never will (docs/checkout.md rule 3).

    Amounts are totals of the session, so a repeated `release` returns the same: `voided` was blocked and is free
    again, `refunded` was taken and given back. Both ZERO: no money was ever there.
    """

    reference: str | None  # None: the session was never opened, and cannot be any more
    voided: Decimal = ZERO
    refunded: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Money of an order: one capture, refund or cancel; `key` is `<row id>:<n>`, `amount` that of this call.

    `reference` is the session's; what the provider needs beyond it (the id of a capture to refund) it finds itself.
    `reason` is the merchant's code of a refund's reason, for a provider that has a use for it.
    """

    session_id: str
    key: str
    reference: str
    amount: Decimal
    currency_code: str
    data: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """What one capture, refund or cancel did: its amount, and the data to keep with the payment.

    `pending`: the provider took the wish and has not done it yet; `status` will say how it ended. `reference` is the
    provider's id of the capture or refund, None where it has none.
    """

    amount: Decimal
    data: dict[str, Any]
    status: MovementStatus = MovementStatus.DONE
    reference: str | None = None


class PaymentProvider(Protocol):
    """A payment provider. Every method may raise Declined, Refused or Unknown, and nothing else."""

    @property
    def id(self) -> str:
        """Return the id as Medusa spells it, such as `pp_system_default`."""

    @property
    def confirmed_by_client(self) -> bool:
        """Tell whether the shopper's browser moves the money before we are asked.

        Then `authorise` only asks what is there and compares it with the session's own columns, and the sweep asks
        about every open session that is older than a set time.
        """

    @property
    def takes_any_amount(self) -> bool:
        """Tell whether amounts may have more decimals than the currency: then an unrounded cart is paid exactly."""

    @property
    def accounts(self) -> PaymentAccounts | None:
        """Return what keeps customers and their cards, None if the provider has no such thing."""

    @property
    def events(self) -> PaymentEvents | None:
        """Return what hears of what happens at the provider, None if it never tells."""

    async def close(self) -> None:
        """Close the connections; called once, by the composition root, when the process ends."""

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Open a session; moves no money. Repeated with the same key: the same session."""

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Give a session that holds no money another amount, currency or data; Refused when it holds some.

        Each new amount needs a key of its own: a repeated key is the old wish.
        """

    async def delete_session(self, request: SessionRequest) -> None:
        """End a session that holds no money, for good. A session that may hold some needs `release`."""

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Hold (or take) the session's amount, once for its key; a replayed outage is settled by asking.

        A key that was answered replays that answer, a decline too: a new try after a decline needs the next `:<n>`.
        Returns `error` also when what is there differs in amount or currency from the session's own columns.
        """

    async def status(self, request: SessionRequest) -> StatusResult:
        """Return what the provider has for the session now; `holding` unknown when it never heard of it.

        Also the answer to what became of a capture or refund whose outcome is not known: it is among `captures` or
        `refunds` under its key. Not being there is no proof that it will not be, as long as the call may be in flight.
        """

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Let go of whatever the session holds, and make sure that nothing can be held later.

        Returns only with proof: a final cancel, or the same key repeated and then voided or refunded. Without proof
        it raises Unknown, and is called again later. Safe to repeat, and safe when there is nothing to release.
        """

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take `amount` of what is held; Declined when the provider will not, and nothing was taken."""

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give back `amount` of what was taken; Declined when the provider will not, and nothing was given back."""

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free the rest of what is held; the result's amount says how much that was."""
