"""Say which inventory items variants are made of, and how many of each (contract section 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import InventoryItem
from commerce.product.variants import link_variants, lock_variants
from kit.db import run
from kit.errors import about, in_list, not_found
from kit.rows import keep


@dataclass(frozen=True)
class Part:
    """How many of an inventory item a variant needs; the quantity does not matter for a part that goes."""

    variant_id: str
    inventory_item_id: str
    required_quantity: Decimal = Decimal(1)


@dataclass(frozen=True)
class PartsBatch:
    """The parts that a batch added, changed and took away."""

    created: Sequence[Part] = ()
    updated: Sequence[Part] = ()
    deleted: Sequence[Part] = ()


async def change_part(session: AsyncSession, product_id: str, batch: PartsBatch) -> str:
    """Add, change or take away one part of a variant and return the variant's id. Errors: as `change_parts`."""
    (part,) = (*batch.created, *batch.updated, *batch.deleted)
    await change_parts(session, product_id, batch)
    return part.variant_id


async def batch_parts(session: AsyncSession, product_id: str, batch: PartsBatch) -> PartsBatch:
    """Do all of it. A refusal names its element: `update[3]: ...`. Errors: as `change_parts`."""
    with in_list("update"):
        await change_parts(session, product_id, batch)
    return batch


async def change_parts(session: AsyncSession, product_id: str, batch: PartsBatch) -> None:
    """Change what variants of a product are made of, by the same number of statements for any number of parts.

    A refusal of a change knows its place. Errors: `not_found` for a variant of another product, an unknown item, a part
    to change that is not there; `invalid_data` for a part that is there already.
    """
    named = {part.variant_id: None for part in (*batch.created, *batch.updated, *batch.deleted)}
    await lock_variants(session, product_id, list(named))
    await run(session, _DELETE, *_pairs(batch.deleted))
    await _update(session, batch.updated)
    await keep(session, InventoryItem, *{part.inventory_item_id for part in batch.created})
    new = [(part.variant_id, part.inventory_item_id, part.required_quantity) for part in batch.created]
    await link_variants(session, {}, new)


async def _update(session: AsyncSession, parts: Sequence[Part]) -> None:
    quantities = [part.required_quantity for part in parts]
    rows = await run(session, _UPDATE, *_pairs(parts), quantities)
    found = {(row.variant_id, row.inventory_item_id) for row in rows}
    for place, part in enumerate(parts):
        if (part.variant_id, part.inventory_item_id) in found:
            continue
        with about(place):
            raise not_found(
                f"Variant {part.variant_id} is not made of the inventory item with id: {part.inventory_item_id}"
            )


def _pairs(parts: Sequence[Part]) -> tuple[list[str], list[str]]:
    return [part.variant_id for part in parts], [part.inventory_item_id for part in parts]


_DELETE: Final = """
DELETE FROM product_variant_inventory_item l USING unnest($1::text[], $2::text[]) AS x(variant_id, item_id)
WHERE l.variant_id = x.variant_id AND l.inventory_item_id = x.item_id
"""
_UPDATE: Final = """
UPDATE product_variant_inventory_item l SET required_quantity = x.quantity, updated_at = now()
FROM unnest($1::text[], $2::text[], $3::numeric[]) AS x(variant_id, item_id, quantity)
WHERE l.variant_id = x.variant_id AND l.inventory_item_id = x.item_id RETURNING l.variant_id, l.inventory_item_id
"""
