"""Money: an amount with its currency, its minor units, and sums divided without losing a cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

from kit.decimals import EXACT, ZERO, drop_tail, half_up, rho

_ten_digits: Final = Context(prec=10, rounding=ROUND_HALF_UP).plus  # the tail of a division breaks no tie
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
    """Divide `amount` by `weights` as `allocate_all` does; of equal weights the smaller key comes first."""
    keys = sorted(weights)
    (parts,) = allocate_all((amount,), [weights[key] for key in keys], unit)
    return dict(zip(keys, parts, strict=True))


def allocate_all(amounts: Sequence[Decimal], weights: Sequence[Decimal], unit: Decimal) -> list[list[Decimal]]:
    """Divide each of `amounts`, multiples of `unit`, by the same `weights` with the largest remainders.

    The parts stand in the order of the weights, are multiples of `unit` and add up to their amount; ties: the larger
    weight, then the first. ValueError for an amount or a weight below 0, for an amount that is no multiple of `unit`,
    and for an amount with no weight to give it to.
    """
    with localcontext(EXACT):
        whole = sum(weights, ZERO)
        if weights and min(weights) < 0:
            raise ValueError(f"cannot divide by {weights}")
        return [_allocated(amount, weights, whole, unit) for amount in amounts]


def _allocated(amount: Decimal, weights: Sequence[Decimal], whole: Decimal, unit: Decimal) -> list[Decimal]:
    units, rest = divmod(amount, unit)
    if rest or units < 0 or (units and not whole):
        raise ValueError(f"cannot divide {amount} into multiples of {unit} by {weights}")
    if not whole:
        return [ZERO] * len(weights)
    quotas = [divmod(units * weight, whole) for weight in weights]
    counts = [quota for quota, _ in quotas]
    missing = int(units - sum(counts))
    if missing:
        order = sorted([(_ten_digits(-rest), _ten_digits(-weights[n]), n) for n, (_, rest) in enumerate(quotas)])
        for _, _, n in order[:missing]:
            counts[n] += 1
    return [count * unit for count in counts]


def round_parts(parts: Mapping[str, Decimal], unit: Decimal, room: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Round `parts` to multiples of `unit` that add up to their sum, rounded half up; each moves by less than a unit.

    Every part is rounded down; what is missing goes to the largest remainders, one unit each; ties: larger part, then
    key. None gets more than its `room`, a multiple of `unit`; what then finds no place is lost.
    """
    with localcontext(EXACT):
        rests, given = {}, {}
        for key, part in parts.items():
            size, most = drop_tail(part), room[key]
            rests[key] = rest = size % unit
            size -= rest
            given[key] = size if size < most else most  # noqa: FURB136 - `min` takes twice the time
        missing = int((half_up(sum(parts.values(), ZERO), unit) - sum(given.values(), ZERO)) // unit)
        if missing > 0:
            takers = [
                (_ten_digits(-rest), _ten_digits(-parts[key]), key)
                for key, rest in rests.items()
                if rest and given[key] < room[key]
            ]
            for _, _, key in sorted(takers)[:missing]:
                given[key] += unit
        return given
