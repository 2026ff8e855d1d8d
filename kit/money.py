"""Money: an amount with its currency, its minor units, and sums divided without losing a cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

from kit.decimals import EXACT, ZERO, drop_tail, half_up, rho

_TEN_DIGITS: Final = Context(prec=10, rounding=ROUND_HALF_UP)
_UNITS: Final = tuple(Decimal(1).scaleb(-digits) for digits in range(10))


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: lower-case code and the number of digits after the point that it knows (contract section 6)."""

    code: str
    decimal_digits: int

    @property
    def unit(self) -> Decimal:
        """The minor unit in major units: 0.01 for eur, 1 for jpy, 0.001 for kwd."""
        return _UNITS[self.decimal_digits]


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in major units; TypeError for anything but a Decimal, ValueError for NaN and infinity."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):  # a float has lost the amount already
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is no amount")

    def __add__(self, other: Money) -> Money:
        return Money(EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def rounded(self) -> Money:
        """Return this amount rounded half up to the minor unit."""
        return Money(rho(self.amount, self.currency.unit), self.currency)

    def allocate(self, weights: Mapping[str, Decimal]) -> dict[str, Money]:
        """Divide this amount by `weights` so that the parts add up to it; see `allocate`."""
        parts = allocate(self.amount, weights, self.currency.unit)
        return {key: Money(part, self.currency) for key, part in parts.items()}

    def to_minor(self) -> int:
        """Return the amount in minor units (1999 for 19.99 EUR); ValueError when that is no whole number."""
        return to_minor(self.amount, self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency.code} met {other.currency.code}")
        return other.amount


def to_minor(amount: Decimal, currency: Currency) -> int:
    """Return `amount` in minor units; ValueError when the currency cannot express it exactly."""
    minor = amount.scaleb(currency.decimal_digits, EXACT)
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency.code} is no whole number of minor units")
    return int(minor)


def from_minor(minor: int, currency: Currency) -> Decimal:
    """Return the amount in major units of `minor` minor units."""
    return Decimal(minor).scaleb(-currency.decimal_digits, EXACT)


def allocate(amount: Decimal, weights: Mapping[str, Decimal], unit: Decimal) -> dict[str, Decimal]:
    """Divide `amount`, a multiple of `unit`, by `weights` with the largest remainders; ties: larger weight, then key.

    The parts are multiples of `unit` and add up to `amount`. ValueError for an amount or a weight below 0, for an
    amount that is no multiple of `unit`, and for an amount with no weight to give it to.
    """
    with localcontext(EXACT):
        units, rest = divmod(amount, unit)
        if rest or units < 0 or min(weights.values(), default=ZERO) < 0:
            raise ValueError(f"cannot divide {amount} into multiples of {unit} by {dict(weights)}")
        whole = sum(weights.values(), ZERO)
        if not whole:
            if units:
                raise ValueError(f"nobody to give {amount} to")
            return dict.fromkeys(weights, ZERO)
        shares, rests, missing = {}, {}, units
        for key, weight in weights.items():
            shares[key], rests[key] = divmod(units * weight, whole)
            missing -= shares[key]
        if missing:
            for key in _largest_first(rests, weights)[: int(missing)]:
                shares[key] += 1
        return {key: count * unit for key, count in shares.items()}


def round_parts(parts: Mapping[str, Decimal], unit: Decimal, room: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Round `parts` to multiples of `unit` that add up to their sum, rounded half up; each moves by less than a unit.

    Every part is rounded down; what is missing goes to the largest remainders, one unit each; ties: larger part, then
    key. None gets more than its `room`, a multiple of `unit`; what then finds no place is lost.
    """
    with localcontext(EXACT):
        quotas = {key: divmod(drop_tail(part), unit) for key, part in parts.items()}
        counts = {key: min(quota, room[key] // unit) for key, (quota, _) in quotas.items()}
        missing = int(half_up(sum(parts.values(), ZERO), unit) // unit - sum(counts.values(), ZERO))
        if missing > 0:
            rests = {key: rest for key, (_, rest) in quotas.items() if rest and room[key] > counts[key] * unit}
            for key in _largest_first(rests, parts)[:missing]:
                counts[key] += 1
        return {key: count * unit for key, count in counts.items()}


def _largest_first(rests: Mapping[str, Decimal], sizes: Mapping[str, Decimal]) -> list[str]:
    """Return the keys by falling remainder, ties by falling size, then by key; no division's tail decides."""
    digits = _TEN_DIGITS.plus
    return sorted(rests, key=lambda key: (-digits(rests[key]), -digits(sizes[key]), key))
