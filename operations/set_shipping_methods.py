"""Choose how a cart is shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Method
from commerce.fulfillment.rules import STORE, Offer, is_offered
from kit.errors import invalid_data
from kit.ids import new_id
from operations.load_cart import LoadedCart, load_cart
from operations.load_offers import load_offers
from operations.lock_cart import lock_cart
from operations.price_cart import place_of, price_context, total_cart
from operations.refresh_cart import refresh_cart
from queries.prices import PriceQuery, select_shipping_prices


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """A shipping option that the shopper chose, with data for its provider."""

    option_id: str
    data: Mapping[str, Any]


async def set_shipping_methods(session: AsyncSession, cart_id: str, chosen: Sequence[ChosenOption]) -> str:
    """Add methods; each replaces the cart's method of the same shipping profile (contract section 12).

    Errors: not_found, invalid_data for an option that is not offered or has no price.
    """
    await lock_cart(session, cart_id)
    loaded = await load_cart(session, cart_id)
    offers = await _offers(session, loaded.state, chosen)
    methods = await _methods(session, loaded.state, chosen, offers)
    profiles = {method.shipping_profile_id for method in methods}
    kept = tuple(method for method in loaded.state.methods if method.shipping_profile_id not in profiles)
    changed = replace(loaded.state, methods=kept + tuple(methods))
    known = LoadedCart(loaded.state, loaded.rates, {**loaded.offers, **offers})
    await refresh_cart(session, known, changed)
    return cart_id


async def _offers(session: AsyncSession, cart: CartState, chosen: Sequence[ChosenOption]) -> dict[str, Offer]:
    found = await load_offers(session, [option.option_id for option in chosen], cart.sales_channel_id)
    offered = {id_: offer for id_, offer in found.items() if is_offered(offer, place_of(cart), STORE)}
    if any(option.option_id not in offered for option in chosen):
        raise invalid_data("Shipping Options are invalid for cart.")
    return offered


async def _methods(
    session: AsyncSession, cart: CartState, chosen: Sequence[ChosenOption], offers: Mapping[str, Offer]
) -> list[Method]:
    context = price_context(cart, total_cart(cart).items.total)
    prices = await select_shipping_prices(session, [PriceQuery(option.option_id) for option in chosen], context)
    unpriced = [price.id for price in prices if price.unit_price is None]
    if unpriced:
        raise invalid_data(f"Shipping options with IDs {', '.join(unpriced)} do not have a price")
    return [
        Method(
            id=new_id("casm"),
            shipping_option_id=option.option_id,
            shipping_profile_id=offers[option.option_id].shipping_profile_id,
            name=offers[option.option_id].name,
            amount=price.unit_price or Decimal(0),
            is_tax_inclusive=price.is_tax_inclusive,
            is_custom_amount=False,
            data=option.data,
        )
        for option, price in zip(chosen, prices, strict=True)
    ]
