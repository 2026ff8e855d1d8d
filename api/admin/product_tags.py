"""`/admin/product-tags`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.product_tags import AdminCreateProductTag, AdminUpdateProductTag
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.classify import create_tag, delete_tag, update_tag
from kit.query import LIVE
from queries.taxonomy_products import ADMIN_PRODUCT_TAG

router = Router("/admin/product-tags")


@router.get("")
async def list_product_tags(request: Request) -> Response:
    """List the tags."""
    return await read(request, ADMIN_PRODUCT_TAG, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateProductTag) -> Response:
    """Create a tag."""
    then = shown(request, ADMIN_PRODUCT_TAG)
    return await write(request, lambda session: create_tag(session, **dict(body)), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a tag."""
    return await read_one(request, ADMIN_PRODUCT_TAG, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateProductTag) -> Response:
    """Change a tag."""
    then = shown(request, ADMIN_PRODUCT_TAG)
    return await write(request, lambda session: update_tag(session, id, body.given()), then=then)


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a tag."""
    return await write(request, lambda session: delete_tag(session, id), then=deleted("product_tag"))
