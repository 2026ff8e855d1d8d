"""Which rate taxes a line and why it was the best, in words (contract section 10); pure."""

from __future__ import annotations

from commerce.tax.rules import Rate, Taxable

KINDS = {"product": "product", "product_type": "product type", "shipping_option": "shipping option"}


def rate_sentence(rate: Rate, thing: Taxable, place: str, *, is_second: bool = False) -> str:
    """Return the rate's name, and the rule or default by which it was chosen; `place` is `us` or `us-ca`."""
    named, typed = thing.references()
    where = place if rate.is_province else place.partition("-")[0]
    level = "province" if rate.is_province else "country"
    rule = next(iter(sorted(rate.rules & named)), None) or next(iter(sorted(rate.rules & typed)), None)
    why = f"a rule for the {KINDS[rule[0]]} {rule[1]}" if rule else "the default"
    below = ", added since the province's rate is combinable" if is_second else ""
    return f"{rate.name} ({rate.code}): {why} in the {level} {where}{below}"


def untaxed_sentence(*, is_giftcard: bool, is_automatic: bool, country: str | None, is_untold: bool = False) -> str:
    """Return why a line has no tax line; `is_untold`: a provider knows its taxes and has not said them."""
    if is_giftcard:
        return "no tax: a gift card"
    if country is None:
        return "no tax: no shipping address with a country"
    if not is_automatic:
        return "no tax: the region taxes only when it is asked to"
    if is_untold:
        return "no tax yet: the provider that knows it has not answered"
    return f"no tax: no rate of {country} is for this"
