"""What a cart is for the reference: plain facts, every number a fraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

ZERO = Fraction(0)
NOTHING = Fraction(1, 10_000)  # amounts of up to 0.0001 are none (sections 6 and 9)


@dataclass
class Off:
    """What one promotion takes off one item; `amount` is with tax when `with_tax`."""

    promotion: str
    amount: Fraction
    with_tax: bool


@dataclass
class Item:
    """A line, or a shipping method as a line of one unit; `rates` are percentages."""

    id: str
    price: Fraction
    quantity: Fraction
    inclusive: bool
    rates: Sequence[Fraction]
    discountable: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)
    offs: list[Off] = field(default_factory=list)

    @property
    def r(self) -> Fraction:
        return sum(self.rates, ZERO) / 100

    @property
    def gross(self) -> Fraction:
        """Price times quantity, as section 7 calls it."""
        return self.price * self.quantity

    @property
    def subtotal(self) -> Fraction:
        return self.gross / (1 + self.r) if self.inclusive else self.gross

    def net(self, off: Off) -> Fraction:
        """Return what `off` takes without tax."""
        return off.amount / (1 + self.r) if off.with_tax else off.amount


@dataclass
class Returned:
    """How many units of an order's line are where."""

    fulfilled: Fraction = ZERO
    shipped: Fraction = ZERO
    requested: Fraction = ZERO
    received: Fraction = ZERO
    dismissed: Fraction = ZERO
    written_off: Fraction = ZERO


@dataclass
class Cart:
    """`digits` of its currency; `rounded` for mode `currency`; `returned` by line id for orders."""

    currency: str
    digits: int
    rounded: bool
    lines: list[Item]
    methods: list[Item]
    credits: Sequence[Fraction] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    returned: Mapping[str, Returned] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)  # ids of the promotions on it, in order of application

    @property
    def items(self) -> list[Item]:
        return [*self.lines, *self.methods]

    @property
    def cent(self) -> Fraction:
        return Fraction(1, 10**self.digits)


@dataclass(frozen=True)
class Rule:
    attribute: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Budget:
    id: str
    type: str
    limit: Fraction | None
    used: Fraction


@dataclass(frozen=True)
class Promotion:
    id: str
    type: str  # standard, buyget
    active: bool
    method: str  # fixed, percentage
    value: Fraction
    target: str  # order, items, shipping_methods
    allocation: str | None
    automatic: bool
    with_tax: bool
    currency: str | None
    limit: Fraction | None
    used: Fraction
    max_quantity: Fraction | None
    apply_to: Fraction | None
    buy_min: Fraction | None
    budget: Budget | None
    rules: tuple[Rule, ...]
    target_rules: tuple[Rule, ...]
    buy_rules: tuple[Rule, ...]
