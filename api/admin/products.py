"""`/admin/products`; what is below `variants` is in product_variants.py."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.product_options import AdminBatchProductOptions
from api.admin.bodies.product_variants import AdminChangeVariantImages
from api.admin.bodies.products import AdminBatchProducts, AdminCreateProduct, AdminUpdateProduct
from api.admin.product_answers import told
from api.deps import batched, deleted, read, read_one, shown, write
from api.routing import Router
from commerce.product.images import change_image_variants
from commerce.product.product_options import batch_options
from kit.query import LIVE
from operations.batch_products import batch_products
from operations.create_product import create_offer
from operations.delete_products import delete_product
from operations.update_products import update_product
from queries.admin_product import ADMIN_OPTIONS_OF_PRODUCT, ADMIN_PRODUCT, ADMIN_PRODUCTS

router = Router("/admin/products")


@router.get("")
async def list_products(request: Request) -> Response:
    """List the products."""
    return await read(request, ADMIN_PRODUCTS, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateProduct) -> Response:
    """Create a product with its variants."""
    offer = body.offer()
    return await write(request, lambda session: create_offer(session, offer), then=shown(request, ADMIN_PRODUCT))


@router.post("/batch")
async def batch(request: Request, body: AdminBatchProducts) -> Response:
    """Create, change and delete products at once."""
    create, update = [each.offer() for each in body.create], {each.id: each.change() for each in body.update}
    return await write(
        request,
        lambda session: batch_products(session, create=create, update=update, delete=body.delete),
        then=batched(request, ADMIN_PRODUCT, "product"),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a product."""
    return await read_one(request, ADMIN_PRODUCT, id, where=[LIVE], missing="Product not found")


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateProduct) -> Response:
    """Change a product."""
    given = body.change()
    return await write(request, lambda session: update_product(session, id, given), then=shown(request, ADMIN_PRODUCT))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a product with its variants."""
    shown(request, ADMIN_PRODUCT)  # the route takes `fields`, and refuses what is none
    return await write(request, lambda session: delete_product(session, id), then=deleted("product"))


@router.get("/{id}/options")
async def list_options(request: Request, id: str) -> Response:
    """List the options of a product."""
    of_product = "{t}.product_id = :product_id"
    return await read(request, ADMIN_OPTIONS_OF_PRODUCT, where=[LIVE, of_product], params={"product_id": id})


@router.post("/{id}/options/batch")
async def change_options(request: Request, id: str, body: AdminBatchProductOptions) -> Response:
    """Add options to a product, take some away, change which values it uses."""
    added, changes = body.added(), [each.change() for each in body.update]
    return await write(
        request,
        lambda session: batch_options(session, id, add=added, remove=body.remove, update=changes),
        then=shown(request, ADMIN_PRODUCT),
    )


@router.post("/{id}/images/{image_id}/variants/batch")
async def change_variants_of_image(
    request: Request, id: str, image_id: str, body: AdminChangeVariantImages
) -> Response:
    """Say which variants a picture shows."""
    return await write(
        request, lambda session: change_image_variants(session, id, image_id, body.add, body.remove), then=told(body)
    )
