"""`/admin/orders`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read, read_one
from api.routing import Router
from kit.errors import invalid_data
from kit.query import LIVE
from queries.order import ADMIN_ORDER, CURRENT, PLACED, admin_orders

router = Router("/admin/orders")


@router.get("")
async def list_orders(request: Request) -> Response:
    """List the orders, drafts left out."""
    return await read(request, admin_orders(request.query_params.multi_items()), where=PLACED, params=CURRENT)


@router.get("/{id}")
async def retrieve_order(request: Request, id: str, version: str | None = None) -> Response:
    """Retrieve an order, at an earlier version if one is named."""
    return await read_one(
        request,
        ADMIN_ORDER,
        id,
        where=[LIVE],
        params={"version": _number(version)},
        missing=f"Order id not found: {id}",
    )


def _number(version: str | None) -> int | None:
    if version is None:
        return None
    if not version.isascii() or not version.isdigit() or len(version) > len("9999999999"):
        raise invalid_data(f"Invalid request: Expected type: 'number' for field 'version', got: '{version}'")
    return int(version)
