"""Wait for a cart's row, and read nothing in that statement (docs/checkout.md rule 1).

A statement that locks and reads sees, after waiting, the new cart with the other tables as they were before.

Whoever waits for a row waits twice: to be the next, and for the holder. Each wait may take `lock_timeout`, so of many
who wait for a dead holder all but the first would wait 4 s. Waiting for a turn, and for the row with the turn in hand,
there is one queue: everybody waits 2 s at most, and who came first is served first (promise 17). So nobody may lock a
cart's row without having its turn.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run, value

TURN: Final = "hashtextextended({cart_id}, 0)"
_LOCK: Final = f"""
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({TURN.format(cart_id="$1")}))
SELECT FROM turn, cart WHERE cart.id = $1 FOR UPDATE OF cart
"""
_CART_OF_SESSION: Final = """
SELECT c.cart_id FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id WHERE s.id = $1
"""


async def take_lock(session: AsyncSession, cart_id: str) -> None:
    """Lock the cart's row until the caller's commit; nothing when there is none."""
    await run(session, _LOCK, cart_id)


async def take_lock_of_session(session: AsyncSession, session_id: str) -> bool:
    """Lock the cart of a payment session; False when it belongs to none. A session never moves to another cart."""
    cart_id = await value(session, _CART_OF_SESSION, session_id)
    if cart_id is None:
        return False
    await take_lock(session, cart_id)
    return True
