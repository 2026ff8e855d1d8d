"""Tables of the layout module."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Json, live_unique


class LayoutConfiguration(Entity):
    """Where the widgets of one zone (`order.details`, `sidebar`) stand: for everybody, or as one user has them.

    `is_active` is false once its user chose to look at everybody's instead.
    """

    __tablename__ = "layout_configuration"
    __table_args__ = (
        Index(
            "uq_layout_configuration_zone_default",
            "zone",
            unique=True,
            postgresql_where=text("is_system_default AND deleted_at IS NULL"),
        ),
        live_unique("layout_configuration", "user_id", "zone"),
        CheckConstraint("is_system_default = (user_id IS NULL)", name="owner"),
    )
    prefix = "lyconf"

    zone: Mapped[str]
    user_id: Mapped[str | None]
    is_system_default: Mapped[bool]
    configuration: Mapped[Json]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
