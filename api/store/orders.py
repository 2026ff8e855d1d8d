"""`/store/orders`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Customer
from api.deps import read, read_one
from api.routing import Router
from queries.order import CURRENT, PLACED, STORE_ORDER, STORE_ORDERS

router = Router("/store/orders")


@router.get("")
async def list_orders(request: Request, customer: Customer) -> Response:
    """List the customer's own orders."""
    mine = (*PLACED, "{t}.customer_id = :customer_id")
    return await read(request, STORE_ORDERS, where=mine, params={**CURRENT, "customer_id": customer.customer_id})


@router.get("/{id}")
async def retrieve_order(request: Request, id: str) -> Response:
    """Retrieve an order: whoever knows its id may see it (contract section 2.2)."""
    return await read_one(request, STORE_ORDER, id, where=PLACED, params=CURRENT, missing=f"Order id not found: {id}")
