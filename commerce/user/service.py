"""Users: those who run the shop."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.user.models import User


async def create_user(
    session: AsyncSession, email: str, *, first_name: str | None = None, last_name: str | None = None
) -> str:
    """Create a user and return its id; `invalid_data` on commit or flush when the mail is another user's."""
    user = User(email=email, first_name=first_name, last_name=last_name)
    session.add(user)
    await session.flush()
    return user.id
