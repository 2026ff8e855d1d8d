"""Tables of the cart module (contract sections 7 and 11)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Amount, Entity, Json, Metadata, finite, one_of


class Rounding(StrEnum):
    """How published amounts are rounded; fixed when a cart is created (design section 6)."""

    CURRENCY = "currency"
    NONE = "none"


class CartAddress(Entity):
    """An address of a cart."""

    __tablename__ = "cart_address"
    prefix = "caaddr"

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


class Cart(Entity):
    """A cart; `version` grows with every write, `totals` is what the calculator said at the last one.

    `answers` are what providers said of the cart as it is, by the fingerprint of what they were asked, null where
    nobody was; `unconfirmed` names what of it they have not said (docs/adr/0010), null for nothing.
    """

    __tablename__ = "cart"
    __table_args__ = (one_of("rounding", Rounding),)
    prefix = "cart"

    region_id: Mapped[str | None]
    customer_id: Mapped[str | None]
    sales_channel_id: Mapped[str | None]
    email: Mapped[str | None]
    currency_code: Mapped[str]
    locale: Mapped[str | None]
    shipping_address_id: Mapped[str | None] = mapped_column(ForeignKey("cart_address.id"))
    billing_address_id: Mapped[str | None] = mapped_column(ForeignKey("cart_address.id"))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    completed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    rounding: Mapped[str] = mapped_column(default=Rounding.CURRENCY)
    totals: Mapped[Json]
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    unconfirmed: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))


class CartLineItem(Entity):
    """A line of a cart: a snapshot of the variant at the moment it was added."""

    __tablename__ = "cart_line_item"
    __table_args__ = (finite("quantity", "unit_price"), CheckConstraint("quantity > 0", name="positive"))
    prefix = "cali"

    cart_id: Mapped[str] = mapped_column(ForeignKey("cart.id"), index=True)
    title: Mapped[str]
    subtitle: Mapped[str | None]
    thumbnail: Mapped[str | None]
    quantity: Mapped[Amount]
    variant_id: Mapped[str | None]
    product_id: Mapped[str | None]
    product_title: Mapped[str | None]
    product_description: Mapped[str | None]
    product_subtitle: Mapped[str | None]
    product_type: Mapped[str | None]
    product_type_id: Mapped[str | None]
    product_collection: Mapped[str | None]
    product_handle: Mapped[str | None]
    variant_sku: Mapped[str | None]
    variant_barcode: Mapped[str | None]
    variant_title: Mapped[str | None]
    variant_option_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    requires_shipping: Mapped[bool] = mapped_column(default=True)
    is_discountable: Mapped[bool] = mapped_column(default=True)
    is_giftcard: Mapped[bool] = mapped_column(default=False)
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    is_custom_price: Mapped[bool] = mapped_column(default=False)
    compare_at_unit_price: Mapped[Amount | None]
    unit_price: Mapped[Amount]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    totals: Mapped[Json]


class CartLineItemAdjustment(Entity):
    """A discount on a line."""

    __tablename__ = "cart_line_item_adjustment"
    __table_args__ = (finite("amount"),)
    prefix = "caliadj"

    description: Mapped[str | None]
    code: Mapped[str | None]
    amount: Mapped[Amount]
    exact: Mapped[Amount | None]  # before rounding; `amount` is what is published
    rank: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    provider_id: Mapped[str | None]
    promotion_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    item_id: Mapped[str] = mapped_column(ForeignKey("cart_line_item.id", ondelete="CASCADE"), index=True)


class CartLineItemTaxLine(Entity):
    """A tax on a line; `rate` in per cent."""

    __tablename__ = "cart_line_item_tax_line"
    __table_args__ = (finite("rate"),)
    prefix = "calitxl"

    description: Mapped[str | None]
    tax_rate_id: Mapped[str | None]
    code: Mapped[str]
    rate: Mapped[Amount]
    provider_id: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    item_id: Mapped[str] = mapped_column(ForeignKey("cart_line_item.id", ondelete="CASCADE"), index=True)


class CartShippingMethod(Entity):
    """The chosen way to ship, one per shipping profile."""

    __tablename__ = "cart_shipping_method"
    __table_args__ = (finite("amount"),)
    prefix = "casm"

    cart_id: Mapped[str] = mapped_column(ForeignKey("cart.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    amount: Mapped[Amount]
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    is_custom_amount: Mapped[bool] = mapped_column(default=False)
    shipping_option_id: Mapped[str | None]
    shipping_profile_id: Mapped[str | None]
    data: Mapped[Json]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    totals: Mapped[Json]


class CartShippingMethodAdjustment(Entity):
    """A discount on shipping."""

    __tablename__ = "cart_shipping_method_adjustment"
    __table_args__ = (finite("amount"),)
    prefix = "casmadj"

    description: Mapped[str | None]
    code: Mapped[str | None]
    amount: Mapped[Amount]
    exact: Mapped[Amount | None]
    rank: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    provider_id: Mapped[str | None]
    promotion_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    shipping_method_id: Mapped[str] = mapped_column(
        ForeignKey("cart_shipping_method.id", ondelete="CASCADE"), index=True
    )


class CartShippingMethodTaxLine(Entity):
    """A tax on shipping; `rate` in per cent."""

    __tablename__ = "cart_shipping_method_tax_line"
    __table_args__ = (finite("rate"),)
    prefix = "casmtxl"

    description: Mapped[str | None]
    tax_rate_id: Mapped[str | None]
    code: Mapped[str]
    rate: Mapped[Amount]
    provider_id: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    shipping_method_id: Mapped[str] = mapped_column(
        ForeignKey("cart_shipping_method.id", ondelete="CASCADE"), index=True
    )


class CartCreditLine(Entity):
    """Money that is already there: a gift card, store credit."""

    __tablename__ = "cart_credit_line"
    __table_args__ = (finite("amount"),)
    prefix = "cacl"

    cart_id: Mapped[str] = mapped_column(ForeignKey("cart.id"), index=True)
    reference: Mapped[str | None]
    reference_id: Mapped[str | None]
    amount: Mapped[Amount]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
