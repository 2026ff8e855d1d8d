"""Answers of the product routes that show links instead of rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.admin.bodies.product_variants import AdminChangeVariantImages
from api.deps import Projection, json_text
from kit.decimals import encode
from operations.link_inventory_items import Part, PartsBatch


def told(body: AdminChangeVariantImages) -> Projection[None]:
    """Return the projection that says what was linked and what no longer is."""

    async def project(_session: AsyncSession, _result: None) -> str:
        return json_text({"added": body.add, "removed": body.remove})

    return project


async def linked(_session: AsyncSession, batch: PartsBatch) -> str:
    """Project what variants are made of now, and what they no longer are."""
    return encode(
        {
            "created": [_link(part) | _quantity(part) for part in batch.created],
            "updated": [_link(part) | _quantity(part) for part in batch.updated],
            "deleted": [_link(part) for part in batch.deleted],
        }
    )


def _link(part: Part) -> dict[str, Any]:
    return {"product": {"variant_id": part.variant_id}, "inventory": {"inventory_item_id": part.inventory_item_id}}


def _quantity(part: Part) -> dict[str, Any]:
    return {"data": {"required_quantity": part.required_quantity}}
