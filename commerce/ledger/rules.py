"""Which entries a fact about money makes; an entry moves its amount from `credit` to `debit`.

What is authorised is the sum of debits of `held`, what was ever taken the sum of debits of `captured`; what is still
there is debits less credits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kit.decimals import ZERO


class Account(StrEnum):
    """Where money can be."""

    SHOPPER = "shopper"  # outside, the shopper's own
    HELD = "held"  # blocked at a provider
    CAPTURED = "captured"  # taken by a provider for us
    BY_HAND = "settled_by_hand"  # a person settled it outside of this system, and said how


@dataclass(frozen=True, slots=True)
class Booking:
    """One movement of money."""

    debit: Account
    credit: Account
    amount: Decimal


def paid(held: Decimal, captured: Decimal) -> tuple[Booking, ...]:
    """Return the entries of money that a session brought: all of it was held, some of it already taken."""
    return _positive(
        Booking(Account.HELD, Account.SHOPPER, held + captured),
        Booking(Account.CAPTURED, Account.HELD, captured),
    )


def let_go(voided: Decimal, refunded: Decimal) -> tuple[Booking, ...]:
    """Return the entries of money that was there and went back: voided before it was taken, or refunded after."""
    return _positive(
        Booking(Account.HELD, Account.SHOPPER, voided + refunded),
        Booking(Account.CAPTURED, Account.HELD, refunded),
        Booking(Account.SHOPPER, Account.HELD, voided),
        Booking(Account.SHOPPER, Account.CAPTURED, refunded),
    )


def settled_by_hand(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of a session that a person settled; `amount` is the most that can have been there."""
    return _positive(Booking(Account.BY_HAND, Account.SHOPPER, amount))


def beyond(bookings: tuple[Booking, ...], booked: Mapping[tuple[str, str], Decimal]) -> tuple[Booking, ...]:
    """Return what of `bookings`, which are totals, is not `booked` yet by debit and credit account."""
    return _positive(*[Booking(b.debit, b.credit, b.amount - booked.get((b.debit, b.credit), ZERO)) for b in bookings])


def _positive(*bookings: Booking) -> tuple[Booking, ...]:
    return tuple(booking for booking in bookings if booking.amount > ZERO)
