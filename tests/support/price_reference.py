"""Contract section 8 once more, naively, in Python: what the SQL of queries/prices.py is held against."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

NUMBER = re.compile(r"-?\d+(\.\d+)?")
Values = Mapping[str, Sequence[str | Decimal]]
COMPARE = {
    "eq": lambda a, b: a == b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


@dataclass(frozen=True)
class Rule:
    attribute: str
    operator: str
    value: str


@dataclass(frozen=True)
class PriceListRow:
    id: str
    type: str
    status: str
    starts_at: datetime | None
    ends_at: datetime | None
    rules: Mapping[str, Sequence[str]]
    deleted: bool = False


@dataclass(frozen=True)
class PriceRow:
    id: str
    price_set_id: str
    currency_code: str
    amount: Decimal
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    price_list: PriceListRow | None = None
    rules: Sequence[Rule] = field(default_factory=tuple)
    deleted: bool = False


def choose(
    prices: Sequence[PriceRow], currency: str, quantity: Decimal | None, context: Values, now: datetime
) -> tuple[PriceRow | None, PriceRow | None]:
    """Return the calculated and the original price of one price set."""
    fitting = [
        price
        for price in prices
        if not price.deleted
        and price.currency_code == currency
        and _fits(price, quantity)
        and all(_holds(rule, context) for rule in price.rules)
        and (price.price_list is None or _counts(price.price_list, context, now))
    ]
    fitting.sort(key=lambda price: (-_rules(price), price.amount, price.id))
    listed = next((p for p in fitting if p.price_list), None)
    plain = next((p for p in fitting if not p.price_list), None)
    override = next((p for p in fitting if p.price_list and p.price_list.type == "override"), None)
    if listed is None or listed.price_list is None:
        return plain, plain
    if listed.price_list.type == "override":
        return listed, listed
    cheaper = plain if plain is not None and plain.amount < listed.amount else listed
    return cheaper, override or plain


def inclusive(price: PriceRow | None, currency: str, region_id: str | None, preferences: Mapping[str, bool]) -> bool:
    """Tell whether a chosen price includes tax; `preferences` by region id or currency code."""
    if price is None:
        return False
    if any(rule.attribute == "region_id" for rule in price.rules) and region_id in preferences:
        return preferences[region_id]
    return preferences.get(currency, False)


def _fits(price: PriceRow, quantity: Decimal | None) -> bool:
    if quantity is None:
        return price.min_quantity is None or price.min_quantity <= 1
    return (price.min_quantity is None or price.min_quantity <= quantity) and (
        price.max_quantity is None or quantity <= price.max_quantity
    )


def _holds(rule: Rule, context: Values) -> bool:
    for value in context.get(rule.attribute, ()):
        if isinstance(value, str):
            if value == rule.value:
                return True
        elif NUMBER.fullmatch(rule.value) and COMPARE[rule.operator](value, Decimal(rule.value)):
            return True
    return False


def _counts(price_list: PriceListRow, context: Values, now: datetime) -> bool:
    return (
        not price_list.deleted
        and price_list.status == "active"
        and (price_list.starts_at is None or price_list.starts_at <= now)
        and (price_list.ends_at is None or price_list.ends_at >= now)
        and all(
            any(value in allowed for value in context.get(attribute, ()))
            for attribute, allowed in price_list.rules.items()
        )
    )


def _rules(price: PriceRow) -> int:
    return len(price.rules) + (len(price.price_list.rules) if price.price_list else 0)
