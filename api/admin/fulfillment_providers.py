"""`/admin/fulfillment-providers`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer, json_text, read
from api.routing import Router
from api.state import state_of
from kit.query import LIVE
from queries.fulfillment_provider import FULFILLMENT_PROVIDER

router = Router("/admin/fulfillment-providers")


@router.get("")
async def list_fulfillment_providers(request: Request) -> Response:
    """List the fulfilment providers."""
    return await read(request, FULFILLMENT_PROVIDER, where=[LIVE])


@router.get("/{id}/options")
async def list_options(request: Request, id: str) -> Response:
    """List the ways in which a fulfilment provider ships, as it says itself."""
    options = [dict(option) for option in await state_of(request).fulfillment.options(id)]
    page = {"count": len(options), "limit": len(options), "offset": 0}
    return json_answer(json_text({"fulfillment_options": options, **page}))
