"""Tables of the payment module (contract section 14; `fate` and its guards: docs/checkout.md)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.tables import Amount, Base, Entity, Json, Metadata, Timestamped, finite, live_unique, one_of


class SessionStatus(StrEnum):
    """The provider's word about a session."""

    PENDING = "pending"
    REQUIRES_MORE = "requires_more"
    PENDING_AUTHORIZATION = "pending_authorization"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    ERROR = "error"
    CANCELED = "canceled"


class SessionFate(StrEnum):
    """Our word about a session: whose its money is."""

    CREATING = "creating"
    OPEN = "open"
    CONSUMED = "consumed"
    SUPERSEDED = "superseded"
    RELEASING = "releasing"
    RELEASED = "released"


class CollectionStatus(StrEnum):
    """Where a payment collection stands."""

    NOT_PAID = "not_paid"
    AWAITING = "awaiting"
    PARTIALLY_AUTHORIZED = "partially_authorized"
    AUTHORIZED = "authorized"
    PARTIALLY_CAPTURED = "partially_captured"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


class MoneyState(StrEnum):
    """Where one capture or refund stands with us."""

    PENDING = "pending"  # asked for: nothing is booked, and its amount is spoken for
    DONE = "done"  # booked
    FAILED = "failed"  # it did not happen, or was taken back; soft-deleted, so that nobody counts it


class PaymentProvider(Timestamped, Base):
    """A payment provider that this installation has."""

    __tablename__ = "payment_provider"

    id: Mapped[str] = mapped_column(primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)


class PaymentCollection(Entity):
    """What is to be paid for one cart or order."""

    __tablename__ = "payment_collection"
    __table_args__ = (
        finite("amount", "authorized_amount", "captured_amount", "refunded_amount"),
        one_of("status", CollectionStatus),
    )
    prefix = "pay_col"

    currency_code: Mapped[str]
    amount: Mapped[Amount]
    authorized_amount: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    captured_amount: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    refunded_amount: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    completed_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default=CollectionStatus.NOT_PAID)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    cart_id: Mapped[str | None] = mapped_column(unique=True)
    order_id: Mapped[str | None] = mapped_column(index=True)


class PaymentSession(Entity):
    """One try to pay: amount, currency and the provider's reference are ours, never read from `data`."""

    __tablename__ = "payment_session"
    __table_args__ = (
        finite("amount"),
        one_of("status", SessionStatus),
        one_of("fate", SessionFate),
        CheckConstraint("(fate = 'consumed') = (order_id IS NOT NULL)", name="consumed"),
        Index("uq_payment_session_provider_id_provider_reference", "provider_id", "provider_reference", unique=True),
        Index(
            "uq_payment_session_payment_collection_id_open",
            "payment_collection_id",
            unique=True,
            postgresql_where=text("fate = 'open'"),
        ),
        Index("ix_payment_session_fate", "fate", "updated_at", postgresql_where=text("fate <> 'released'")),
    )
    prefix = "payses"

    currency_code: Mapped[str]
    amount: Mapped[Amount]
    provider_id: Mapped[str]
    data: Mapped[Json]
    context: Mapped[Json]
    status: Mapped[str] = mapped_column(default=SessionStatus.PENDING)
    authorized_at: Mapped[datetime | None]
    payment_collection_id: Mapped[str] = mapped_column(ForeignKey("payment_collection.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    fate: Mapped[str] = mapped_column(default=SessionFate.CREATING)
    provider_reference: Mapped[str | None]
    order_id: Mapped[str | None]
    key_number: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    attention: Mapped[str | None]
    released_because: Mapped[str | None]


class Payment(Entity):
    """Money that a provider holds or took for an order; `canceling_at`: somebody wants the rest to be freed.

    `followed_at`: when the provider was asked what our rows were last brought up to; to the microsecond, since what
    was asked before must not overwrite it. `warned_at`: when somebody was told that `expires_at` is near.
    """

    __tablename__ = "payment"
    __table_args__ = (
        finite("amount"),
        Index(
            "ix_payment_canceling",
            "updated_at",
            postgresql_where=text("canceling_at IS NOT NULL AND canceled_at IS NULL"),
        ),
        Index("ix_payment_new", "provider_id", "created_at", postgresql_where=text("followed_at IS NULL")),
        Index(
            "ix_payment_expires_at",
            "expires_at",
            postgresql_where=text("captured_at IS NULL AND canceled_at IS NULL"),
        ),
    )
    prefix = "pay"

    amount: Mapped[Amount]
    currency_code: Mapped[str]
    provider_id: Mapped[str]
    data: Mapped[Json]
    captured_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    payment_collection_id: Mapped[str] = mapped_column(ForeignKey("payment_collection.id"), index=True)
    payment_session_id: Mapped[str] = mapped_column(ForeignKey("payment_session.id"), unique=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    attention: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    followed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    warned_at: Mapped[datetime | None]
    canceling_at: Mapped[datetime | None]
    key_number: Mapped[int] = mapped_column(default=1, server_default=text("1"))


def _moved(table: str) -> tuple[CheckConstraint | Index, ...]:
    """Return what holds for captures and refunds alike: what the provider did once is one row."""
    pending = text("state = 'pending'")
    return (
        finite("amount"),
        CheckConstraint("amount > 0", name="positive"),
        one_of("state", MoneyState),
        Index(f"uq_{table}_payment_id_provider_reference", "payment_id", "provider_reference", unique=True),
        Index(f"ix_{table}_pending", "updated_at", postgresql_where=pending),
    )


class Capture(Entity):
    """Money taken, or about to be; its key at the provider is `<id>:<key_number>`.

    `key_number` 0: it came with the authorisation, or was made at the provider, and never had a key of ours.
    """

    __tablename__ = "capture"
    __table_args__ = _moved("capture")
    prefix = "capt"

    amount: Mapped[Amount]
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), index=True)
    created_by: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    state: Mapped[str] = mapped_column(default=MoneyState.PENDING, server_default=text("'done'"))
    key_number: Mapped[int] = mapped_column(default=1, server_default=text("0"))
    keyed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    provider_reference: Mapped[str | None]
    attention: Mapped[str | None]


class RefundReason(Entity):
    """Why money goes back."""

    __tablename__ = "refund_reason"
    prefix = "refr"

    label: Mapped[str]
    code: Mapped[str]
    description: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class Refund(Entity):
    """Money given back, or about to be; keys as those of captures."""

    __tablename__ = "refund"
    __table_args__ = _moved("refund")
    prefix = "ref"

    amount: Mapped[Amount]
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), index=True)
    refund_reason_id: Mapped[str | None] = mapped_column(ForeignKey("refund_reason.id"))
    note: Mapped[str | None]
    created_by: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    state: Mapped[str] = mapped_column(default=MoneyState.PENDING, server_default=text("'done'"))
    key_number: Mapped[int] = mapped_column(default=1, server_default=text("0"))
    keyed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    provider_reference: Mapped[str | None]
    attention: Mapped[str | None]


class AccountHolder(Entity):
    """A customer as a provider knows them; without `external_id` as long as the provider has not answered."""

    __tablename__ = "account_holder"
    __table_args__ = (live_unique("account_holder", "provider_id", "customer_id"),)
    prefix = "acchld"

    provider_id: Mapped[str]
    customer_id: Mapped[str]
    external_id: Mapped[str | None]
    email: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
