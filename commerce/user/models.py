"""Tables of the user module."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Metadata, Moment, live_unique


class User(Entity):
    """Somebody who runs the shop."""

    __tablename__ = "user"
    __table_args__ = (live_unique("user", "email"),)
    prefix = "user"

    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str]
    avatar_url: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class Invite(Entity):
    """A place for one more user; its token is signed anew at each reading, and good while `jti` is this one."""

    __tablename__ = "invite"
    __table_args__ = (live_unique("invite", "email"),)
    prefix = "invite"

    email: Mapped[str]
    accepted: Mapped[bool] = mapped_column(default=False)
    jti: Mapped[str]
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
