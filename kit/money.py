"""Money: an amount with its currency, its minor units, and sums divided without losing a cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from kit.decimals import EXACT, ZERO, rho

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


def allocate(
    amount: Decimal,
    weights: Mapping[str, Decimal],
    unit: Decimal,
    room: Mapping[str, Decimal] | None = None,
) -> dict[str, Decimal]:
    """Divide `amount`, a multiple of `unit`, by `weights` with the largest remainders; ties: larger weight, then key.

    The parts are multiples of `unit` and add up to `amount`, unless `room` (the most that each key may get) has no
    place for all of it. ValueError for an amount or a weight below 0, for an amount that is no multiple of `unit`,
    and for an amount with no weight to give it to.
    """
    with localcontext(EXACT):
        units, rest = divmod(amount, unit)
        if rest or amount < 0 or any(weight < 0 for weight in weights.values()):
            raise ValueError(f"cannot divide {amount} into multiples of {unit} by {dict(weights)}")
        whole = sum(weights.values(), ZERO)
        if not whole:
            if units:
                raise ValueError(f"nobody to give {amount} to")
            return dict.fromkeys(weights, ZERO)
        most = None if room is None else {key: room[key] // unit for key in weights}
        return {key: count * unit for key, count in _shares(units, weights, whole, most).items()}


def _shares(
    units: Decimal, weights: Mapping[str, Decimal], whole: Decimal, most: Mapping[str, Decimal] | None
) -> dict[str, Decimal]:
    quotas = {key: divmod(units * weight, whole) for key, weight in weights.items()}
    shares = {key: quota if most is None else min(quota, most[key]) for key, (quota, _) in quotas.items()}
    missing = units - sum(shares.values())
    order = sorted(weights, key=lambda key: (-quotas[key][1], -weights[key], key)) if missing else []
    while missing:
        takers = [key for key in order if weights[key] and (most is None or shares[key] < most[key])]
        if not takers:
            break  # everybody is full: the rest finds no place
        for key in takers[: int(missing)]:
            shares[key] += 1
            missing -= 1
    return shares
