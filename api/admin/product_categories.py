"""`/admin/product-categories`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.collections import AdminLinkProducts
from api.admin.bodies.product_categories import AdminCreateProductCategory, AdminUpdateProductCategory
from api.deps import Projection, deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.categories import create_category, delete_category, update_category
from commerce.product.members import set_category_products
from commerce.product.taxonomy import ProductCategory
from kit.query import LIVE
from queries.category import ADMIN_CATEGORY, with_trees

router = Router("/admin/product-categories")


@router.get("")
async def list_product_categories(request: Request) -> Response:
    """List the categories, with their branches if asked."""
    resource = with_trees(ADMIN_CATEGORY, request.query_params.multi_items(), listed=True)
    return await read(request, resource, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateProductCategory) -> Response:
    """Create a category."""
    return await write(request, lambda session: create_category(session, **body.given()), then=_shown(request))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a category, with its branches if asked."""
    resource = with_trees(ADMIN_CATEGORY, request.query_params.multi_items())
    return await read_one(request, resource, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateProductCategory) -> Response:
    """Change a category, or move it."""
    return await write(request, lambda session: update_category(session, id, body.given()), then=_shown(request))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a category that has no children."""
    return await write(request, lambda session: delete_category(session, id), then=deleted("product_category"))


@router.post("/{id}/products")
async def link_products(request: Request, id: str, body: AdminLinkProducts) -> Response:
    """Put products into a category and take others out."""
    return await write(request, lambda session: set_category_products(session, id, **dict(body)), then=_shown(request))


def _shown(request: Request) -> Projection[ProductCategory | str]:
    return shown(request, with_trees(ADMIN_CATEGORY, request.query_params.multi_items()))
