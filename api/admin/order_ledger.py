"""`/admin/orders/{id}/ledger`: every amount of an order and where it is (docs/money-out.md)."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer
from api.routing import Router
from api.state import state_of
from kit.errors import not_found
from queries.ledger import read_ledger

router = Router("/admin/orders/{id}/ledger")


@router.get("")
async def retrieve_ledger(request: Request, id: str) -> Response:
    """Retrieve the ledger of an order."""
    async with state_of(request).database.reading() as connection:
        found = await read_ledger(connection, id)
    if found is None:
        raise not_found(f"Order id not found: {id}")
    return json_answer(found)
