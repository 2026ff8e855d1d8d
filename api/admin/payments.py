"""`/admin/payments`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import json_answer, read, read_one
from api.routing import Router
from kit.errors import CommerceError
from kit.query import LIVE
from queries.payment import PAYMENT, PROVIDER

router = Router("/admin/payments")


@router.get("")
async def list_payments(request: Request) -> Response:
    """List the payments."""
    return await read(request, PAYMENT, where=[LIVE])


@router.get("/payment-providers")
async def list_payment_providers(request: Request) -> Response:
    """List the payment providers of this installation."""
    return await read(request, PROVIDER, where=[LIVE])


@router.get("/{id}")
async def retrieve_payment(request: Request, id: str) -> Response:
    """Retrieve a payment; an unknown one is an empty object, as the peer has it (contract section 1)."""
    try:
        return await read_one(request, PAYMENT, id, where=[LIVE])
    except CommerceError as error:
        if error.type != "not_found":
            raise
        return json_answer("{}")
