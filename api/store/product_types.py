"""`/store/product-types`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Store
from api.deps import read, read_one
from api.routing import Router
from kit.query import LIVE
from queries.taxonomy_products import STORE_PRODUCT_TYPE

router = Router("/store/product-types")


@router.get("")
async def list_product_types(request: Request, store: Store) -> Response:
    """List the product types."""
    params = {"sales_channel_ids": list(store.sales_channel_ids)}
    return await read(request, STORE_PRODUCT_TYPE, where=[LIVE], params=params)


@router.get("/{id}")
async def retrieve(request: Request, id: str, store: Store) -> Response:
    """Retrieve a product type."""
    params = {"sales_channel_ids": list(store.sales_channel_ids)}
    return await read_one(request, STORE_PRODUCT_TYPE, id, where=[LIVE], params=params, as_list=True)
