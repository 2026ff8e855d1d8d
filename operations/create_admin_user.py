"""Create a user that can log in to the admin at once: for the command line and for the demo shop."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import create_identity
from commerce.user.service import create_user


async def create_admin_user(session: AsyncSession, email: str, password_hash: str) -> str:
    """Create the user and how they log in; return the user's id.

    `password_hash` comes from commerce.auth.passwords, computed before the transaction: it takes long. Errors:
    `unauthorized` when the mail logs somebody in already, `invalid_data` when it is another user's.
    """
    user = await create_user(session, email)
    await create_identity(session, email, password_hash, {"user_id": user.id})
    return user.id
