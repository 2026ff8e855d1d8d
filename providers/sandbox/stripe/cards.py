"""Stripe's test payment methods: what a token such as `pm_card_visa` stands for, and how its payments go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GENERIC: Final = "Your card was declined."


@dataclass(frozen=True, slots=True)
class Card:
    """How one test payment method behaves."""

    last4: str = "4242"
    brand: str = "visa"
    kind: str = "card"
    decline: tuple[str, str | None, str] | None = None  # code, decline_code, message
    needs_3ds: bool = False
    disputed: str | None = None  # the dispute's first status
    refund: str = "succeeded"
    refund_fails: bool = False
    is_slow: bool = False  # the payment is `processing` until it is settled


CARDS: Final[dict[str, Card]] = {
    "pm_card_visa": Card(),
    "pm_card_visa_debit": Card("5556"),
    "pm_card_mastercard": Card("4444", "mastercard"),
    "pm_card_amex": Card("8431", "amex"),
    "pm_card_authenticationRequired": Card("3184", needs_3ds=True),
    "pm_card_authenticationRequiredOnSetup": Card("3155", needs_3ds=True),
    "pm_card_threeDSecure2Required": Card("3220", needs_3ds=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "9995", decline=("card_declined", "insufficient_funds", "Your card has insufficient funds."), needs_3ds=True
    ),
    "pm_card_chargeDeclined": Card("0002", decline=("card_declined", "generic_decline", GENERIC)),
    "pm_card_chargeDeclinedInsufficientFunds": Card(
        "9995", decline=("card_declined", "insufficient_funds", "Your card has insufficient funds.")
    ),
    "pm_card_chargeDeclinedLostCard": Card("9987", decline=("card_declined", "lost_card", GENERIC)),
    "pm_card_chargeDeclinedStolenCard": Card("9979", decline=("card_declined", "stolen_card", GENERIC)),
    "pm_card_chargeDeclinedFraudulent": Card("0019", decline=("card_declined", "fraudulent", GENERIC)),
    "pm_card_chargeDeclinedExpiredCard": Card("0069", decline=("expired_card", None, "Your card has expired.")),
    "pm_card_chargeDeclinedIncorrectCvc": Card(
        "0127", decline=("incorrect_cvc", None, "Your card's security code is incorrect.")
    ),
    "pm_card_chargeDeclinedProcessingError": Card(
        "0119", decline=("processing_error", None, "An error occurred while processing your card. Try again later.")
    ),
    "pm_card_chargeCustomerFail": Card("0341", decline=("card_declined", "generic_decline", GENERIC)),
    "pm_card_createDispute": Card("0259", disputed="needs_response"),
    "pm_card_createDisputeInquiry": Card("1976", disputed="warning_needs_response"),
    "pm_card_pendingRefund": Card("7726", refund="pending"),
    "pm_card_refundFail": Card("5126", refund_fails=True),
    "pm_usBankAccount_success": Card("6789", "", "us_bank_account", is_slow=True),
    "pm_usBankAccount_accountClosed": Card(
        "6789",
        "",
        "us_bank_account",
        decline=("payment_method_not_available", None, "The bank account has been closed."),
        is_slow=True,
    ),
}
ALIASES: Final = {
    "pm_card_visa_chargeDeclined": "pm_card_chargeDeclined",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "pm_card_chargeDeclinedInsufficientFunds",
}


def card_of(token: str) -> Card | None:
    """Return the card that a token stands for, None for a token that Stripe does not have."""
    return CARDS.get(ALIASES.get(token, token))
