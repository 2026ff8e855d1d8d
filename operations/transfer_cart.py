"""Give a cart to the customer who is logged in."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import not_found
from operations.load_cart import load_cart
from operations.lock_cart import lock_cart
from operations.outside import NOTHING_TOLD, Told
from operations.refresh_cart import refresh_cart


async def transfer_cart(session: AsyncSession, cart_id: str, customer_id: str, told: Told = NOTHING_TOLD) -> str:
    """Set the cart's customer and email, and price it anew for their groups (contract section 11, Transfer).

    Whose cart it was is not asked: who knows its id may take it, as the peer has it. Errors: not_found, invalid_data
    for a completed cart, conflict while a checkout is running.
    """
    await lock_cart(session, cart_id)
    if not await run(session, _TRANSFER, cart_id, customer_id):
        raise not_found(f"Customer with id: {customer_id} was not found")
    loaded = await load_cart(session, cart_id, told)
    everything = frozenset(line.id for line in loaded.state.lines)
    await refresh_cart(session, loaded, loaded.state, reprice=everything, events=("cart.customer_transferred",))
    return cart_id


_TRANSFER: Final = """
UPDATE cart SET customer_id = u.id, email = u.email FROM customer u
WHERE cart.id = $1 AND u.id = $2 AND u.deleted_at IS NULL RETURNING u.id
"""
