"""Tables of the customer module."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Base, Entity, Metadata, live_index, live_unique, trigram_index


class Customer(Entity):
    """Somebody who buys; a guest has no account."""

    __tablename__ = "customer"
    __table_args__ = (
        live_unique("customer", "email", "has_account"),
        trigram_index("customer", "company_name", "first_name", "last_name", "email", "phone"),
        Index("ix_customer_created_at", "created_at"),
        live_index("customer", "id"),
        live_index("customer", "created_at"),
        live_index("customer", "email"),
        noted(),
    )
    prefix = "cus"

    company_name: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    has_account: Mapped[bool] = mapped_column(default=False)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]


class CustomerGroup(Entity):
    """A named set of customers."""

    __tablename__ = "customer_group"
    __table_args__ = (live_unique("customer_group", "name"),)
    prefix = "cusgroup"

    name: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]


class CustomerGroupCustomer(Base):
    """A customer in a group."""

    __tablename__ = "customer_group_customer"
    __table_args__ = noted()

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    customer_group_id: Mapped[str] = mapped_column(ForeignKey("customer_group.id"), primary_key=True, index=True)


def _one_default(flag: str) -> Index:
    """Return the index that lets a customer have one default address of a kind at most."""
    where = text(f"{flag} AND deleted_at IS NULL")
    return Index(f"uq_customer_address_{flag}", "customer_id", unique=True, postgresql_where=where)


class CustomerAddress(Entity):
    """An address that a customer keeps."""

    __tablename__ = "customer_address"
    __table_args__ = (_one_default("is_default_shipping"), _one_default("is_default_billing"))
    prefix = "cuaddr"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    address_name: Mapped[str | None]
    is_default_shipping: Mapped[bool] = mapped_column(default=False)
    is_default_billing: Mapped[bool] = mapped_column(default=False)
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
