"""Create somebody who runs the shop, unless there is somebody who logs in with that mail: seeds run again."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import find_identity
from operations.create_admin_user import create_admin_user


async def create_admin(session: AsyncSession, email: str, password: str) -> bool:
    """Create the user and how they log in; who is there already keeps the password, and False is returned."""
    if await find_identity(session, email) is not None:
        return False
    hashed = await asyncio.to_thread(PasswordHash.recommended().hash, password)
    await create_admin_user(session, email, hashed)
    return True
