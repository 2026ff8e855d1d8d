"""Change or remove a line of a cart."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rules import with_quantity, without_line
from operations.load_variants import check_stock, load_variants
from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Told
from operations.refresh_cart import refresh_cart


async def update_line_item(
    session: AsyncSession,
    cart_id: str,
    line_id: str,
    quantity: Decimal,
    metadata: Mapping[str, Any] | None,
    *,
    told: Told = NOTHING_TOLD,
) -> str:
    """Set a quantity (0 removes the line) and merge metadata; errors as `add_line_items`, not_found for the line."""
    loaded = await lock_and_load(session, cart_id, told)
    changed, touched = with_quantity(loaded.state, line_id, quantity, metadata)
    ids = [line.variant_id for line in changed.lines if line.id in touched and line.variant_id]
    if ids:
        variants = await load_variants(session, ids, changed.sales_channel_id)
        wanted = [
            (variants[str(line.variant_id)], line.quantity) for line in changed.lines if line.variant_id in variants
        ]
        check_stock(wanted, changed.sales_channel_id)
    await refresh_cart(session, loaded, changed, reprice=touched)
    return cart_id


async def remove_line_item(session: AsyncSession, cart_id: str, line_id: str, told: Told = NOTHING_TOLD) -> str:
    """Remove a line; one that is gone already is no error (contract section 1)."""
    loaded = await lock_and_load(session, cart_id, told)
    changed = without_line(loaded.state, line_id)
    await refresh_cart(session, loaded, changed)
    return cart_id
