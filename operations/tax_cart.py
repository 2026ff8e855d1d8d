"""The tax lines of a cart in memory (contract section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, NamedTuple, Protocol, TypeVar

from commerce.cart.rows import CartState, Line, Method, TaxLine
from commerce.tax.rules import Rate, Taxable, rates_of
from kit.ids import new_id

Taxed = TypeVar("Taxed", Line, Method)


class Tax(NamedTuple):
    """A tax that applies; `rate` in per cent."""

    rate_id: str | None
    rate: Decimal
    code: str
    name: str
    provider_id: str


class Taxes(Protocol):
    """Who knows the taxes of a cart."""

    def of_line(self, line: Line) -> Sequence[Tax]:
        """Return the taxes on a line that is no gift card."""

    def of_method(self, method: Method) -> Sequence[Tax]:
        """Return the taxes on a shipping method."""


@dataclass(frozen=True, slots=True)
class StoredTaxes:
    """The shop's own rates, by the contract's order."""

    rates: Sequence[Rate]

    def of_line(self, line: Line) -> Sequence[Tax]:
        """Choose by the line's product and its type."""
        return self._chosen(Taxable(product_id=line.product_id, product_type_id=line.product_type_id))

    def of_method(self, method: Method) -> Sequence[Tax]:
        """Choose by the method's option."""
        return self._chosen(Taxable(shipping_option_id=method.shipping_option_id))

    def _chosen(self, thing: Taxable) -> Sequence[Tax]:
        rates = rates_of(thing, self.rates)
        return [Tax(rate.id, rate.rate, rate.code, rate.name, rate.provider_id) for rate in rates]


@dataclass(frozen=True, slots=True)
class ToldTaxes:
    """What a provider said, by the ids of lines and of shipping options; nothing where it said nothing."""

    lines: Mapping[str, Sequence[Tax]] = field(default_factory=dict)
    options: Mapping[str | None, Sequence[Tax]] = field(default_factory=dict)

    def of_line(self, line: Line) -> Sequence[Tax]:
        """Look the line up."""
        return self.lines.get(line.id, ())

    def of_method(self, method: Method) -> Sequence[Tax]:
        """Look the method's option up."""
        return self.options.get(method.shipping_option_id, ())


UNTOLD: Final = ToldTaxes()


def tax_cart(cart: CartState, taxes: Taxes) -> CartState:
    """Return the cart with the tax lines that apply; a line that keeps its rates keeps its tax lines' ids.

    A cart whose region does not tax by itself keeps those that it has; gift cards have none.
    """
    if not cart.automatic_taxes:
        return cart
    lines = tuple([_with(line, () if line.is_giftcard else taxes.of_line(line), "calitxl") for line in cart.lines])
    methods = tuple([_with(method, taxes.of_method(method), "casmtxl") for method in cart.methods])
    return replace(cart, lines=lines, methods=methods)


def _with(thing: Taxed, taxes: Sequence[Tax], prefix: str) -> Taxed:
    found = _lines(thing.tax_lines, taxes, prefix)
    return thing if found is thing.tax_lines else replace(thing, tax_lines=found)


def _lines(old: tuple[TaxLine, ...], taxes: Sequence[Tax], prefix: str) -> tuple[TaxLine, ...]:
    known = [Tax(tax.tax_rate_id, tax.rate, tax.code, tax.description or "", tax.provider_id or "") for tax in old]
    if known == list(taxes) or Counter(known) == Counter(taxes):
        return old
    return tuple(TaxLine(new_id(prefix), tax.rate, tax.code, tax.name, tax.rate_id, tax.provider_id) for tax in taxes)
