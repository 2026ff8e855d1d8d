"""Delete a user and what logs them in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import unlink_actor
from commerce.user import service as users


async def delete_user(session: AsyncSession, user_id: str) -> str:
    """Soft-delete a user and return the id; their tokens and sessions count no more, and the mail is free again."""
    await users.delete_user(session, user_id)
    await unlink_actor(session, "user", user_id)
    return user_id
