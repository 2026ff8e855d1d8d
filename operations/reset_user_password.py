"""Let a user set a new password, as an admin asks for it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.resets import request_reset
from commerce.auth.tokens import Tokens
from commerce.user.service import user_mail
from kit.errors import not_allowed


async def reset_user_password(session: AsyncSession, tokens: Tokens, user_id: str) -> str:
    """Return the token that sets the user's password; the event carries it as well.

    Errors: `not_found`, `not_allowed` for a user without a password.
    """
    token, identity_id = await request_reset(session, tokens, "user", await user_mail(session, user_id), {})
    if identity_id is None:
        raise not_allowed("This user does not log in with a password.")
    return token
