"""Users: those who run the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.user.models import User
from kit.db import save, value
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked, retire


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


async def update_user(session: AsyncSession, user_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`."""
    await change(session, await locked(session, User, user_id), given)
    await tell(session, "user.updated", user_id)
    return user_id


async def delete_user(session: AsyncSession, user_id: str) -> str:
    """Soft-delete a user."""
    await tell(session, "user.deleted", *await retire(session, User, user_id))
    return user_id


async def user_mail(on: AsyncSession | AsyncConnection, user_id: str) -> str:
    """Return a user's mail. Errors: `not_found`."""
    found: str | None = await value(on, 'SELECT email FROM "user" WHERE id = $1 AND deleted_at IS NULL', user_id)
    if found is None:
        raise not_found(f"User with id: {user_id} was not found")
    return found
