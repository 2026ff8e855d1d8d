"""Tables of the API key module."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, one_of


class ApiKeyType(StrEnum):
    """What a key is good for (contract section 2.2)."""

    PUBLISHABLE = "publishable"
    SECRET = "secret"  # noqa: S105 - the word, not a secret


class ApiKey(Entity):
    """A key; a secret one is kept as a hash in `token`, a publishable one in clear."""

    __tablename__ = "api_key"
    __table_args__ = (one_of("type", ApiKeyType),)
    prefix = "apk"

    token: Mapped[str] = mapped_column(unique=True)
    redacted: Mapped[str]
    title: Mapped[str]
    type: Mapped[str]
    last_used_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class ApiKeySalesChannel(Base):
    """A sales channel that a publishable key opens."""

    __tablename__ = "api_key_sales_channel"

    api_key_id: Mapped[str] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    sales_channel_id: Mapped[str] = mapped_column(primary_key=True)
