"""Create an inventory item, with the levels it has from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.service import NewInventoryItem, NewInventoryLevel, create_inventory_items
from operations.change_inventory_levels import create_inventory_levels


async def create_inventory_item(
    session: AsyncSession, item: NewInventoryItem, levels: Sequence[NewInventoryLevel] = ()
) -> str:
    """Create the item and return its id; the levels' own item ids do not count.

    Errors: `invalid_data` for a sku that is taken, and as `create_inventory_levels`.
    """
    (item_id,) = await create_inventory_items(session, [item])
    own = [replace(level, inventory_item_id=item_id) for level in levels]
    await create_inventory_levels(session, own)
    return item_id
