"""`/admin/price-lists`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.price_lists import (
    AdminBatchPriceListPrices,
    AdminCreatePriceList,
    AdminRemoveProducts,
    AdminUpdatePriceList,
)
from api.deps import batched, deleted, read, read_one, shown, write
from api.routing import Router
from commerce.pricing.price_lists import delete_price_list, update_price_list
from kit.query import LIVE
from operations.change_price_list_prices import change_price_list_prices, remove_price_list_products
from operations.create_price_list import create_price_list
from queries.price_list import ADMIN_PRICE_LIST, LISTED_PRICE, NEW_PRICE_LIST

router = Router("/admin/price-lists")


@router.get("")
async def list_price_lists(request: Request) -> Response:
    """List the price lists."""
    return await read(request, ADMIN_PRICE_LIST, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreatePriceList) -> Response:
    """Create a price list with prices of variants."""
    then = shown(request, NEW_PRICE_LIST)
    return await write(request, lambda session: create_price_list(session, **body.list_and_prices()), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a price list."""
    return await read_one(request, ADMIN_PRICE_LIST, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdatePriceList) -> Response:
    """Change a price list; its prices have routes of their own."""
    then = shown(request, ADMIN_PRICE_LIST)
    return await write(request, lambda session: update_price_list(session, id, body.given()), then=then)


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a price list with its prices."""
    return await write(request, lambda session: delete_price_list(session, id), then=deleted("price_list"))


@router.get("/{id}/prices")
async def list_prices(request: Request, id: str) -> Response:
    """List the prices of a price list."""
    where = [LIVE, "{t}.price_list_id = :price_list_id::text"]
    return await read(request, LISTED_PRICE, where=where, params={"price_list_id": id})


@router.post("/{id}/prices/batch")
async def batch_prices(request: Request, id: str, body: AdminBatchPriceListPrices) -> Response:
    """Create, change and delete prices of a price list."""
    then = batched(request, LISTED_PRICE, "price")
    return await write(request, lambda session: change_price_list_prices(session, id, **body.changes()), then=then)


@router.post("/{id}/products")
async def remove_products(request: Request, id: str, body: AdminRemoveProducts) -> Response:
    """Take the prices of whole products off a price list."""
    then = shown(request, ADMIN_PRICE_LIST)
    return await write(request, lambda session: remove_price_list_products(session, id, body.remove), then=then)
