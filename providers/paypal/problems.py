"""What PayPal's refusals mean: the shopper's matter, a person's matter, or nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from commerce.payment.port import Declined, ProviderError, Refused, Unknown

_SHOPPERS: Final = (
    "INSTRUMENT_DECLINED PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED TRANSACTION_REFUSED",
    "TRANSACTION_LIMIT_EXCEEDED COMPLIANCE_VIOLATION CARD_EXPIRED CARD_CLOSED PAYEE_BLOCKED_TRANSACTION PAYMENT_DENIED",
    "TRANSACTION_BLOCKED_BY_PAYEE DECLINED_DUE_TO_RELATED_TXN DOMESTIC_TRANSACTION_REQUIRED SHIPPING_ADDRESS_INVALID",
    "BILLING_AGREEMENT_NOT_FOUND AGREEMENT_ALREADY_CANCELLED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR PAYMENT_SOURCE_CANNOT_BE_USED PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
)
_MONEY_OUT: Final = (
    "AUTHORIZATION_VOIDED AUTHORIZATION_DENIED AUTHORIZATION_EXPIRED AUTHORIZATION_ALREADY_CAPTURED",
    "MAX_CAPTURE_COUNT_EXCEEDED MAX_CAPTURE_AMOUNT_EXCEEDED CAPTURE_FULLY_REFUNDED PENDING_CAPTURE",
    "REFUND_NOT_ALLOWED REFUND_TIME_LIMIT_EXCEEDED REFUND_AMOUNT_EXCEEDED REFUND_AMOUNT_TOO_LOW REFUND_IS_RESTRICTED",
    "PARTIAL_REFUND_NOT_ALLOWED MAX_NUMBER_OF_REFUNDS_EXCEEDED REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
    "TRANSACTION_DISPUTED",
)
DECLINED: Final = frozenset(issue for line in (*_SHOPPERS, *_MONEY_OUT) for issue in line.split())
"""Nothing was done, and asking again would not change that; every other "no" of PayPal wants a person."""

UNDECIDED: Final = frozenset({"PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS", "RATE_LIMIT_REACHED"})
BUSY: Final = frozenset({408, 409, 425, 429})
SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One refusal: PayPal's word for it, its sentence, and the id that PayPal's support asks for."""

    status: int
    issue: str
    text: str
    debug_id: str

    def as_error(self) -> ProviderError:
        """Return the one of the three errors that this is."""
        if self.status >= SERVER_ERROR or self.status in BUSY or self.issue in UNDECIDED:
            return Unknown(self._for_admin())
        return Declined(self.text) if self.issue in DECLINED else Refused(self._for_admin())

    def _for_admin(self) -> str:
        where = f", debug id {self.debug_id}" if self.debug_id else ""
        return f"PayPal: {self.text} ({self.status} {self.issue}{where})"


def as_problem(status: int, body: Mapping[str, Any]) -> Problem:
    """Return the refusal in an answer; its first detail says more than its name does."""
    details = body.get("details")
    detail = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    issue = detail.get("issue") or body.get("name") or body.get("error") or "UNKNOWN"
    text = detail.get("description") or body.get("message") or body.get("error_description") or "It gave no reason."
    return Problem(status=status, issue=str(issue), text=str(text), debug_id=str(body.get("debug_id") or ""))
