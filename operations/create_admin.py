"""Create somebody who runs the shop and may log in with a mail and a password."""

from __future__ import annotations

import asyncio

from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.models import AuthIdentity, ProviderIdentity
from commerce.user.models import User
from kit.db import save
from kit.ids import new_id


async def create_admin(session: AsyncSession, email: str, password: str) -> bool:
    """Create the user and the identity of `email`; who is there already is left alone, and False returned."""
    if (await session.scalars(select(User.id).where(User.email == email, User.deleted_at.is_(None)))).first():
        return False
    user = User(id=new_id("user"), email=email)
    identity = AuthIdentity(id=new_id("authid"), app_metadata={"user_id": user.id})
    hashed = await asyncio.to_thread(PasswordHash.recommended().hash, password)
    await save(session, user, identity)
    login = ProviderIdentity(
        entity_id=email,
        provider="emailpass",
        auth_identity_id=identity.id,
        user_metadata={},
        provider_metadata={"password": hashed},
    )
    await save(session, login)
    return True
