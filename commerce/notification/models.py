"""Tables of the notification module."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, trigram_index


class Notification(Entity):
    """One message to one receiver; on the channel `feed` an empty `to` is every admin."""

    __tablename__ = "notification"
    __table_args__ = (
        # The dashboard's shell asks for the newest one on every page.
        Index("ix_notification_created_at", "created_at", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_notification_channel_to", "channel", "to", "created_at"),
        trigram_index("notification", "to"),
    )
    prefix = "noti"

    to: Mapped[str]
    channel: Mapped[str]
    template: Mapped[str]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    trigger_type: Mapped[str | None]
    resource_id: Mapped[str | None]
    resource_type: Mapped[str | None]
    receiver_id: Mapped[str | None]
