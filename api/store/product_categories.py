"""`/store/product-categories`: the active ones that are not internal."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Store
from api.deps import json_answer
from api.routing import Router
from api.state import state_of
from queries.store_category import fetch_categories, fetch_category

router = Router("/store/product-categories")


@router.get("")
async def list_product_categories(request: Request, store: Store) -> Response:
    """List the categories, with their branches if asked."""
    pairs = request.query_params.multi_items()
    async with state_of(request).database.reading() as connection:
        return json_answer(await fetch_categories(connection, pairs, store.sales_channel_ids))


@router.get("/{id}")
async def retrieve(request: Request, id: str, store: Store) -> Response:
    """Retrieve a category, with its branches if asked; what is not shown reads as an empty object (contract 1)."""
    pairs = request.query_params.multi_items()
    async with state_of(request).database.reading() as connection:
        return json_answer(await fetch_category(connection, id, pairs, store.sales_channel_ids) or "{}")
