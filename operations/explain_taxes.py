"""Which rates tax a cart's lines and shipping methods, in words."""

from __future__ import annotations

from commerce.cart.rows import Line, Method
from commerce.tax.explain import rate_sentence, untaxed_sentence
from commerce.tax.rules import Taxable
from operations.consult_providers import TAXES
from operations.load_cart import LoadedCart


def tax_words(loaded: LoadedCart) -> dict[str, str]:
    """Return the sentence of each tax line by its id; and by the id of a line or method without any, why."""
    state = loaded.state
    address, rates = state.shipping_address, {rate.id: rate for rate in loaded.rates}
    country = address.country_code if address else None
    place = "-".join(part for part in (country, address.province if address else None) if part)
    words: dict[str, str] = {}
    things: list[Line | Method] = [*state.lines, *state.methods]
    for thing in things:
        if not thing.tax_lines:
            gift = isinstance(thing, Line) and thing.is_giftcard
            words[thing.id] = untaxed_sentence(
                is_giftcard=gift,
                is_automatic=state.automatic_taxes,
                country=country and country.lower(),
                is_untold=TAXES in state.unconfirmed,
            )
        for number, tax in enumerate(thing.tax_lines):
            rate = rates.get(tax.tax_rate_id or "")
            if rate is None or rate.rate != tax.rate:
                words[tax.id] = f"{tax.description or tax.code} ({tax.code}), by the provider {tax.provider_id}"
            else:
                words[tax.id] = rate_sentence(rate, _taxable(thing), place.lower(), is_second=number > 0)
    return words


def _taxable(thing: Line | Method) -> Taxable:
    if isinstance(thing, Method):
        return Taxable(shipping_option_id=thing.shipping_option_id)
    return Taxable(product_id=thing.product_id, product_type_id=thing.product_type_id)
