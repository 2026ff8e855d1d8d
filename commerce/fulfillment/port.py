"""The fulfilment port: what a fulfilment provider must be able to do.

`data` is plain JSON (what json.dumps takes): of an option as its admin stored it, of a method as the shopper sent it.
A provider is asked outside of any transaction, and moves nothing: every call may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol

Data = Mapping[str, Any]
BY_HAND: Final = "manual_manual"
"""The built-in provider, which keeps whatever is sent and calculates nothing: it is not asked about a cart."""


class FulfillmentError(Exception):
    """A provider call that had no result; `message` is for the admin. Anything else that one raises is a bug in it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RefusedError(FulfillmentError):
    """What the provider will not do, however often it is asked; `message` is for the shopper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedItem:
    """A line of the cart that the option would ship; `weight` is of one unit, as the shop measures it."""

    variant_id: str | None
    sku: str | None
    quantity: Decimal
    unit_price: Decimal
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRequest:
    """A price to calculate, in major units of `currency_code`; the addresses have the contract's keys."""

    option_data: Data
    data: Data
    currency_code: str
    items: Sequence[ShippedItem]
    to_address: Data | None = None
    from_address: Data | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """What a shopper sent with a chosen option, to be checked."""

    option_data: Data
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedPrice:
    """What a provider asks for shipping."""

    amount: Decimal
    is_tax_inclusive: bool = field(default=False)


class FulfillmentProvider(Protocol):
    """Somebody who ships; every method but `close` may raise FulfillmentError."""

    @property
    def id(self) -> str:
        """The provider's id, `<identifier>_<name>`."""

    async def options(self) -> Sequence[Data]:
        """Return the ways in which it ships: objects with an `id`, a `name` if any, `is_return` where it is one."""

    async def validate_data(self, option_data: Data, data: Data) -> Data:
        """Return what a shipping method keeps of the `data` that a shopper sent. RefusedError for data it refuses."""

    async def can_calculate(self, option_data: Data) -> bool:
        """Tell whether it can calculate the price of an option with this data."""

    async def calculate_price(self, request: PriceRequest) -> CalculatedPrice:
        """Return the price of shipping the items, which is 0 or more. RefusedError where it ships none of them."""

    async def close(self) -> None:
        """Let go of connections; called once, when the process ends."""
