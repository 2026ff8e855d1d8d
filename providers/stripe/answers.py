"""How a call to Stripe can end: an object, `No`, or one of the port's errors; never anything else."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Final, TypeVar

import aiohttp
import stripe

from commerce.payment.port import Declined, ProviderError, Refused, Unknown

T = TypeVar("T")

TELLS_STATE: Final = frozenset(
    {
        "amount_too_large",
        "amount_too_small",
        "balance_insufficient",
        "capture_charge_authorization_expired",
        "capture_unauthorized_payment",
        "charge_already_captured",
        "charge_already_refunded",
        "charge_disputed",
        "charge_exceeds_source_limit",
        "charge_exceeds_transaction_limit",
        "charge_expired_for_capture",
        "charge_not_refundable",
        "insufficient_funds",
        "payment_intent_unexpected_state",
        "refund_disputed_payment",
        "status_transition_invalid",
    }
)
"""Codes of a 400 that say no to this amount or this moment, and not to how we asked."""

TELLS_AMOUNT: Final = frozenset({"amount", "amount_to_capture", "payment_intent"})
"""The same, told without a code by the parameter: more than is left, or nothing was ever taken."""


class No(Exception):  # noqa: N818 - it is an answer, not a fault
    """An answer that settles a call without doing it, so that repeating its key is of no use: ask what is there.

    `is_decline`: it is about the money, not about how we asked. `is_spent`: the key's first answer was an outage, or
    belongs to other parameters; whether something was done under it, only a look can tell. `is_missing`: what was
    asked about is not there.
    """

    def __init__(
        self, message: str, *, is_decline: bool = False, is_spent: bool = False, is_missing: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.is_missing = is_missing
        self.is_decline = is_decline
        self.is_spent = is_spent

    def as_error(self) -> ProviderError:
        """Return the port's error, once a look has shown that nothing was done."""
        return Declined(self.message) if self.is_decline else Refused(self.message)


async def settled(call: Awaitable[T]) -> T:
    """Return what `call` returns; No, Refused (our key is not accepted) or Unknown (no answer that settles it).

    The SDK's errors carry the whole answer, and with it client secrets, so none is chained to what is raised.
    """
    try:
        return await call
    except stripe.StripeError as error:
        raise _outcome(error) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:  # torn while the SDK read the body
        raise Unknown(f"Stripe did not answer ({type(error).__name__}).") from None


def _outcome(error: stripe.StripeError) -> Exception:
    message = _message(error)
    status = error.http_status or 0
    is_replay = error.headers is not None and error.headers.get("Idempotent-Replayed") == "true"
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Refused("Stripe does not accept our API key for this. Check EURYALE_STRIPE_API_KEY.")
    if isinstance(error, stripe.CardError):
        return No(message, is_decline=True)
    if isinstance(error, stripe.IdempotencyError) and status != HTTPStatus.CONFLICT:
        return No(message, is_spent=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and is_replay:
        return No(message, is_spent=True)
    if isinstance(error, stripe.InvalidRequestError) and error.code != "lock_timeout":
        tells_amount = error.code is None and error.param in TELLS_AMOUNT
        is_decline = tells_amount or error.code in TELLS_STATE
        return No(message, is_decline=is_decline, is_missing=error.code == "resource_missing")
    return Unknown(message)


def _message(error: stripe.StripeError) -> str:
    if isinstance(error, stripe.APIConnectionError):
        return "Stripe did not answer."
    if error.error is None:  # the SDK then puts the answer itself into its message, cut off as it came
        return f"Stripe answered {error.http_status}, and nothing that can be read."
    said = error.user_message or f"Stripe answered {error.http_status}."
    return f"{said} ({error.request_id})" if error.request_id else said
