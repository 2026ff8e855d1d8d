"""`/store/currencies`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer, read
from api.routing import Router
from api.state import state_of
from kit.errors import not_found
from kit.query import LIVE, fetch_one, read_one
from queries.currency import STORE_CURRENCY

router = Router("/store/currencies")


@router.get("")
async def list_currencies(request: Request) -> Response:
    """List the currencies."""
    return await read(request, STORE_CURRENCY, where=[LIVE])


@router.get("/{code}")
async def retrieve_currency(request: Request, code: str) -> Response:
    """Retrieve a currency."""
    asked = read_one(STORE_CURRENCY, request.query_params.multi_items())
    scope = ["{t}.code = :code", LIVE]
    async with state_of(request).database.reading() as connection:
        found = await fetch_one(connection, STORE_CURRENCY, asked.selection, where=scope, params={"code": code})
    if found is None:
        raise not_found(f"Currency with code: {code} was not found")
    return json_answer(found)
