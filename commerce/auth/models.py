"""Tables of the auth module."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, Json, Timestamped


class AuthIdentity(Entity):
    """One who can log in; `app_metadata` says which user or customer that is."""

    __tablename__ = "auth_identity"
    prefix = "authid"

    app_metadata: Mapped[Json]


class ProviderIdentity(Timestamped, Base):
    """A way to log in; for `emailpass`, `entity_id` is the mail and `provider_metadata.password` the hash."""

    __tablename__ = "provider_identity"

    entity_id: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    auth_identity_id: Mapped[str] = mapped_column(ForeignKey("auth_identity.id"), index=True)
    user_metadata: Mapped[Json]
    provider_metadata: Mapped[Json]
