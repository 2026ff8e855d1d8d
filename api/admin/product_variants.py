"""`/admin/product-variants`, and the variants of one product below `/admin/products/{id}/variants`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.product_variants import (
    AdminBatchVariantParts,
    AdminBatchVariants,
    AdminChangeVariantImages,
    AdminCreateVariant,
    AdminCreateVariantPart,
    AdminUpdateVariant,
    AdminUpdateVariantPart,
)
from api.admin.product_answers import linked, told
from api.deps import batched, deleted_below, read, read_one, shown, write
from api.routing import Router
from commerce.product.images import change_variant_images
from kit.query import LIVE
from operations.batch_variants import batch_variants
from operations.create_variants import create_variant
from operations.delete_variants import delete_variant
from operations.link_inventory_items import Part, PartsBatch, batch_parts, change_part
from operations.update_variants import update_variant
from queries.admin_product import ADMIN_PRODUCT, ADMIN_VARIANT, ADMIN_VARIANTS

router = Router("/admin/product-variants")
of_product = Router("/admin/products/{id}/variants")
OF_PRODUCT = (LIVE, "{t}.product_id = :product_id")


@router.get("")
async def list_all(request: Request) -> Response:
    """List the variants of all products."""
    return await read(request, ADMIN_VARIANTS, where=[LIVE])


@of_product.get("")
async def list_variants(request: Request, id: str) -> Response:
    """List the variants of a product."""
    return await read(request, ADMIN_VARIANT, where=OF_PRODUCT, params={"product_id": id})


@of_product.post("")
async def create(request: Request, id: str, body: AdminCreateVariant) -> Response:
    """Add a variant to a product."""
    offer = body.offer()
    return await write(request, lambda session: create_variant(session, id, offer), then=shown(request, ADMIN_PRODUCT))


@of_product.post("/batch")
async def batch(request: Request, id: str, body: AdminBatchVariants) -> Response:
    """Create, change and delete variants of a product at once."""
    create, update = [each.offer() for each in body.create], {each.id: each.change() for each in body.update}
    return await write(
        request,
        lambda session: batch_variants(session, id, create=create, update=update, delete=body.delete),
        then=batched(request, ADMIN_VARIANT, "variant"),
    )


@of_product.post("/inventory-items/batch")
async def batch_inventory_items(request: Request, id: str, body: AdminBatchVariantParts) -> Response:
    """Say what variants of a product are made of."""
    shown(request, ADMIN_VARIANT)  # the route takes `fields`, and refuses what is none
    parts = body.parts()
    return await write(request, lambda session: batch_parts(session, id, parts), then=linked)


@of_product.get("/{variant_id}")
async def retrieve(request: Request, id: str, variant_id: str) -> Response:
    """Retrieve a variant."""
    return await read_one(request, ADMIN_VARIANT, variant_id, where=OF_PRODUCT, params={"product_id": id})


@of_product.post("/{variant_id}")
async def update(request: Request, id: str, variant_id: str, body: AdminUpdateVariant) -> Response:
    """Change a variant."""
    given = body.change()
    return await write(
        request, lambda session: update_variant(session, id, variant_id, given), then=shown(request, ADMIN_PRODUCT)
    )


@of_product.delete("/{variant_id}")
async def delete(request: Request, id: str, variant_id: str) -> Response:
    """Delete a variant."""
    return await write(
        request,
        lambda session: delete_variant(session, id, variant_id),
        then=deleted_below(request, "variant", variant_id, ADMIN_PRODUCT),
    )


@of_product.post("/{variant_id}/images/batch")
async def change_images(request: Request, id: str, variant_id: str, body: AdminChangeVariantImages) -> Response:
    """Say which pictures show a variant."""
    return await write(
        request,
        lambda session: change_variant_images(session, id, variant_id, body.add, body.remove),
        then=told(body),
    )


@of_product.post("/{variant_id}/inventory-items")
async def add_inventory_item(request: Request, id: str, variant_id: str, body: AdminCreateVariantPart) -> Response:
    """Let a variant be made of one more inventory item."""
    part = Part(variant_id, body.inventory_item_id, body.required_quantity)
    return await write(
        request,
        lambda session: change_part(session, id, PartsBatch(created=[part])),
        then=shown(request, ADMIN_VARIANT),
    )


@of_product.post("/{variant_id}/inventory-items/{inventory_item_id}")
async def update_inventory_item(
    request: Request, id: str, variant_id: str, inventory_item_id: str, body: AdminUpdateVariantPart
) -> Response:
    """Say how many of an inventory item a variant needs."""
    part = Part(variant_id, inventory_item_id, body.required_quantity)
    return await write(
        request,
        lambda session: change_part(session, id, PartsBatch(updated=[part])),
        then=shown(request, ADMIN_VARIANT),
    )


@of_product.delete("/{variant_id}/inventory-items/{inventory_item_id}")
async def remove_inventory_item(request: Request, id: str, variant_id: str, inventory_item_id: str) -> Response:
    """Let a variant no longer be made of an inventory item."""
    batch = PartsBatch(deleted=[Part(variant_id, inventory_item_id)])
    link = {"product": {"variant_id": variant_id}, "inventory": {"inventory_item_id": inventory_item_id}}
    return await write(
        request,
        lambda session: change_part(session, id, batch),
        then=deleted_below(request, "variant-inventory-item-link", link, ADMIN_VARIANT),
    )
