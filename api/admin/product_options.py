"""`/admin/product-options`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.product_options import AdminCreateOption, AdminUpdateProductOption, AdminUpdateProductOptionValue
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.options import create_option, delete_option, delete_value, update_option, update_value
from kit.query import LIVE
from queries.product_option import PRODUCT_OPTION, PRODUCT_OPTION_VALUE

router = Router("/admin/product-options")
OF_OPTION = (LIVE, "{t}.option_id = :option_id")


@router.get("")
async def list_product_options(request: Request) -> Response:
    """List the options."""
    return await read(request, PRODUCT_OPTION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateOption) -> Response:
    """Create an option, for several products unless told otherwise."""
    return await write(request, lambda session: create_option(session, body.new()), then=shown(request, PRODUCT_OPTION))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve an option."""
    return await read_one(request, PRODUCT_OPTION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateProductOption) -> Response:
    """Change an option or which values it has."""
    given = body.given()
    return await write(request, lambda session: update_option(session, id, given), then=shown(request, PRODUCT_OPTION))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete an option that no product uses."""
    return await write(request, lambda session: delete_option(session, id), then=deleted("product_option"))


@router.get("/{id}/values")
async def list_values(request: Request, id: str) -> Response:
    """List the values of an option."""
    return await read(request, PRODUCT_OPTION_VALUE, where=OF_OPTION, params={"option_id": id})


@router.get("/{id}/values/{value_id}")
async def retrieve_value(request: Request, id: str, value_id: str) -> Response:
    """Retrieve a value."""
    return await read_one(request, PRODUCT_OPTION_VALUE, value_id, where=OF_OPTION, params={"option_id": id})


@router.post("/{id}/values/{value_id}")
async def change_value(request: Request, id: str, value_id: str, body: AdminUpdateProductOptionValue) -> Response:
    """Change a value."""
    given = body.given()
    return await write(
        request, lambda session: update_value(session, id, value_id, given), then=shown(request, PRODUCT_OPTION_VALUE)
    )


@router.delete("/{id}/values/{value_id}")
async def remove_value(request: Request, id: str, value_id: str) -> Response:
    """Delete a value that no variant has."""
    return await write(
        request, lambda session: delete_value(session, id, value_id), then=deleted("product_option_value")
    )
