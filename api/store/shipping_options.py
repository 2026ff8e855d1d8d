"""`/store/shipping-options`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer, read_one
from api.routing import Router
from api.state import state_of
from api.store.bodies.shipping_options import StoreCalculateShippingOption
from kit.query import LIVE
from queries.shipping_price import CALCULATED_OPTION, calculated, load_price_request
from queries.store_shipping_option import fetch_shipping_options

router = Router("/store/shipping-options")


@router.get("")
async def list_shipping_options(request: Request) -> Response:
    """List the shipping options that a cart may choose from."""
    async with state_of(request).database.reading() as connection:
        return json_answer(await fetch_shipping_options(connection, request.query_params.multi_items()))


@router.post("/{id}/calculate")
async def calculate(request: Request, id: str, body: StoreCalculateShippingOption) -> Response:
    """Ask the provider of a calculated shipping option what shipping the cart costs."""
    state = state_of(request)
    async with state.database.reading() as connection:
        asked = await load_price_request(connection, id, body.cart_id, body.data)
    price = await state.fulfillment.calculate_price(asked.provider_id, asked.request)
    return await read_one(request, CALCULATED_OPTION, id, where=[LIVE], params=calculated(price))
