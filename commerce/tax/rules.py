"""Which rates apply to a line, best first (contract section 10); pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of the address's country (`is_province` false) or of its province; `rate` in per cent."""

    id: str
    rate: Decimal
    code: str
    name: str
    is_default: bool
    is_combinable: bool
    is_province: bool
    provider_id: str
    rules: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Taxable:
    """What a rate's rules may name: a product and its type, or a shipping option."""

    product_id: str | None = None
    product_type_id: str | None = None
    shipping_option_id: str | None = None

    def references(self) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
        """Return the rule references of the first and of the second rank."""
        first = {("product", self.product_id), ("shipping_option", self.shipping_option_id)}
        return (
            frozenset((kind, id_) for kind, id_ in first if id_),
            frozenset({("product_type", self.product_type_id)} if self.product_type_id else ()),
        )


def rates_of(thing: Taxable, rates: Sequence[Rate]) -> tuple[Rate, ...]:
    """Return the rates that apply: the best one, and its country's best beneath a combinable province rate."""
    best = _best(thing, rates)
    if best is None:
        return ()
    if not (best.is_combinable and best.is_province):
        return (best,)
    below = _best(thing, [rate for rate in rates if not rate.is_province])
    return (best,) if below is None else (best, below)


def _best(thing: Taxable, rates: Iterable[Rate]) -> Rate | None:
    named, typed = thing.references()
    ranked = [(rank, rate.id, rate) for rate in rates if (rank := _rank(rate, named, typed)) is not None]
    return min(ranked)[2] if ranked else None


def _rank(rate: Rate, named: frozenset[tuple[str, str]], typed: frozenset[tuple[str, str]]) -> int | None:
    place = 0 if rate.is_province else 3
    if rate.rules & named:
        return place
    if rate.rules & typed:
        return place + 1
    if rate.is_default and not rate.rules:
        return place + 2
    return None
