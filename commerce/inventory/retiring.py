"""Take inventory items out of stock for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import InventoryItem
from kit.db import run
from kit.errors import invalid_data
from kit.outbox import tell
from kit.rows import retire


async def retire_items(session: AsyncSession, item_ids: Sequence[str]) -> None:
    """Soft-delete items with their levels. Errors: `invalid_data` while units of one are reserved.

    The levels are locked first, as a checkout locks them, so that nothing is reserved of what goes.
    """
    ids = sorted(item_ids)
    if not ids:
        return
    await run(session, _LOCK, ids)
    reserved = [row.inventory_item_id for row in await run(session, _RESERVED, ids)]
    if reserved:
        raise invalid_data(
            f"Cannot remove following inventory item(s) since they have reservations: [{', '.join(reserved)}]."
        )
    await run(session, _RETIRE_LEVELS, ids)
    await tell(session, "inventory-item.deleted", *await retire(session, InventoryItem, *ids))


_LOCK: Final = """
SELECT id FROM inventory_level WHERE inventory_item_id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE
"""
_RESERVED: Final = """
SELECT DISTINCT inventory_item_id FROM reservation_item
WHERE inventory_item_id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY 1
"""
_RETIRE_LEVELS: Final = """
UPDATE inventory_level SET deleted_at = now() WHERE inventory_item_id = ANY($1::text[]) AND deleted_at IS NULL
"""
