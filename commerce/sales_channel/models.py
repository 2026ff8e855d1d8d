"""Tables of the sales channel module."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Metadata


class SalesChannel(Entity):
    """A place where products are offered: a web shop, a marketplace, a till."""

    __tablename__ = "sales_channel"
    prefix = "sc"

    name: Mapped[str]
    description: Mapped[str | None]
    is_disabled: Mapped[bool] = mapped_column(default=False)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
