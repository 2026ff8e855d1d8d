"""What the calculator is given: a cart or an order as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Protocol, TypeAlias

from kit.decimals import ZERO
from kit.money import Currency

Rounding: TypeAlias = Literal["currency", "none"]
"""`currency` rounds every published amount to the minor unit; `none` reproduces the peer's unrounded figures."""

ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax rate on a line or a shipping method; `rate` in percent. Several rates add up, they never compound."""

    id: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A promotion's discount on one line: the exact, unrounded `amount` for the line's whole quantity.

    What belongs to one `promotion` is rounded as one sum and spread over its lines; without a promotion the
    adjustment stands for itself. `rank` is the order of application: later ranks take what earlier ones left.
    """

    id: str
    amount: Decimal
    is_tax_inclusive: bool = False
    promotion: str | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """How many units of an order line are where; the names are those of the line's `detail`, less `_quantity`."""

    fulfilled: Decimal = ZERO
    shipped: Decimal = ZERO
    return_requested: Decimal = ZERO
    return_received: Decimal = ZERO
    return_dismissed: Decimal = ZERO
    written_off: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart, or with `counters` of an order."""

    id: str
    unit_price: Decimal
    quantity: Decimal
    is_tax_inclusive: bool = False
    tax_lines: tuple[TaxLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    counters: Counters | None = None


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A shipping method: priced like a line of one unit."""

    id: str
    amount: Decimal
    is_tax_inclusive: bool = False
    tax_lines: tuple[TaxLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def unit_price(self) -> Decimal:
        """The amount."""
        return self.amount

    @property
    def quantity(self) -> Decimal:
        """Always one."""
        return ONE


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit that lowers the total and carries no tax; rounded when it was created."""

    id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TotalsInput:
    """A cart, or an order at one version; ids are unique over lines, methods and each one's tax lines."""

    currency: Currency
    rounding: Rounding
    lines: tuple[Line, ...] = ()
    shipping_methods: tuple[ShippingMethod, ...] = ()
    credit_lines: tuple[CreditLine, ...] = ()


class Priced(Protocol):
    """What a line and a shipping method have in common."""

    @property
    def id(self) -> str:
        """The id, which breaks ties."""

    @property
    def unit_price(self) -> Decimal:
        """The price of one unit, never rounded."""

    @property
    def quantity(self) -> Decimal:
        """The whole quantity, returned units included."""

    @property
    def is_tax_inclusive(self) -> bool:
        """Tell whether the price contains the tax."""

    @property
    def tax_lines(self) -> tuple[TaxLine, ...]:
        """The rates."""

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """The discounts."""
