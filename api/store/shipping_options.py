"""`/store/shipping-options`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer
from api.routing import Router
from api.state import state_of
from queries.store_shipping_option import fetch_shipping_options

router = Router("/store/shipping-options")


@router.get("")
async def list_shipping_options(request: Request) -> Response:
    """List the shipping options that a cart may choose from."""
    async with state_of(request).database.reading() as connection:
        return json_answer(await fetch_shipping_options(connection, request.query_params.multi_items()))
