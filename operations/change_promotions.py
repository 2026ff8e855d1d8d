"""Add promotion codes to a cart, or take them away."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from operations.load_promotions import Codes
from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Told
from operations.refresh_cart import refresh_cart


async def change_promotions(session: AsyncSession, cart_id: str, codes: Codes, told: Told = NOTHING_TOLD) -> str:
    """Change a cart's codes and return its id; a known code that takes nothing off is not kept (contract section 9).

    Errors: not_found, invalid_data for an unknown code or a completed cart, conflict while a checkout is running.
    """
    loaded = await lock_and_load(session, cart_id, told, codes)
    await refresh_cart(session, loaded, loaded.state, events=())
    return cart_id
