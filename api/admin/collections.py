"""`/admin/collections`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.collections import AdminCreateCollection, AdminLinkProducts, AdminUpdateCollection
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.classify import create_collection, delete_collection, update_collection
from commerce.product.members import set_collection_products
from kit.query import LIVE
from queries.taxonomy_products import ADMIN_COLLECTION

router = Router("/admin/collections")


@router.get("")
async def list_collections(request: Request) -> Response:
    """List the collections."""
    return await read(request, ADMIN_COLLECTION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateCollection) -> Response:
    """Create a collection."""
    then = shown(request, ADMIN_COLLECTION)
    return await write(request, lambda session: create_collection(session, **body.given()), then=then)


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a collection."""
    return await read_one(request, ADMIN_COLLECTION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateCollection) -> Response:
    """Change a collection."""
    then = shown(request, ADMIN_COLLECTION)
    return await write(request, lambda session: update_collection(session, id, body.given()), then=then)


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a collection."""
    return await write(request, lambda session: delete_collection(session, id), then=deleted("collection"))


@router.post("/{id}/products")
async def link_products(request: Request, id: str, body: AdminLinkProducts) -> Response:
    """Put products into a collection and take others out."""
    then = shown(request, ADMIN_COLLECTION)
    return await write(request, lambda session: set_collection_products(session, id, **dict(body)), then=then)
