"""`/admin/orders/{id}/timeline`: what happened to an order and its money (docs/payments.md)."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer
from api.routing import Router
from api.state import state_of
from kit.decimals import encode
from kit.errors import not_found
from queries.timeline import read_timeline

router = Router("/admin/orders/{id}/timeline")


@router.get("")
async def retrieve_timeline(request: Request, id: str) -> Response:
    """Retrieve what happened, the oldest first."""
    async with state_of(request).database.reading() as connection:
        found = await read_timeline(connection, id)
    if found is None:
        raise not_found(f"Order id not found: {id}")
    return json_answer(encode(found))
