"""Tables of the order module: lines, shipping methods, and their rows per version (contract section 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Amount, Entity, Json, Metadata, finite


class OrderLineItem(Entity):
    """A line as it was bought; what changes with the order's version is in `OrderItem`."""

    __tablename__ = "order_line_item"
    __table_args__ = (finite("unit_price"),)
    prefix = "ordli"

    title: Mapped[str]
    subtitle: Mapped[str | None]
    thumbnail: Mapped[str | None]
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
    is_giftcard: Mapped[bool] = mapped_column(default=False)
    is_discountable: Mapped[bool] = mapped_column(default=True)
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    is_custom_price: Mapped[bool] = mapped_column(default=False)
    compare_at_unit_price: Mapped[Amount | None]
    unit_price: Mapped[Amount]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class OrderItem(Entity):
    """One line in one version of an order: quantities and what the calculator said."""

    __tablename__ = "order_item"
    __table_args__ = (Index("uq_order_item_order_id_version_item_id", "order_id", "version", "item_id", unique=True),)
    prefix = "orditem"

    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    item_id: Mapped[str] = mapped_column(ForeignKey("order_line_item.id"), index=True)
    quantity: Mapped[Amount]
    unit_price: Mapped[Amount | None]
    compare_at_unit_price: Mapped[Amount | None]
    fulfilled_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    delivered_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    shipped_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    return_requested_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    return_received_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    return_dismissed_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    written_off_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    totals: Mapped[Json]


class OrderLineItemAdjustment(Entity):
    """A discount on a line, in one version of the order."""

    __tablename__ = "order_line_item_adjustment"
    __table_args__ = (finite("amount"),)
    prefix = "ordliadj"

    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    description: Mapped[str | None]
    promotion_id: Mapped[str | None]
    code: Mapped[str | None]
    provider_id: Mapped[str | None]
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    amount: Mapped[Amount]
    exact: Mapped[Amount | None]
    rank: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    subtotal: Mapped[Amount]
    total: Mapped[Amount]
    item_id: Mapped[str] = mapped_column(ForeignKey("order_line_item.id"), index=True)


class OrderLineItemTaxLine(Entity):
    """A tax on a line; `rate` in per cent, `subtotal` before and `total` after discount."""

    __tablename__ = "order_line_item_tax_line"
    __table_args__ = (finite("rate"),)
    prefix = "ordlitxl"

    description: Mapped[str | None]
    tax_rate_id: Mapped[str | None]
    code: Mapped[str]
    provider_id: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    rate: Mapped[Amount]
    subtotal: Mapped[Amount]
    total: Mapped[Amount]
    item_id: Mapped[str] = mapped_column(ForeignKey("order_line_item.id"), index=True)


class OrderShippingMethod(Entity):
    """A shipping method as it was bought."""

    __tablename__ = "order_shipping_method"
    __table_args__ = (finite("amount"),)
    prefix = "ordsm"

    name: Mapped[str]
    description: Mapped[str | None]
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    is_custom_amount: Mapped[bool] = mapped_column(default=False)
    shipping_option_id: Mapped[str | None]
    data: Mapped[Json]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    amount: Mapped[Amount]


class OrderShipping(Entity):
    """One shipping method in one version of an order."""

    __tablename__ = "order_shipping"
    __table_args__ = (
        Index("uq_order_shipping_order_id_version_method", "order_id", "version", "shipping_method_id", unique=True),
    )
    prefix = "ordspmv"

    order_id: Mapped[str] = mapped_column(ForeignKey("order.id"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    return_id: Mapped[str | None]
    exchange_id: Mapped[str | None]
    claim_id: Mapped[str | None]
    shipping_method_id: Mapped[str] = mapped_column(ForeignKey("order_shipping_method.id"), index=True)
    totals: Mapped[Json]


class OrderShippingMethodAdjustment(Entity):
    """A discount on shipping, in one version of the order."""

    __tablename__ = "order_shipping_method_adjustment"
    __table_args__ = (finite("amount"),)
    prefix = "ordsmadj"

    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    description: Mapped[str | None]
    promotion_id: Mapped[str | None]
    code: Mapped[str | None]
    provider_id: Mapped[str | None]
    amount: Mapped[Amount]
    exact: Mapped[Amount | None]
    rank: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    subtotal: Mapped[Amount]
    total: Mapped[Amount]
    shipping_method_id: Mapped[str] = mapped_column(ForeignKey("order_shipping_method.id"), index=True)


class OrderShippingMethodTaxLine(Entity):
    """A tax on shipping; `rate` in per cent."""

    __tablename__ = "order_shipping_method_tax_line"
    __table_args__ = (finite("rate"),)
    prefix = "ordsmtxl"

    description: Mapped[str | None]
    tax_rate_id: Mapped[str | None]
    code: Mapped[str]
    provider_id: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    rate: Mapped[Amount]
    subtotal: Mapped[Amount]
    total: Mapped[Amount]
    shipping_method_id: Mapped[str] = mapped_column(ForeignKey("order_shipping_method.id"), index=True)
