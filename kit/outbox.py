"""The outbox: events are rows of the business transaction, so an event is a committed fact (promise 11)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Index, Text, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.db import run
from kit.ids import new_id
from kit.tables import Base, Identified, Json


class OutboxEvent(Identified, Base):
    """One event; `status` pending -> sent, set only after every delivery's start was acknowledged.

    `secrets` are keys of `data` that are erased once everybody heard them.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index("ix_outbox_event_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index("ix_outbox_event_sent_at", "sent_at"),
        Index("ix_outbox_event_secrets", "created_at", postgresql_where=text("secrets IS NOT NULL")),
    )
    prefix = "evt"

    name: Mapped[str]
    data: Mapped[Json]
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    sent_at: Mapped[datetime | None]
    secrets: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class Delivery(Base):
    """One event on its way to one subscriber; the key holds the dedupe."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_dead", "updated_at", postgresql_where=text("status = 'dead'")),
        Index("ix_delivery_pending", "updated_at", postgresql_where=text("status = 'pending'")),
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    subscriber: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    error: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))


async def emit(session: AsyncSession, *events: tuple[str, Mapping[str, Any]], secrets: Sequence[str] = ()) -> None:
    """Write events of the caller's transaction, in order, and wake the relay when it commits.

    `secrets` names keys of their data, such as a token, that are erased once the events were delivered.
    """
    if not events:
        return
    ids = [new_id("evt") for _ in events]
    await run(
        session,
        "WITH written AS (INSERT INTO outbox_event (id, name, data, secrets)"
        " SELECT e.*, $4::text[] FROM unnest($1::text[], $2::text[], $3::text[]::jsonb[]) AS e RETURNING id)"
        " SELECT pg_notify('outbox', '') FROM (SELECT count(*) FROM written) AS n",
        ids,
        [name for name, _ in events],
        [json.dumps(data) for _, data in events],
        list(secrets) or None,
    )


async def tell(session: AsyncSession, name: str, *ids: str) -> None:
    """Write the event `name` once for each id, `{"id": ...}` being all that most events say (contract section 23)."""
    await emit(session, *((name, {"id": id_}) for id_ in ids))
