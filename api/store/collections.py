"""`/store/collections`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Store
from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.taxonomy_products import STORE_COLLECTION

router = Router("/store/collections")


@router.get("")
async def list_collections(request: Request, store: Store) -> Response:
    """List the collections, the newest first."""
    params = {"sales_channel_ids": list(store.sales_channel_ids)}
    return await read(request, STORE_COLLECTION, where=[LIVE], params=params)


@router.get("/{id}")
async def retrieve(request: Request, id: str, store: Store) -> Response:
    """Retrieve a collection."""
    params = {"sales_channel_ids": list(store.sales_channel_ids)}
    return await read_one(request, STORE_COLLECTION, id, where=[LIVE], params=params)
