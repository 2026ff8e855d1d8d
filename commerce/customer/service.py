"""Writes of the customer module."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import value
from kit.ids import new_id


async def find_or_create_guest(session: AsyncSession, email: str) -> str:
    """Return the id of the customer without account who has this email, made if there is none (contract section 11)."""
    made: str | None = await value(
        session,
        """INSERT INTO customer (id, email, has_account) VALUES ($1, $2, false)
           ON CONFLICT (email, has_account) WHERE deleted_at IS NULL DO NOTHING RETURNING id""",
        new_id("cus"),
        email,
    )
    if made is not None:
        return made
    found: str = await value(
        session, "SELECT id FROM customer WHERE email = $1 AND NOT has_account AND deleted_at IS NULL", email
    )
    return found
