"""Which entries a fact about money makes, and what the entries add up to; an entry moves from `credit` to `debit`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from kit.decimals import EXACT, ZERO


class Account(StrEnum):
    """Where money can be."""

    SHOPPER = "shopper"  # outside, the shopper's own
    HELD = "held"  # blocked at a provider
    CAPTURED = "captured"  # taken by a provider for us
    FEES = "fees"  # kept by the provider of what it took
    DISPUTED = "disputed"  # taken back by the shopper's bank until it is decided
    CREDITED = "credited"  # a credit line: of what the shopper owed, not asked for any more
    BY_HAND = "settled_by_hand"  # a person settled it outside of this system, and said how


Flows: TypeAlias = Mapping[tuple[str, str], Decimal]
"""Sums of entries by debit and credit account."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One movement of money."""

    debit: Account
    credit: Account
    amount: Decimal


A: Final = Account
TERMS: Final[Mapping[str, tuple[tuple[Account, Account, int], ...]]] = {
    "authorized": ((A.HELD, A.SHOPPER, 1),),
    "freed": ((A.SHOPPER, A.HELD, 1),),
    "held": ((A.HELD, A.SHOPPER, 1), (A.SHOPPER, A.HELD, -1), (A.CAPTURED, A.HELD, -1), (A.HELD, A.CAPTURED, 1)),
    "captured": ((A.CAPTURED, A.HELD, 1), (A.HELD, A.CAPTURED, -1), (A.BY_HAND, A.SHOPPER, 1)),
    "refunded": (
        *((A.SHOPPER, A.CAPTURED, 1), (A.CAPTURED, A.SHOPPER, -1)),
        *((A.SHOPPER, A.DISPUTED, 1), (A.SHOPPER, A.BY_HAND, 1)),
    ),
    "disputed": ((A.DISPUTED, A.CAPTURED, 1), (A.CAPTURED, A.DISPUTED, -1), (A.SHOPPER, A.DISPUTED, -1)),
    "fees": ((A.FEES, A.CAPTURED, 1), (A.CAPTURED, A.FEES, -1)),
    "credited": ((A.CREDITED, A.SHOPPER, 1), (A.SHOPPER, A.CREDITED, -1)),
}
"""What the ledger is asked for, as sums of flows (debit, credit, sign).

`authorized`: ever blocked; `freed`: blocked and given free again, untaken; `held`: blocked now. `captured`: taken, also
by hand; `refunded`: given back, also by hand and by a lost dispute; `disputed`: with the shopper's bank now.
"""


def total(name: str, flows: Flows) -> Decimal:
    """Return one of TERMS."""
    amount = ZERO
    for debit, credit, sign in TERMS[name]:
        amount = EXACT.add(amount, EXACT.multiply(Decimal(sign), flows.get((debit, credit), ZERO)))
    return amount


def total_sql(name: str) -> str:
    """Return one of TERMS as an SQL expression over the columns `debit`, `credit` and `amount`."""
    cases = [
        f"WHEN debit = '{debit}' AND credit = '{credit}' THEN {sign} * amount" for debit, credit, sign in TERMS[name]
    ]
    return f"coalesce(sum(CASE {' '.join(cases)} END), 0)"


def refundable(flows: Flows) -> Decimal:
    """Return what may still be given back: taken, not given back and not with the shopper's bank."""
    spoken_for = EXACT.add(total("refunded", flows), total("disputed", flows))
    return EXACT.subtract(total("captured", flows), spoken_for)


def balances(flows: Flows) -> dict[str, Decimal]:
    """Return debits less credits of each account that has entries."""
    found: dict[str, Decimal] = {}
    for (debit, credit), amount in flows.items():
        found[debit] = EXACT.add(found.get(debit, ZERO), amount)
        found[credit] = EXACT.subtract(found.get(credit, ZERO), amount)
    return found


def paid(held: Decimal, captured: Decimal) -> tuple[Booking, ...]:
    """Return the entries of money that a session brought: all of it was held, some of it already taken."""
    return _positive(
        Booking(Account.HELD, Account.SHOPPER, EXACT.add(held, captured)),
        Booking(Account.CAPTURED, Account.HELD, captured),
    )


def let_go(voided: Decimal, refunded: Decimal) -> tuple[Booking, ...]:
    """Return the entries of money that was there and went back: voided before it was taken, or refunded after."""
    return _positive(
        Booking(Account.HELD, Account.SHOPPER, EXACT.add(voided, refunded)),
        Booking(Account.CAPTURED, Account.HELD, refunded),
        Booking(Account.SHOPPER, Account.HELD, voided),
        Booking(Account.SHOPPER, Account.CAPTURED, refunded),
    )


def settled_by_hand(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of a session or capture that a person settled; `amount` is the most that can have been there."""
    return _positive(Booking(Account.BY_HAND, Account.SHOPPER, amount))


def refunded_by_hand(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of money that a person gave back in another way than through the provider."""
    return _positive(Booking(Account.SHOPPER, Account.BY_HAND, amount))


def captured(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of held money that was taken; below zero, of taking that was undone."""
    return _signed(Account.CAPTURED, Account.HELD, amount)


def refunded(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of taken money that went back; below zero, of a refund that failed after it was done."""
    return _signed(Account.SHOPPER, Account.CAPTURED, amount)


def freed(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of held money that is the shopper's again, untaken: voided, or fallen back by expiry."""
    return _positive(Booking(Account.SHOPPER, Account.HELD, amount))


def kept(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of the provider's fee; below zero, of one that it gave back."""
    return _signed(Account.FEES, Account.CAPTURED, amount)


def disputed(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of taken money that the shopper's bank took back; below zero, of a dispute that was won."""
    return _signed(Account.DISPUTED, Account.CAPTURED, amount)


def dispute_lost(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of disputed money that the shopper keeps."""
    return _positive(Booking(Account.SHOPPER, Account.DISPUTED, amount))


def to_dispute(booked: Flows, *, with_bank: Decimal, lost: Decimal) -> tuple[Booking, ...]:
    """Return the entries that bring one dispute from what is `booked` of it to what it is now; lost may be won again.

    `with_bank`: taken until it is decided; `lost`: the shopper keeps it.
    """
    gone = EXACT.subtract(lost, total("refunded", booked))
    taken = EXACT.add(EXACT.subtract(with_bank, total("disputed", booked)), max(gone, ZERO))
    return (*refunded(min(gone, ZERO)), *disputed(taken), *dispute_lost(gone))


def credited(amount: Decimal) -> tuple[Booking, ...]:
    """Return the entry of a credit line of an order; below zero, of one that raises what is owed."""
    return _signed(Account.CREDITED, Account.SHOPPER, amount)


def beyond(bookings: Iterable[Booking], booked: Flows) -> tuple[Booking, ...]:
    """Return what of `bookings`, which are totals, is not `booked` yet by debit and credit account."""
    return _positive(*[Booking(b.debit, b.credit, b.amount - booked.get((b.debit, b.credit), ZERO)) for b in bookings])


def _signed(debit: Account, credit: Account, amount: Decimal) -> tuple[Booking, ...]:
    return _positive(Booking(debit, credit, amount), Booking(credit, debit, -amount))


def _positive(*bookings: Booking) -> tuple[Booking, ...]:
    return tuple(booking for booking in bookings if booking.amount > ZERO)
