"""A cart as its operations see it: frozen rows, loaded once under the lock, written back where they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A tax on a line or method; `rate` in per cent."""

    id: str
    rate: Decimal
    code: str
    description: str | None
    tax_rate_id: str | None
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A discount on a line or method: exact, in major units; `rank` is the order in which promotions were applied."""

    id: str
    amount: Decimal
    is_tax_inclusive: bool
    code: str | None
    promotion_id: str | None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `snapshot` holds the columns that are fixed when the line is made, and is empty afterwards."""

    id: str
    variant_id: str | None
    product_id: str | None
    product_type_id: str | None
    quantity: Decimal
    unit_price: Decimal
    compare_at_unit_price: Decimal | None
    is_tax_inclusive: bool
    is_custom_price: bool
    is_giftcard: bool
    is_discountable: bool
    requires_shipping: bool
    metadata: Mapping[str, Any] | None
    tax_lines: tuple[TaxLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    snapshot: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Method:
    """A chosen shipping method; `amount` in major units."""

    id: str
    shipping_option_id: str | None
    shipping_profile_id: str | None
    name: str
    amount: Decimal
    is_tax_inclusive: bool
    is_custom_amount: bool
    data: Mapping[str, Any]
    tax_lines: tuple[TaxLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Money that is already there."""

    id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Address:
    """What tax and shipping need of an address."""

    id: str
    country_code: str | None
    province: str | None
    city: str | None
    postal_code: str | None
    address_1: str | None = None
    address_2: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """The cart's payment collection, when it has one."""

    id: str
    amount: Decimal
    currency_code: str
    has_session: bool


@dataclass(frozen=True, slots=True)
class CartState:
    """Everything that decides what a cart costs, but the prices and rates of the catalogue."""

    id: str
    version: int
    region_id: str | None
    customer_id: str | None
    customer_groups: tuple[str, ...]
    sales_channel_id: str | None
    email: str | None
    currency_code: str
    decimal_digits: int
    rounding: str
    automatic_taxes: bool
    countries: tuple[str, ...]
    shipping_address: Address | None
    lines: tuple[Line, ...]
    methods: tuple[Method, ...]
    credit_lines: tuple[CreditLine, ...]
    collection: Collection | None
    promotion_ids: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)  # of providers, by what they were asked (docs/adr/0010)
    unconfirmed: tuple[str, ...] = ()  # what of the cart no provider has confirmed
