"""The tax port: what a tax provider must be able to do.

The built-in `tp_system` is none of them: it is the rates of the shop's own tables, chosen inside of the transaction
that writes a cart. A provider is asked outside of any transaction, and moves nothing: every call may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

Data = Mapping[str, Any]
SYSTEM: Final = "tp_system"


class TaxError(Exception):
    """A provider call that had no result; `message` is for the admin. Anything else that one raises is a bug in it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedItem:
    """A line of the cart; `unit_price` before any discount, in major units. Gift cards are never asked about."""

    variant_id: str | None
    product_id: str | None
    product_type_id: str | None
    quantity: Decimal
    unit_price: Decimal
    is_tax_inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedShipping:
    """A shipping method. What it costs is not told: that may depend on the tax of the items."""

    shipping_option_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRequest:
    """A cart to tax; `address` has country_code, province (in lower case), city, postal_code, address_1, address_2.

    `customer_id` is None for a guest.
    """

    currency_code: str
    address: Data
    items: Sequence[TaxedItem]
    shipping: Sequence[TaxedShipping]
    customer_id: str | None = None
    customer_groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRate:
    """A tax that applies; `rate` in per cent, 0 or more. Several on one line add up, they never compound."""

    rate: Decimal
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRates:
    """The rates of each item and of each shipping method, in the order of the request; none for what is not taxed."""

    items: Sequence[Sequence[ToldRate]]
    shipping: Sequence[Sequence[ToldRate]]


class TaxProvider(Protocol):
    """Somebody who knows taxes; every method but `close` may raise TaxError."""

    @property
    def id(self) -> str:
        """The provider's id, `tp_<identifier>`, which a tax region names."""

    async def rates(self, request: TaxRequest) -> ToldRates:
        """Return the rates of the items and of shipping."""

    async def close(self) -> None:
        """Let go of connections; called once, when the process ends."""
