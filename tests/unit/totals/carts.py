"""Carts and orders in few words, and the recorded ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from commerce.totals.types import (
    Adjustment,
    Counters,
    CreditLine,
    Line,
    Rounding,
    ShippingMethod,
    TaxLine,
    TotalsInput,
)
from kit.money import Currency

D = Decimal
EUR, JPY, KWD, USD = Currency("eur", 2), Currency("jpy", 0), Currency("kwd", 3), Currency("usd", 2)
CURRENCIES = {currency.code: currency for currency in (EUR, JPY, KWD, USD)}
RECORDED = Path(__file__).parents[2] / "data" / "totals" / "recorded.json"


def taxes(owner: str, *rates: str) -> tuple[TaxLine, ...]:
    return tuple(TaxLine(f"{owner}-tax{number}", D(rate)) for number, rate in enumerate(rates))


def line(
    name: str,
    price: str,
    quantity: int = 1,
    *rates: str,
    inclusive: bool = False,
    off: Sequence[Adjustment] = (),
    counters: Counters | None = None,
) -> Line:
    return Line(name, D(price), D(quantity), inclusive, taxes(name, *rates), tuple(off), counters)


def method(
    name: str, amount: str, *rates: str, inclusive: bool = False, off: Sequence[Adjustment] = ()
) -> ShippingMethod:
    return ShippingMethod(name, D(amount), inclusive, taxes(name, *rates), tuple(off))


def cart(
    *lines: Line,
    currency: Currency = EUR,
    rounding: Rounding = "currency",
    shipping: Sequence[ShippingMethod] = (),
    credit: Sequence[str] = (),
) -> TotalsInput:
    credit_lines = tuple(CreditLine(f"credit{number}", D(amount)) for number, amount in enumerate(credit))
    return TotalsInput(currency, rounding, lines, tuple(shipping), credit_lines)


def story(rounding: Rounding) -> TotalsInput:
    """Return the cart of the contract's worked example: 10 % off two lines at 19 %, and shipping."""
    ten = [Adjustment("ten-tee", D("3.52941176470588235294"), promotion="TEN")]
    ten_mug = [Adjustment("ten-mug", D("2.5"), promotion="TEN")]
    return cart(
        line("tee", "21", 2, "19", inclusive=True, off=ten),
        line("mug", "12.5", 2, "19", off=ten_mug),
        shipping=[method("standard", "9.5", "19", inclusive=True)],
        rounding=rounding,
    )


def recorded() -> list[dict[str, Any]]:
    states: list[dict[str, Any]] = json.loads(RECORDED.read_text(), parse_float=Decimal, parse_int=Decimal)
    return states


def from_recording(state: dict[str, Any], rounding: Rounding = "none") -> TotalsInput:
    lines = tuple(
        Line(
            f"item{number}",
            *(item["unit_price"], item["quantity"], item["is_tax_inclusive"]),
            *_parts(f"item{number}", item),
            Counters(**item["counters"]) if "counters" in item else None,
        )
        for number, item in enumerate(state["items"])
    )
    methods = tuple(
        ShippingMethod(
            f"method{number}", item["unit_price"], item["is_tax_inclusive"], *_parts(f"method{number}", item)
        )
        for number, item in enumerate(state["shipping_methods"])
    )
    credit_lines = tuple(
        CreditLine(f"credit{number}", item["amount"]) for number, item in enumerate(state["credit_lines"])
    )
    return TotalsInput(CURRENCIES[state["currency_code"]], rounding, lines, methods, credit_lines)


def _parts(owner: str, item: dict[str, Any]) -> tuple[tuple[TaxLine, ...], tuple[Adjustment, ...]]:
    adjustments = tuple(
        Adjustment(f"{owner}-off{number}", part["amount"], part["is_tax_inclusive"])
        for number, part in enumerate(item["adjustments"])
    )
    return taxes(owner, *[str(tax["rate"]) for tax in item["tax_lines"]]), adjustments
