"""Tables of the order module: the order itself (contract section 15), and why goods come back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Amount, Entity, Json, Metadata, finite, live_index, live_unique, one_of, trigram_index


class OrderStatus(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    COMPLETED = "completed"
    DRAFT = "draft"
    ARCHIVED = "archived"
    CANCELED = "canceled"
    REQUIRES_ACTION = "requires_action"


class OrderAddress(Entity):
    """An address of an order."""

    __tablename__ = "order_address"
    __table_args__ = (
        trigram_index(
            "order_address", "first_name", "last_name", "company", "address_1", "city", "postal_code", "phone"
        ),
        noted(),
    )
    prefix = "ordaddr"

    customer_id: Mapped[str | None]
    company: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    address_1: Mapped[str | None]
    address_2: Mapped[str | None]
    city: Mapped[str | None]
    country_code: Mapped[str | None]
    province: Mapped[str | None]
    postal_code: Mapped[str | None]
    phone: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class Order(Entity):
    """An order; `cart_id` is unique: one cart, one order (promise 1)."""

    __tablename__ = "order"
    __table_args__ = (
        one_of("status", OrderStatus),
        trigram_index("order", "email", "custom_display_id", "{t}.display_id::text"),
        *(live_index("order", each, include=("is_draft_order",)) for each in ("id", "created_at", "updated_at")),
        live_index("order", "display_id", include=("is_draft_order",)),
        noted(),
    )
    prefix = "order"

    display_id: Mapped[int] = mapped_column(Identity(always=False), unique=True)
    custom_display_id: Mapped[str | None]
    region_id: Mapped[str | None]
    customer_id: Mapped[str | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    sales_channel_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=OrderStatus.PENDING)
    is_draft_order: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    email: Mapped[str | None]
    currency_code: Mapped[str]
    locale: Mapped[str | None]
    no_notification: Mapped[bool | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    canceled_at: Mapped[datetime | None]
    shipping_address_id: Mapped[str | None] = mapped_column(ForeignKey("order_address.id"), index=True)
    billing_address_id: Mapped[str | None] = mapped_column(ForeignKey("order_address.id"), index=True)
    cart_id: Mapped[str | None] = mapped_column(unique=True)
    rounding: Mapped[str]
    attention: Mapped[str | None]


class OrderSummary(Entity):
    """What the calculator said of one version of an order: `summary` as published, `totals` the order's totals."""

    __tablename__ = "order_summary"
    __table_args__ = (Index("uq_order_summary_order_id_version", "order_id", "version", unique=True),)
    prefix = "ordsum"

    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    summary: Mapped[Json]
    totals: Mapped[Json]


class OrderTransaction(Entity):
    """Money that came in (positive) or went out (negative)."""

    __tablename__ = "order_transaction"
    __table_args__ = (
        finite("amount"),
        Index("uq_order_transaction_reference_reference_id", "reference", "reference_id", unique=True),
    )
    prefix = "ordtrx"

    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    amount: Mapped[Amount]
    currency_code: Mapped[str]
    reference: Mapped[str | None]
    reference_id: Mapped[str | None]


class OrderCreditLine(Entity):
    """Money that lowers what is owed."""

    __tablename__ = "order_credit_line"
    __table_args__ = (finite("amount"),)
    prefix = "ordcl"

    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    reference: Mapped[str | None]
    reference_id: Mapped[str | None]
    amount: Mapped[Amount]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ReturnReason(Entity):
    """Why goods come back; a reason may stand below another."""

    __tablename__ = "return_reason"
    __table_args__ = (live_unique("return_reason", "value"),)
    prefix = "rr"

    value: Mapped[str]
    label: Mapped[str]
    description: Mapped[str | None]
    parent_return_reason_id: Mapped[str | None] = mapped_column(ForeignKey("return_reason.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
