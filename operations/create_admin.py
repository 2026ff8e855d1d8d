"""Make sure that somebody runs the shop: the seed's form of create_admin_user."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.user.service import find_user
from operations.create_admin_user import create_admin_user


async def create_admin(session: AsyncSession, email: str, password: str) -> bool:
    """Create the user and the identity of `email`; who is there already is left alone, and False returned."""
    if await find_user(session, email) is not None:
        return False
    hashed = await asyncio.to_thread(PasswordHash.recommended().hash, password)
    await create_admin_user(session, email, hashed)
    return True
