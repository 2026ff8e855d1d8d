"""Tables of what providers tell us: events as they came in, disputes, and what comparing with them found."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from commerce.payment.movements import DisputeStatus
from kit import clock
from kit.tables import Amount, Base, Entity, finite, one_of


class EventState(StrEnum):
    """What became of a provider's event."""

    STORED = "stored"  # somebody will ask the provider about its session
    DONE = "done"  # the provider was asked after it came
    UNMATCHED = "unmatched"  # of no session that is known: perhaps it is not settled yet


class InboxEvent(Base):
    """One event of a provider, kept as it was signed; the key holds the dedupe."""

    __tablename__ = "provider_event"
    __table_args__ = (
        one_of("state", EventState),
        Index("ix_provider_event_stored", "session_id", "received_at", postgresql_where=text("state = 'stored'")),
        Index("ix_provider_event_unmatched", "provider_id", "reference", postgresql_where=text("state = 'unmatched'")),
        Index("ix_provider_event_received_at", "received_at"),
    )

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    session_id: Mapped[str | None]
    reference: Mapped[str | None]
    state: Mapped[str]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    asked_at: Mapped[datetime | None]


class PaymentDispute(Entity):
    """A shopper's complaint to their bank about a payment, as the provider has it; `attention` while a person may act.

    What of the amount is with the bank is the ledger's to say, under this row's id.
    """

    __tablename__ = "payment_dispute"
    __table_args__ = (
        finite("amount"),
        one_of("status", DisputeStatus),
        Index("uq_payment_dispute_payment_id_provider_reference", "payment_id", "provider_reference", unique=True),
    )
    prefix = "paydsp"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"))
    provider_reference: Mapped[str]
    amount: Mapped[Amount]
    status: Mapped[str]
    reason: Mapped[str | None]
    respond_by: Mapped[datetime | None]
    attention: Mapped[str | None]


class Reconciliation(Base):
    """One day's comparison of providers, ledger and orders; `report` once it ended."""

    __tablename__ = "reconciliation"

    day: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    ended_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
