"""`/admin/shipping-options`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.shipping_options import (
    AdminBatchShippingOptionRules,
    AdminCreateShippingOption,
    AdminUpdateShippingOption,
)
from api.deps import batched, deleted, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.fulfillment.options import batch_rules, delete_shipping_option
from kit.query import LIVE
from operations.create_shipping_option import create_shipping_option
from operations.update_shipping_option import update_shipping_option
from queries.shipping_option import ADMIN_SHIPPING_OPTION, OPTION_RULE
from queries.shipping_price import priced_option

router = Router("/admin/shipping-options")


@router.get("")
async def list_shipping_options(request: Request) -> Response:
    """List the shipping options."""
    return await read(request, ADMIN_SHIPPING_OPTION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateShippingOption) -> Response:
    """Create a shipping option; a provider that is to calculate its prices is asked whether it can."""
    prices, then = [price.price() for price in body.prices], shown(request, ADMIN_SHIPPING_OPTION)
    if body.price_type == "calculated":
        await state_of(request).fulfillment.require_calculation(body.name, body.provider_id, body.data)
    return await write(request, lambda session: create_shipping_option(session, body.option(), prices), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a shipping option."""
    return await read_one(request, ADMIN_SHIPPING_OPTION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateShippingOption) -> Response:
    """Change a shipping option."""
    given, then = body.columns(), shown(request, ADMIN_SHIPPING_OPTION)
    if given.keys() & {"price_type", "provider_id", "data"}:
        async with state_of(request).database.reading() as connection:
            changed = await priced_option(connection, id, given)
        if changed.price_type == "calculated":
            await state_of(request).fulfillment.require_calculation(changed.name, changed.provider_id, changed.data)
    return await write(
        request, lambda session: update_shipping_option(session, id, body.columns(), **body.parts()), then=then
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a shipping option."""
    return await write(request, lambda session: delete_shipping_option(session, id), then=deleted("shipping_option"))


@router.post("/{id}/rules/batch")
async def batch(request: Request, id: str, body: AdminBatchShippingOptionRules) -> Response:
    """Create, change and delete rules of a shipping option."""
    return await write(
        request,
        lambda session: batch_rules(session, id, **body.rules()),
        then=batched(request, OPTION_RULE, "shipping_option_rule"),
    )
