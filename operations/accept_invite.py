"""Make one who registered a user, by an invite."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import link_actor, mail_of
from commerce.auth.tokens import Invited
from commerce.user.invites import use_invite
from commerce.user.service import create_user
from kit.errors import invalid_data
from kit.outbox import tell


async def accept_invite(
    session: AsyncSession,
    invited: Invited,
    identity_id: str,
    *,
    email: str | None,
    first_name: str | None,
    last_name: str | None,
) -> str | None:
    """Create the user that an invite is for and return the id; None when its token is no longer good.

    Whoever holds the token must have registered the mail it was sent to. Errors: `invalid_data` otherwise, or when
    the mail is a user's by now.
    """
    mail = await use_invite(session, invited.invite_id, invited.jti)
    if mail is None:
        return None
    if mail != await mail_of(session, identity_id) or (email is not None and email != mail):
        raise invalid_data(f"The invite is for {mail}: register with that mail.")
    user = await create_user(session, mail, first_name=first_name, last_name=last_name)
    await link_actor(session, identity_id, "user", user.id)
    await tell(session, "user.created", user.id)
    await tell(session, "invite.accepted", invited.invite_id)
    return user.id
