"""Tables of the product module: types, collections, tags and categories."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Base, Entity, Metadata, live_unique, trigram_index


class ProductType(Entity):
    """A kind of product, for example apparel."""

    __tablename__ = "product_type"
    __table_args__ = (live_unique("product_type", "value"), trigram_index("product_type", "value"))
    prefix = "ptyp"

    value: Mapped[str]
    external_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ProductCollection(Entity):
    """A named set of products; a product is in one at most."""

    __tablename__ = "product_collection"
    __table_args__ = (
        live_unique("product_collection", "handle"),
        trigram_index("product_collection", "title"),
        noted(),
    )
    prefix = "pcol"

    title: Mapped[str]
    handle: Mapped[str]
    external_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ProductTag(Entity):
    """A word attached to products."""

    __tablename__ = "product_tag"
    __table_args__ = (live_unique("product_tag", "value"), trigram_index("product_tag", "value"))
    prefix = "ptag"

    value: Mapped[str]
    external_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ProductTags(Base):
    """A tag on a product."""

    __tablename__ = "product_tags"
    __table_args__ = noted()

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    product_tag_id: Mapped[str] = mapped_column(ForeignKey("product_tag.id"), primary_key=True, index=True)


class ProductCategory(Entity):
    """A node of the category tree; `mpath` is the path of ids from the root."""

    __tablename__ = "product_category"
    __table_args__ = (
        live_unique("product_category", "handle"),
        trigram_index("product_category", "name", "description", "handle"),
    )
    prefix = "pcat"

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    handle: Mapped[str]
    mpath: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=False)
    is_internal: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int] = mapped_column(default=0)
    external_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    parent_category_id: Mapped[str | None] = mapped_column(ForeignKey("product_category.id"), index=True)


class ProductCategoryProduct(Base):
    """A product in a category."""

    __tablename__ = "product_category_product"
    __table_args__ = noted()

    product_id: Mapped[str] = mapped_column(ForeignKey("product.id"), primary_key=True)
    product_category_id: Mapped[str] = mapped_column(ForeignKey("product_category.id"), primary_key=True, index=True)
