"""The payment collection of a cart."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import value
from kit.ids import new_id
from operations.lock_cart import lock_cart


async def create_payment_collection(session: AsyncSession, cart_id: str) -> str:
    """Return the id of the cart's payment collection, made with the cart's total if there is none (section 14)."""
    await lock_cart(session, cart_id)
    found: str | None = await value(
        session, "SELECT id FROM payment_collection WHERE cart_id = $1 AND deleted_at IS NULL", cart_id
    )
    if found is not None:
        return found
    made: str = await value(
        session,
        """INSERT INTO payment_collection (id, cart_id, currency_code, amount, status)
           SELECT $1, id, currency_code, (totals ->> 'total')::numeric, 'not_paid' FROM cart WHERE id = $2
           RETURNING id""",
        new_id("pay_col"),
        cart_id,
    )
    return made
