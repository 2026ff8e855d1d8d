"""`/store/product-categories`: the active ones that are not internal."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Store
from api.deps import json_answer, read
from api.routing import Router
from api.state import state_of
from kit import query
from queries.category import STORE_CATEGORY, with_trees
from queries.taxonomy import SHOWN

router = Router("/store/product-categories")


@router.get("")
async def list_product_categories(request: Request, store: Store) -> Response:
    """List the categories, with their branches if asked."""
    resource = with_trees(STORE_CATEGORY, request.query_params.multi_items(), listed=True)
    params = {"sales_channel_ids": list(store.sales_channel_ids)}
    return await read(request, resource, where=[SHOWN], params=params)


@router.get("/{id}")
async def retrieve(request: Request, id: str, store: Store) -> Response:
    """Retrieve a category, with its branches if asked; what is not shown reads as an empty object (contract 1)."""
    pairs = request.query_params.multi_items()
    resource = with_trees(STORE_CATEGORY, pairs)
    selection = query.read_one(resource, pairs).selection
    where, params = ["{t}.id = :id", SHOWN], {"id": id, "sales_channel_ids": list(store.sales_channel_ids)}
    async with state_of(request).database.reading() as connection:
        found = await query.fetch_one(connection, resource, selection, where=where, params=params)
    return json_answer(found or "{}")
