"""What a cart needs before it can be completed (contract section 13, steps 2 to 4), and what places an order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kit.decimals import ZERO
from kit.errors import CommerceError, invalid_data

USABLE: Final = frozenset({"pending", "requires_more", "authorized", "captured", "pending_authorization"})
PLACING: Final = frozenset({"authorized", "captured", "pending_authorization"})
DEAD: Final = frozenset({"error", "canceled"})


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """The cart's open payment session, as its own columns have it."""

    session_id: str
    provider_id: str
    amount: Decimal
    currency_code: str
    status: str
    is_offered: bool


@dataclass(frozen=True, slots=True)
class CartFacts:
    """What decides whether a cart may be completed; `amount` is the rounded total."""

    region_id: str | None
    currency_code: str
    amount: Decimal
    has_items: bool
    has_collection: bool
    payment: PaymentFacts | None
    needs_shipping: bool
    has_shipping: bool
    has_every_profile: bool

    @property
    def is_free(self) -> bool:
        """Tell whether there is nothing to pay."""
        return self.amount <= ZERO


def problem_of(cart: CartFacts) -> CommerceError | None:
    """Return why the cart cannot be completed, in the contract's order and words; None when it can."""
    if not cart.has_items:
        return invalid_data("Cannot complete a cart with no items")
    return _payment_problem(cart) or _shipping_problem(cart)


def _payment_problem(cart: CartFacts) -> CommerceError | None:
    if cart.is_free:
        return None
    if not cart.has_collection:
        return invalid_data("Payment collection has not been initiated for cart")
    payment = cart.payment
    if payment is None or payment.status not in USABLE:
        return invalid_data("Payment sessions are required to complete cart")
    if (payment.amount, payment.currency_code) != (cart.amount, cart.currency_code):
        return invalid_data("Payment sessions are required to complete cart")
    if not payment.is_offered:
        return invalid_data(
            f"Payment provider {payment.provider_id} is not enabled in the cart's region {cart.region_id}."
        )
    return None


def _shipping_problem(cart: CartFacts) -> CommerceError | None:
    if not cart.needs_shipping:
        return None
    if not cart.has_shipping:
        return invalid_data("No shipping method selected but the cart contains items that require shipping.")
    if not cart.has_every_profile:
        return invalid_data(
            "The cart items require shipping profiles that are not satisfied by the current shipping methods"
        )
    return None


def may_place(status: str, held: Decimal, captured: Decimal, amount: Decimal) -> bool:
    """Tell whether the provider's word is enough for an order of `amount`: all of it is there, or promised."""
    if status == "pending_authorization":
        return True
    return status in PLACING and held + captured == amount
