"""Which price was chosen and why it qualified, in words (contract section 8); pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kit.decimals import to_number

SIGNS: Final = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True, slots=True)
class ListFacts:
    """The price list of a price; `rules` as attribute and the values of which one has to match."""

    id: str
    title: str
    type: str
    rules: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """One price as it is stored; `rules` as attribute, operator and value."""

    id: str
    amount: Decimal
    currency_code: str
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    rules: tuple[tuple[str, str, str], ...] = ()
    price_list: ListFacts | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """Whether prices include tax: as the region says, and as the currency says; None where nobody said."""

    of_region: bool | None = None
    of_currency: bool | None = None


def price_sentences(chosen: PriceFacts, original: PriceFacts | None, preferences: Preferences) -> Iterator[str]:
    """Yield which price it is, of which list, under which conditions, instead of which, and why with or without tax."""
    yield f"{_which(chosen)}{_conditions(chosen)}"
    price_list = chosen.price_list
    if price_list is not None:
        rules = [f"{attribute} in {', '.join(values)}" for attribute, values in price_list.rules]
        whom = f", for {' and '.join(rules)}" if rules else ""
        yield f"from the {price_list.type} list {price_list.title} ({price_list.id}){whom}"
    if original is not None and original.id != chosen.id:
        yield f"instead of {to_number(original.amount)}: {_which(original)}{_conditions(original)}"
    yield _inclusion(chosen, preferences)


def _which(price: PriceFacts) -> str:
    return f"{price.currency_code.upper()} price {price.id}"


def _conditions(price: PriceFacts) -> str:
    rules = [f"{attribute} {SIGNS.get(how, how)} {value}" for attribute, how, value in price.rules]
    tier = _tier(price.min_quantity, price.max_quantity)
    said = [*rules, *([tier] if tier else [])]
    return f", for {' and '.join(said)}" if said else ", without conditions"


def _tier(least: Decimal | None, most: Decimal | None) -> str:
    if least is not None and most is not None:
        return f"{to_number(least)} to {to_number(most)} units"
    if least is not None:
        return f"{to_number(least)} or more units"
    return f"at most {to_number(most)} units" if most is not None else ""


def _inclusion(price: PriceFacts, preferences: Preferences) -> str:
    regional = any(attribute == "region_id" for attribute, _, _ in price.rules)
    if regional and preferences.of_region is not None:
        return f"{_with(preferences.of_region)}: the region's preference, since the price names the region"
    if preferences.of_currency is not None:
        return f"{_with(preferences.of_currency)}: the preference of {price.currency_code.upper()}"
    return "without tax: neither region nor currency prefers otherwise"


def _with(is_inclusive: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "with tax" if is_inclusive else "without tax"
