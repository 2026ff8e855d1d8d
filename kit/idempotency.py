"""`Idempotency-Key`: the same key and body give the same answer (design section 4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.tables import Base


class IdempotencyKey(Base):
    """An answered key; `scope` is actor, method and path. Kept for 24 h."""

    __tablename__ = "idempotency_key"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    workflow_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"), index=True)
