"""Choose how a cart is shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Method
from commerce.fulfillment.models import PriceType
from commerce.fulfillment.port import BY_HAND, DataRequest
from commerce.fulfillment.rules import STORE, Offer, is_offered
from kit.errors import invalid_data
from kit.ids import new_id
from operations.consult_providers import insisted
from operations.load_cart import LoadedCart
from operations.load_offers import load_offers
from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Heard, Question, Told, recall_all
from operations.price_cart import place_of, price_context, total_cart
from operations.refresh_cart import refresh_cart
from queries.prices import PriceQuery, SelectedPrice, select_shipping_prices


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """A shipping option that the shopper chose, with data for its provider."""

    option_id: str
    data: Mapping[str, Any]


async def set_shipping_methods(
    session: AsyncSession, cart_id: str, chosen: Sequence[ChosenOption], told: Told = NOTHING_TOLD
) -> str:
    """Add methods; each replaces the cart's method of the same shipping profile (contract section 12).

    Errors: not_found, invalid_data for an option that is not offered or has no price, or for data that its provider
    refuses; NeedsError, `unavailable` when a provider says nothing.
    """
    loaded = await lock_and_load(session, cart_id, told)
    offers = await _offers(session, loaded.state, chosen)
    checked = _checked(loaded, chosen, offers)
    methods = await _methods(session, loaded.state, checked, offers)
    profiles = {method.shipping_profile_id for method in methods}
    kept = tuple(method for method in loaded.state.methods if method.shipping_profile_id not in profiles)
    changed = replace(loaded.state, methods=kept + tuple(methods))
    known = replace(loaded, offers={**loaded.offers, **offers})
    await refresh_cart(session, known, changed, insist=frozenset(offers))
    return cart_id


async def _offers(session: AsyncSession, cart: CartState, chosen: Sequence[ChosenOption]) -> dict[str, Offer]:
    found = await load_offers(session, [option.option_id for option in chosen], cart.sales_channel_id)
    offered = {id_: offer for id_, offer in found.items() if is_offered(offer, place_of(cart), STORE)}
    if any(option.option_id not in offered for option in chosen):
        raise invalid_data("Shipping Options are invalid for cart.")
    return offered


def _checked(loaded: LoadedCart, chosen: Sequence[ChosenOption], offers: Mapping[str, Offer]) -> Sequence[ChosenOption]:
    """Return the choices with what the options' providers keep of their data."""
    asked = [
        Question(offer.provider_id, DataRequest(option_data=offer.data, data=option.data))
        for option in chosen
        if (offer := offers[option.option_id]).provider_id != BY_HAND
    ]
    found = iter(recall_all(asked, loaded.kept, loaded.told))
    return [
        option
        if offers[option.option_id].provider_id == BY_HAND
        else replace(option, data=_kept(next(found), loaded.told))
        for option in chosen
    ]


def _kept(heard: Heard, told: Told) -> Mapping[str, Any]:
    data: Mapping[str, Any] = insisted(heard, told, "The data of a shipping option")["data"]
    return data


async def _methods(
    session: AsyncSession, cart: CartState, chosen: Sequence[ChosenOption], offers: Mapping[str, Offer]
) -> list[Method]:
    """Return fresh methods; those with a calculated price get it where the cart is refreshed."""
    stored = [option.option_id for option in chosen if offers[option.option_id].price_type == PriceType.FLAT]
    context = price_context(cart, total_cart(cart).items.total)
    prices = {
        each.id: each for each in await select_shipping_prices(session, [PriceQuery(id_) for id_ in stored], context)
    }
    unpriced = [price.id for price in prices.values() if price.unit_price is None]
    if unpriced:
        raise invalid_data(f"Shipping options with IDs {', '.join(unpriced)} do not have a price")
    return [_method(option, offers[option.option_id], prices.get(option.option_id)) for option in chosen]


def _method(option: ChosenOption, offer: Offer, price: SelectedPrice | None) -> Method:
    return Method(
        id=new_id("casm"),
        shipping_option_id=offer.id,
        shipping_profile_id=offer.shipping_profile_id,
        name=offer.name,
        amount=(price.unit_price if price else None) or Decimal(0),
        is_tax_inclusive=price.is_tax_inclusive if price else False,
        is_custom_amount=False,
        data=option.data,
    )
