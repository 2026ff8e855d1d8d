"""What PostgreSQL already knows of a cart's checkout, asked before any workflow is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit.db import one


@dataclass(frozen=True, slots=True)
class KnownCheckout:
    """The cart's order, if it became one, and the payment session that is open for it."""

    order_id: str | None
    session_id: str | None


async def find_checkout(connection: AsyncConnection, cart_id: str) -> KnownCheckout | None:
    """Return what is known; None when there is no such cart."""
    row = await one(connection, _FIND, cart_id)
    return None if row is None else KnownCheckout(row.order_id, row.session_id)


_FIND: Final = """
SELECT o.id AS order_id, s.id AS session_id
FROM cart c
LEFT JOIN "order" o ON o.cart_id = c.id
LEFT JOIN payment_collection p ON p.cart_id = c.id AND p.deleted_at IS NULL
LEFT JOIN payment_session s ON s.payment_collection_id = p.id AND s.fate = 'open'
WHERE c.id = $1 AND c.deleted_at IS NULL
"""
