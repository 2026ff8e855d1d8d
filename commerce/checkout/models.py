"""Tables of the checkout module (docs/checkout.md)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Amount, Entity, Json, finite, one_of


class AttemptState(StrEnum):
    """Where an attempt stands: open -> placed | refused | handed_over; handed_over -> placed | abandoned."""

    OPEN = "open"
    PLACED = "placed"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"


class CheckoutAttempt(Entity):
    """One try to turn a cart into an order; `run_id` owns it, `planned_lines` maps cart line to order line ids."""

    __tablename__ = "checkout_attempt"
    __table_args__ = (
        finite("amount"),
        one_of("state", AttemptState),
        Index("uq_checkout_attempt_cart_id_open", "cart_id", unique=True, postgresql_where=text("state = 'open'")),
        Index(
            "uq_checkout_attempt_session_id_handed_over",
            "session_id",
            unique=True,
            postgresql_where=text("state = 'handed_over'"),
        ),
        Index("ix_checkout_attempt_deadline_open", "deadline", postgresql_where=text("state = 'open'")),
    )
    prefix = "attempt"

    cart_id: Mapped[str] = mapped_column(index=True)
    run_id: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[str | None]
    cart_version: Mapped[int]
    amount: Mapped[Amount]
    currency_code: Mapped[str]
    planned_order_id: Mapped[str]
    planned_lines: Mapped[Json]
    deadline: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=AttemptState.OPEN)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    request_id: Mapped[str | None]
