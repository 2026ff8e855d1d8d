"""`/admin/product-types`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.product_types import AdminCreateProductType, AdminUpdateProductType
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.classify import create_type, delete_type, update_type
from kit.query import LIVE
from queries.taxonomy_products import ADMIN_PRODUCT_TYPE

router = Router("/admin/product-types")


@router.get("")
async def list_product_types(request: Request) -> Response:
    """List the product types."""
    return await read(request, ADMIN_PRODUCT_TYPE, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateProductType) -> Response:
    """Create a product type."""
    then = shown(request, ADMIN_PRODUCT_TYPE)
    return await write(request, lambda session: create_type(session, **dict(body)), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a product type."""
    return await read_one(request, ADMIN_PRODUCT_TYPE, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateProductType) -> Response:
    """Change a product type."""
    then = shown(request, ADMIN_PRODUCT_TYPE)
    return await write(request, lambda session: update_type(session, id, body.given()), then=then)


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a product type."""
    return await write(request, lambda session: delete_type(session, id), then=deleted("product_type"))
