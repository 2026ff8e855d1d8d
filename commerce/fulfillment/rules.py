"""Which shipping options an address and a context are offered, and which rules may say so (contract section 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kit.errors import invalid_data

STORE: Final = {"enabled_in_store": "true", "is_return": "false"}
RETURN: Final = {"enabled_in_store": "true", "is_return": "true"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is shipped to."""

    country_code: str
    province: str | None
    city: str | None
    postal_code: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A shipping option with what decides whether it is offered: its zone's geo zones and its own rules."""

    id: str
    name: str
    price_type: str
    shipping_profile_id: str
    provider_id: str
    geo_zones: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]
    data: Mapping[str, Any] = field(default_factory=dict)


def is_offered(offer: Offer, place: Place | None, context: Mapping[str, str]) -> bool:
    """Tell whether the option serves the place (any place when there is none) and all its rules hold."""
    return (place is None or any(_covers(zone, place) for zone in offer.geo_zones)) and all(
        _holds(rule, context.get(rule["attribute"])) for rule in offer.rules
    )


def refuse_rule(attribute: str, operator: str, value: object) -> None:
    """Refuse a rule that could never hold: a list for `in` and `nin`, a single text for the others."""
    if not attribute or not value:
        raise invalid_data("Rule must have an attribute, an operator and a value")
    if operator in {"in", "nin"} and not isinstance(value, list):
        raise invalid_data("Rule value must be an array for in/nin operators")
    if operator not in {"in", "nin"} and isinstance(value, list):
        raise invalid_data(f"Rule value must be a string, bool, or number for the selected operator {operator}")


def _covers(zone: Mapping[str, Any], place: Place) -> bool:
    country: bool = zone["country_code"] == place.country_code.lower()
    province = country and (zone["province_code"] or "").lower() == (place.province or "").lower()
    city = province and zone["city"] == place.city
    match zone["type"]:
        case "country":
            return country
        case "province":
            return province
        case "city":
            return city
    # The expression is compared as it stands, it is no pattern: the object of a regular expression never matches.
    return city and place.postal_code is not None and bool(zone["postal_expression"] == place.postal_code)


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def _holds(rule: Mapping[str, Any], actual: str | None) -> bool:
    wanted = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
    texts = [value if isinstance(value, str) else str(value).lower() for value in wanted]
    match rule["operator"]:
        case "eq" | "in":
            return actual in texts
        case "ne" | "nin":
            return actual not in texts
    if actual is None or not texts:
        return False
    compare = _COMPARE[rule["operator"]]
    if actual.isdigit() and texts[0].isdigit():
        return compare(int(actual), int(texts[0]))
    return compare(actual, texts[0])
