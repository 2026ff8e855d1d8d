"""Tables of the ledger module (design section 6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.tables import Amount, Base, Identified, finite


class LedgerEntry(Identified, Base):
    """One movement: `amount` > 0 goes from the `credit` account to the `debit` account, so every row balances.

    `source_id` names the fact that caused it (a session, capture, refund, ...); the same fact is booked once. What no
    provider has to do with, such as a credit line, names none.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        finite("amount"),
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        Index("uq_ledger_entry_source_id_debit_credit", "source_id", "debit", "credit", unique=True),
    )
    prefix = "ledger"

    order_id: Mapped[str | None] = mapped_column(index=True)
    payment_session_id: Mapped[str | None] = mapped_column(index=True)
    provider_id: Mapped[str | None]
    debit: Mapped[str]
    credit: Mapped[str]
    amount: Mapped[Amount]
    currency_code: Mapped[str]
    source_id: Mapped[str]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
