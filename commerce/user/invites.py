"""Invites: how one more user comes in, by a token that is good once (contract section 22)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.user.models import Invite
from commerce.user.service import find_user
from kit import clock
from kit.db import save, value
from kit.errors import invalid_data
from kit.outbox import tell
from kit.rows import change, locked, retire

LIFETIME: Final = timedelta(hours=24)
TOKEN_GENERATED: Final = "user.user.invite.token_generated"  # noqa: S105 - an event's name


async def create_invite(session: AsyncSession, email: str, metadata: Mapping[str, Any] | None = None) -> Invite:
    """Create an invite. Errors: `invalid_data` when the mail is a user's or has an invite already."""
    if await find_user(session, email) is not None:
        raise invalid_data(f"User account for following email(s) already exist: {email}")
    row = Invite(email=email, metadata_=metadata and dict(metadata), **_fresh())
    await save(session, row)
    await tell(session, TOKEN_GENERATED, row.id)
    await tell(session, "invite.created", row.id)
    return row


async def resend_invite(session: AsyncSession, invite_id: str) -> str:
    """Give an invite a new token, which voids the old one. Errors: `not_found`."""
    await change(session, await locked(session, Invite, invite_id), _fresh())
    await tell(session, TOKEN_GENERATED, invite_id)
    await tell(session, "invite.resent", invite_id)
    return invite_id


async def delete_invite(session: AsyncSession, invite_id: str) -> str:
    """Soft-delete an invite."""
    await tell(session, "invite.deleted", *await retire(session, Invite, invite_id))
    return invite_id


async def use_invite(session: AsyncSession, invite_id: str, jti: str) -> str | None:
    """Use an invite's token and return the mail it was sent to; None when it was used, replaced, or is over.

    One UPDATE decides, so that of two who come at once one is told None.
    """
    mail: str | None = await value(
        session,
        """UPDATE invite SET accepted = true, deleted_at = $3, updated_at = $3
        WHERE id = $1 AND jti = $2 AND expires_at > $3 AND deleted_at IS NULL RETURNING email""",
        *(invite_id, jti, clock.now()),
    )
    return mail


def _fresh() -> dict[str, Any]:
    """Return the columns of a new token."""
    issued = clock.now()
    return {"jti": secrets.token_hex(16), "issued_at": issued, "expires_at": issued + LIFETIME}
