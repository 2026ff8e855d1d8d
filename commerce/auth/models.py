"""Tables of the auth module."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from commerce.auth.scrypt_kdf import BEGINS
from kit.tables import Base, Entity, Json, Moment, Timestamped, live_unique


def _of_identity() -> Mapped[str]:
    return mapped_column(ForeignKey("auth_identity.id", ondelete="CASCADE"), index=True)


class AuthIdentity(Entity):
    """One who can log in; `app_metadata` says which user or customer that is.

    Tokens issued before `tokens_from` count no more: the password was changed since.
    """

    __tablename__ = "auth_identity"
    __table_args__ = (
        Index("ix_auth_identity_user_id", text("(app_metadata ->> 'user_id')")),
        Index("ix_auth_identity_customer_id", text("(app_metadata ->> 'customer_id')")),
    )
    prefix = "authid"

    app_metadata: Mapped[Json]
    tokens_from: Mapped[datetime | None]


class ProviderIdentity(Timestamped, Base):
    """A way to log in; for `emailpass`, `entity_id` is the mail and `provider_metadata.password` the hash."""

    __tablename__ = "provider_identity"
    __table_args__ = (
        # Empty in a shop that never was on Medusa: tells at each login whether scrypt must be reckoned with.
        Index(
            "ix_provider_identity_scrypt",
            "provider",
            postgresql_where=text(f"provider_metadata ->> 'password' LIKE '{BEGINS}%'"),
        ),
    )

    entity_id: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    auth_identity_id: Mapped[str] = mapped_column(ForeignKey("auth_identity.id"), index=True)
    user_metadata: Mapped[Json]
    provider_metadata: Mapped[Json]


class AuthSession(Base):
    """A browser that is logged in by a cookie; `id` is the cookie's hash, `payload` the token it was made from."""

    __tablename__ = "auth_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    auth_identity_id: Mapped[str] = _of_identity()
    payload: Mapped[Json]
    expires_at: Mapped[Moment] = mapped_column(index=True)


class ResetToken(Base):
    """A token that sets a password once; an unknown mail leaves a row as well, which is nobody's."""

    __tablename__ = "reset_token"

    jti: Mapped[str] = mapped_column(primary_key=True)
    auth_identity_id: Mapped[str | None] = mapped_column(ForeignKey("auth_identity.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class AuthVerification(Entity):
    """The proof that a mail (or another entity) is an identity's; `provider_metadata.token_hash` until it is used."""

    __tablename__ = "auth_verification"
    __table_args__ = (live_unique("auth_verification", "auth_identity_id", "entity_type", "entity_id"),)
    prefix = "authver"

    auth_identity_id: Mapped[str] = _of_identity()
    entity_id: Mapped[str]
    entity_type: Mapped[str]
    code_provider: Mapped[str]
    verified_at: Mapped[datetime | None]
    requested_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    provider_metadata: Mapped[Json]
    metadata_: Mapped[Json] = mapped_column("metadata")
