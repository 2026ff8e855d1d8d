"""`/store/payment-providers`."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import read
from api.routing import Router
from kit.errors import invalid_data
from queries.region import OF_REGION, STORE_PAYMENT_PROVIDER

router = Router("/store/payment-providers")


@router.get("")
async def list_payment_providers(request: Request) -> Response:
    """List the payment providers of a region."""
    region_id = request.query_params.get("region_id")
    if region_id is None:
        raise invalid_data("Invalid request: Field 'region_id' is required")
    return await read(request, STORE_PAYMENT_PROVIDER, where=OF_REGION, params={"region_id": region_id})
