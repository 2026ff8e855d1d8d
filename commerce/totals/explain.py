"""A receipt that says how each total came about: read by support staff, and printed by a test that fails."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final, NamedTuple

from commerce.totals.results import LineResult, TotalsResult
from commerce.totals.types import Adjustment, Line, Priced, Rounding, TotalsInput
from kit.decimals import EXACT, ZERO, rho, to_number
from kit.money import Currency

WIDTH: Final = 92
AMOUNTS: Final = 14  # columns kept free for them
PLACES: Final = Decimal("0.000000001")  # as far as an unrounded amount is shown


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from, in words, by id; what has no words here is told by its id."""

    heading: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """Of lines, shipping methods and credit lines."""
    prices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of lines and shipping methods."""
    taxes: Mapping[str, str] = field(default_factory=dict)
    """Of tax lines; and of lines and methods without any, why there is none."""
    promotions: Mapping[str, str] = field(default_factory=dict)
    """Of promotions, by what an adjustment calls its own."""
    codes: tuple[str, ...] = ()
    """A sentence for each code that was asked for or is on the cart."""


class _Row(NamedTuple):
    depth: int
    text: str
    amount: str = ""


class _Shown:
    """How amounts and promotions are written in one explanation."""

    def __init__(self, given: TotalsInput, result: TotalsResult, sources: Sources) -> None:
        self.given = given
        self.sources = sources
        self.results = {part.id: part for part in (*result.lines, *result.shipping_methods)}
        things: list[Priced] = [*given.lines, *given.shipping_methods]
        found = {_promotion_key(each): each for thing in things for each in thing.adjustments}
        self.order = {key: number for number, key in enumerate(sorted(found), start=1)}
        self.named = {key: each.promotion or each.id for key, each in found.items()}

    def amount(self, amount: Decimal) -> str:
        """Return an amount: all digits of its currency, or unrounded to nine places."""
        return shown_amount(amount, self.given.currency, self.given.rounding)

    def promotion(self, adjustment: Adjustment) -> str:
        """Return `1. TEN`: the place in the order of application, and the name."""
        key = _promotion_key(adjustment)
        name = self.named[key]
        return f"{self.order[key]}. {self.sources.promotions.get(name, name)}"


def explain(given: TotalsInput, result: TotalsResult, sources: Sources | None = None) -> str:
    """Return the receipt of `result`, which the calculator made of `given`, in lines of at most 92 columns.

    Each line is told on the side on which it is settled (docs/rounding.md): with tax where its price includes it.
    """
    with localcontext(EXACT):
        shown = _Shown(given, result, sources or Sources())
        rows = [*_heading(shown)]
        things: list[Priced] = [*given.lines, *given.shipping_methods]
        for thing in things:
            rows += [_Row(0, ""), *_priced(thing, shown)]
        rows += [_Row(0, ""), *_sums(result, shown)]
        if shown.sources.codes:
            rows += [_Row(0, ""), _Row(0, "Codes"), *(_Row(1, sentence) for sentence in shown.sources.codes)]
        return "\n".join(line for row in rows for line in _laid_out(row))


def shown_amount(amount: Decimal, currency: Currency, rounding: Rounding) -> str:
    """Return an amount as the receipt has it: all digits of the currency, or in mode `none` up to nine places."""
    if rounding == "none":
        return to_number(rho(amount, PLACES))
    return format(EXACT.plus(rho(amount, currency.unit)), "f")  # plus: there is no -0.00


def _promotion_key(adjustment: Adjustment) -> tuple[int, str]:
    return adjustment.rank, adjustment.promotion or adjustment.id


def _heading(shown: _Shown) -> Iterator[_Row]:
    given = shown.given
    code, unit = given.currency.code.upper(), format(given.currency.unit, "f")
    mode = "unrounded (mode none)" if given.rounding == "none" else f"rounded to {unit} (mode currency)"
    first, *rest = shown.sources.heading or ("Totals",)
    yield _Row(0, first)
    yield from (_Row(1, text) for text in (*rest, f"amounts in {code}, {mode}"))


def _priced(thing: Priced, shown: _Shown) -> Iterator[_Row]:
    """Yield how a line or a shipping method gets from its price to its total."""
    result, sources = shown.results[thing.id], shown.sources
    totals, left = result.totals, _units_left(thing)
    inclusive = thing.is_tax_inclusive
    side = "with tax" if inclusive else "without tax"
    own = totals.original_total if inclusive else totals.original_subtotal
    title = sources.titles.get(thing.id)
    yield _Row(0, f"{title}  ({thing.id})" if title else thing.id)
    if left != thing.quantity:
        yield _Row(1, f"{to_number(thing.quantity - left)} of {to_number(thing.quantity)} units came back")
    yield _Row(1, f"{to_number(left)} x {to_number(thing.unit_price)} {side}", shown.amount(own))
    yield from (_Row(2, text) for text in sources.prices.get(thing.id, ()))
    yield from _discounts(thing, result, shown)
    if inclusive:
        yield _Row(1, "total with tax", shown.amount(totals.total))
        yield from (_Row(2, f"tax in it: {text}", amount) for text, amount in _taxes(thing, result, shown))
        yield _Row(2, "without tax", shown.amount(totals.total - totals.tax_total))
        return
    if thing.adjustments:
        yield _Row(1, "without tax", shown.amount(totals.subtotal - totals.discount_subtotal))
    yield from (_Row(1, text, amount) for text, amount in _taxes(thing, result, shown))
    yield _Row(1, "total with tax", shown.amount(totals.total))


def _units_left(thing: Priced) -> Decimal:
    counters = thing.counters if isinstance(thing, Line) else None
    if counters is None:
        return thing.quantity
    return thing.quantity - counters.return_received - counters.return_dismissed


def _discounts(thing: Priced, result: LineResult, shown: _Shown) -> Iterator[_Row]:
    """Yield what each promotion takes off; for all units together, so returned units show one sum of what is left."""
    inclusive, totals = thing.is_tax_inclusive, result.totals
    if not thing.adjustments:
        return
    if _units_left(thing) != thing.quantity:
        off = totals.discount_total if inclusive else totals.discount_subtotal
        yield _Row(1, "discounts of the units that are left", shown.amount(-off))
        return
    given = {each.id: each for each in thing.adjustments}
    published = {each.id: each for each in result.adjustments}
    for id_ in sorted(given, key=lambda each: (_promotion_key(given[each]), each)):
        part, exact = published[id_], given[id_]
        yield _Row(1, shown.promotion(exact), shown.amount(-(part.total if inclusive else part.subtotal)))
        sides = f"{shown.amount(part.total)} with tax, {shown.amount(part.subtotal)} without"
        side = "with tax" if exact.is_tax_inclusive else "without tax"
        rounded = f"; its exact share is {to_number(rho(exact.amount, PLACES))} {side}"
        yield _Row(2, sides + ("" if exact.amount == part.amount else rounded))


def _taxes(thing: Priced, result: LineResult, shown: _Shown) -> Iterator[tuple[str, str]]:
    amounts = {tax.id: tax.total for tax in result.tax_lines}
    known = shown.sources.taxes
    for tax in thing.tax_lines:
        yield f"{to_number(tax.rate)} % {known.get(tax.id, tax.id)}", shown.amount(amounts[tax.id])
    if not thing.tax_lines:
        yield known.get(thing.id, "no tax"), shown.amount(ZERO)


def _sums(result: TotalsResult, shown: _Shown) -> Iterator[_Row]:
    items, shipping, amount = result.items, result.shipping, shown.amount
    yield _Row(0, "Lines", amount(items.total))
    yield _Row(0, "Shipping", amount(shipping.total))
    yield from _credit(result, shown)
    yield _Row(0, "Total", amount(result.total))
    subtotal, off = items.subtotal + shipping.subtotal, items.discount_subtotal + shipping.discount_subtotal
    tax = items.tax_total + shipping.tax_total
    parts = [f"{amount(subtotal)} without tax", f"- {amount(off)} discount", f"+ {amount(tax)} tax"]
    if result.credit_line_total:
        parts.append(f"- {amount(result.credit_line_total)} credit")
    yield _Row(1, "= " + " ".join(parts))
    before, taken = items.original_total + shipping.original_total, items.discount_total + shipping.discount_total
    yield _Row(1, f"before discounts {amount(before)}, taken off with tax {amount(taken)}")
    yield from _by_promotion(shown)


def _credit(result: TotalsResult, shown: _Shown) -> Iterator[_Row]:
    lines = shown.given.credit_lines
    if not lines:
        return
    yield _Row(0, "Credit", shown.amount(-result.credit_line_total))
    for line in lines:
        title = shown.sources.titles.get(line.id)
        yield _Row(1, f"{title}  ({line.id})" if title else line.id, shown.amount(-line.amount))
    if not result.credit_line_total:
        yield _Row(1, "together less than the minor unit, which counts as nothing")


def _by_promotion(shown: _Shown) -> Iterator[_Row]:
    """Yield what each promotion takes off the whole, in the order of application."""
    sums: dict[tuple[int, str], Decimal] = dict.fromkeys(sorted(shown.named), ZERO)
    names: dict[tuple[int, str], str] = {}
    things: list[Priced] = [*shown.given.lines, *shown.given.shipping_methods]
    for thing in things:
        published = {part.id: part for part in shown.results[thing.id].adjustments}
        for each in thing.adjustments:
            key = _promotion_key(each)
            names[key] = shown.promotion(each)
            sums[key] += published[each.id].total
    yield from (_Row(2, f"{names[key]}: {shown.amount(amount)}") for key, amount in sums.items())


def _laid_out(row: _Row) -> list[str]:
    """Return the row as one or more lines of text, its amount at the right end of the last."""
    indent = "  " * row.depth
    wrapped = textwrap.wrap(
        row.text,
        WIDTH - (AMOUNTS if row.amount else 0),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
    if row.amount:
        last = wrapped[-1]
        wrapped[-1] = f"{last} {row.amount:>{max(0, WIDTH - len(last) - 1)}}"
    return wrapped
