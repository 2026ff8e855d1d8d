"""What products, variants and options are made of, before they are rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from commerce.product.models import ProductStatus

Choices: TypeAlias = "dict[str, dict[str, str]]"
"""The options of one product: title -> value -> id of the value."""


@dataclass(frozen=True)
class Measures:
    """What customs and carriers ask of a product or a variant."""

    weight: Decimal | None = None
    length: Decimal | None = None
    height: Decimal | None = None
    width: Decimal | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None


@dataclass(frozen=True)
class NewVariant:
    """A variant to create; `options` maps an option's title to the chosen value."""

    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    sku: str | None = None
    barcode: str | None = None
    ean: str | None = None
    upc: str | None = None
    manage_inventory: bool = True
    allow_backorder: bool = False
    variant_rank: int = 0
    thumbnail: str | None = None
    metadata: Mapping[str, Any] | None = None
    measures: Measures = Measures()


@dataclass(frozen=True)
class NewOption:
    """An option to create; `ranks` gives values their places."""

    title: str
    values: Sequence[str]
    ranks: Mapping[str, int] = field(default_factory=dict)
    is_exclusive: bool = True
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class UsedOption:
    """An option that exists, and which of its values a product uses: all of them unless named."""

    id: str
    value_ids: Sequence[str] | None = None


@dataclass(frozen=True)
class NewProduct:
    """A product to create."""

    title: str
    options: Sequence[NewOption | UsedOption]
    variants: Sequence[NewVariant] = ()
    handle: str | None = None
    subtitle: str | None = None
    description: str | None = None
    status: ProductStatus = ProductStatus.DRAFT
    is_giftcard: bool = False
    discountable: bool = True
    thumbnail: str | None = None
    images: Sequence[str] = ()
    external_id: str | None = None
    metadata: Mapping[str, Any] | None = None
    measures: Measures = Measures()
    type_id: str | None = None
    collection_id: str | None = None
    tag_ids: Sequence[str] = ()
    category_ids: Sequence[str] = ()


@dataclass(frozen=True)
class OptionChange:
    """What changes in a product's use of one option: new values by text or known ones by id, and those left."""

    option_id: str
    add_values: Sequence[str] = ()
    add_ids: Sequence[str] = ()
    remove: Sequence[str] = ()
