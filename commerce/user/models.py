"""Tables of the user module."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Metadata, live_unique


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
