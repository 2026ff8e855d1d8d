"""Users: those who run the shop."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.user.models import User
from kit.db import save, value
from kit.ids import new_id


async def find_user(on: AsyncSession | AsyncConnection, email: str) -> str | None:
    """Return the id of the user with this mail, spelled as it is stored."""
    found: str | None = await value(on, 'SELECT id FROM "user" WHERE email = $1 AND deleted_at IS NULL', email)
    return found


async def create_user(
    session: AsyncSession, email: str, *, first_name: str | None = None, last_name: str | None = None
) -> User:
    """Create a user; `invalid_data` when the mail is another user's."""
    user = User(id=new_id("user"), email=email, first_name=first_name, last_name=last_name)
    await save(session, user)
    return user
