"""Tables of the product module: the product itself and its variants."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.changes import noted
from kit.ids import new_id
from kit.tables import Amount, Base, Entity, Metadata, live_index, live_unique, one_of, trigram_index

# The release before writes these rows without an id, so the database makes one in the form of the others.
LINK_ID: Final = "'pvitem_0' || upper(substr(md5(gen_random_uuid()::text), 1, 25))"


class ProductStatus(StrEnum):
    """Where a product stands (contract section 22)."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Product(Entity):
    """What a shop offers; what is bought is one of its variants."""

    __tablename__ = "product"
    __table_args__ = (
        one_of("status", ProductStatus),
        live_unique("product", "handle"),
        trigram_index("product", "title", "subtitle", "description"),
        live_index("product", "id", include=("status", "is_giftcard")),
        live_index("product", "created_at", include=("status", "is_giftcard")),
        live_index("product", "updated_at", include=("status", "is_giftcard")),
        live_index("product", "title", include=("status", "is_giftcard")),
        noted(),
    )
    prefix = "prod"

    title: Mapped[str]
    handle: Mapped[str]
    subtitle: Mapped[str | None]
    description: Mapped[str | None]
    is_giftcard: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default=ProductStatus.DRAFT)
    thumbnail: Mapped[str | None]
    weight: Mapped[Amount | None]
    length: Mapped[Amount | None]
    height: Mapped[Amount | None]
    width: Mapped[Amount | None]
    origin_country: Mapped[str | None]
    hs_code: Mapped[str | None]
    mid_code: Mapped[str | None]
    material: Mapped[str | None]
    discountable: Mapped[bool] = mapped_column(default=True)
    external_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    type_id: Mapped[str | None] = mapped_column(ForeignKey("product_type.id"), index=True)
    collection_id: Mapped[str | None] = mapped_column(ForeignKey("product_collection.id"), index=True)


class ProductVariant(Entity):
    """One buyable form of a product."""

    __tablename__ = "product_variant"
    __table_args__ = (
        live_unique("product_variant", "sku"),
        live_unique("product_variant", "barcode"),
        live_unique("product_variant", "ean"),
        live_unique("product_variant", "upc"),
        Index("ix_product_variant_product_id_variant_rank", "product_id", "variant_rank"),
        trigram_index("product_variant", "title", "sku", "barcode", "ean", "upc"),
        live_index("product_variant", "id"),
        live_index("product_variant", "created_at"),
        live_index("product_variant", "title"),
        noted(),
    )
    prefix = "variant"

    title: Mapped[str]
    sku: Mapped[str | None]
    barcode: Mapped[str | None]
    ean: Mapped[str | None]
    upc: Mapped[str | None]
    allow_backorder: Mapped[bool] = mapped_column(default=False)
    manage_inventory: Mapped[bool] = mapped_column(default=True)
    hs_code: Mapped[str | None]
    origin_country: Mapped[str | None]
    mid_code: Mapped[str | None]
    material: Mapped[str | None]
    weight: Mapped[Amount | None]
    length: Mapped[Amount | None]
    height: Mapped[Amount | None]
    width: Mapped[Amount | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    variant_rank: Mapped[int] = mapped_column(default=0)
    thumbnail: Mapped[str | None]
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"))


class ProductImage(Entity):
    """A picture of a product."""

    __tablename__ = "image"
    prefix = "img"

    url: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    rank: Mapped[int] = mapped_column(default=0)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), index=True)


class VariantImage(Base):
    """A picture that shows some variants only; one without any such row shows them all."""

    __tablename__ = "variant_image"

    variant_id: Mapped[str] = mapped_column(ForeignKey("product_variant.id"), primary_key=True)
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"), primary_key=True, index=True)


class ProductOption(Entity):
    """What the variants differ in: size, colour; an exclusive one belongs to the one product that made it."""

    __tablename__ = "product_option"
    __table_args__ = (
        trigram_index("product_option", "title"),
        live_index("product_option", "id"),
        live_index("product_option", "is_exclusive"),
        noted(),
    )
    prefix = "opt"

    title: Mapped[str]
    is_exclusive: Mapped[bool] = mapped_column(default=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ProductOptionValue(Entity):
    """One value of an option."""

    __tablename__ = "product_option_value"
    __table_args__ = (live_unique("product_option_value", "option_id", "value"),)
    prefix = "optval"

    value: Mapped[str]
    rank: Mapped[int | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    option_id: Mapped[str] = mapped_column(ForeignKey("product_option.id"), index=True)


class ProductProductOption(Base):
    """An option that a product uses; options may be shared between products."""

    __tablename__ = "product_product_option"
    __table_args__ = noted()

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    product_option_id: Mapped[str] = mapped_column(ForeignKey("product_option.id"), primary_key=True, index=True)


class ProductProductOptionValue(Base):
    """A value of a shared option that a product uses; of an exclusive option it uses every value."""

    __tablename__ = "product_product_option_value"

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    option_value_id: Mapped[str] = mapped_column(ForeignKey("product_option_value.id"), primary_key=True, index=True)


class ProductVariantOption(Base):
    """The option value that a variant has."""

    __tablename__ = "product_variant_option"
    __table_args__ = noted()

    variant_id: Mapped[str] = mapped_column(ForeignKey("product_variant.id"), primary_key=True)
    option_value_id: Mapped[str] = mapped_column(ForeignKey("product_option_value.id"), primary_key=True, index=True)


class ProductSalesChannel(Base):
    """A sales channel that offers a product."""

    __tablename__ = "product_sales_channel"
    __table_args__ = (Index("ix_product_sales_channel_sales_channel_id", "sales_channel_id", "product_id"), noted())

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    sales_channel_id: Mapped[str] = mapped_column(primary_key=True)


class ProductShippingProfile(Base):
    """The shipping profile of a product."""

    __tablename__ = "product_shipping_profile"

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    shipping_profile_id: Mapped[str] = mapped_column(index=True)


class ProductVariantPriceSet(Base):
    """The price set of a variant."""

    __tablename__ = "product_variant_price_set"
    __table_args__ = noted()

    variant_id: Mapped[str] = mapped_column(ForeignKey("product_variant.id"), primary_key=True)
    price_set_id: Mapped[str] = mapped_column(unique=True)


class ProductVariantInventoryItem(Base):
    """An inventory item that a variant is made of; a kit has several."""

    __tablename__ = "product_variant_inventory_item"
    __table_args__ = (CheckConstraint("required_quantity > 0", name="positive"),)  # stock is divided by it

    variant_id: Mapped[str] = mapped_column(ForeignKey("product_variant.id"), primary_key=True)
    inventory_item_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    id: Mapped[str] = mapped_column(default=partial(new_id, "pvitem"), server_default=text(LINK_ID))
    required_quantity: Mapped[Amount] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now, server_default=text("now()"))
