"""What `/store/carts` reads and answers beside the cart itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.actors import StoreActor
from api.address import Address
from api.store.bodies.carts import StoreCreateCart
from kit.errors import invalid_data, invalid_request
from operations.create_cart import NewCart


def new_cart(body: StoreCreateCart, store: StoreActor, rounding: str) -> NewCart:
    """Return what to create; invalid_request when the body names a sales channel that is not the key's, or must."""
    return NewCart(
        sales_channel_id=_channel(body, store),
        rounding=rounding,
        region_id=body.region_id,
        currency_code=body.currency_code,
        email=body.email,
        customer_id=store.customer_id,
        locale=body.locale,
        metadata=body.metadata,
        shipping_address=_address(body.shipping_address),
        billing_address=_address(body.billing_address),
        items=body.new_items(),
        promo_codes=tuple(body.promo_codes),
    )


def own_channel(sales_channel_id: str, store: StoreActor) -> str:
    """Return the sales channel that a body names; invalid_request when it is not one of the key's."""
    if sales_channel_id not in store.sales_channel_ids:
        sentence = (
            f"Sales channel ID in payload {sales_channel_id} is not associated with the Publishable API Key"
            " in the header."
        )
        raise invalid_request(sentence)
    return sales_channel_id


def _address(given: Address | str | None) -> Mapping[str, Any] | str | None:
    return given.given() if isinstance(given, Address) else given or None


def _channel(body: StoreCreateCart, store: StoreActor) -> str:
    channels = store.sales_channel_ids
    if body.sales_channel_id is not None:
        return own_channel(body.sales_channel_id, store)
    if len(channels) > 1:
        raise invalid_request("Cannot assign sales channel to cart. The Publishable API Key has multiple ones.")
    if not channels:
        raise invalid_data("The publishable key has no sales channel, so a cart cannot be made with it.")
    return channels[0]
