"""What decides a discount, as frozen data: promotions, what they may act on, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from kit.decimals import ZERO

Facts: TypeAlias = Mapping[str, Any]
"""A cart, a line or a shipping method as nested JSON: what a rule's path is looked up in."""

ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition: the values found at the path `attribute` against `values`."""

    attribute: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a campaign allows; `used` is what the cart's own `attribute` value has used, where uses count by it."""

    id: str
    type: str
    limit: Decimal | None
    used: Decimal
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion with its application method and its campaign's dates and budget."""

    id: str
    code: str
    kind: Literal["standard", "buyget"]
    status: str
    type: Literal["fixed", "percentage"]
    value: Decimal
    target_type: Literal["order", "items", "shipping_methods"]
    allocation: Literal["each", "across", "once"] | None = None
    is_automatic: bool = False
    is_tax_inclusive: bool = False
    currency_code: str | None = None
    limit: Decimal | None = None
    used: Decimal = ZERO
    max_quantity: Decimal | None = None
    apply_to_quantity: Decimal | None = None
    buy_rules_min_quantity: Decimal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    budget: Budget | None = None
    rules: tuple[Rule, ...] = ()
    target_rules: tuple[Rule, ...] = ()
    buy_rules: tuple[Rule, ...] = ()

    @property
    def is_gross(self) -> bool:
        """Whether it works on prices with tax; on shipping it never does."""
        return self.is_tax_inclusive and self.target_type != "shipping_methods"


@dataclass(frozen=True, slots=True)
class Target:
    """A line, or a shipping method as one unit: `subtotal` without tax, `rate` the sum of its tax rates as a fraction.

    Both before any discount, never rounded.
    """

    id: str
    quantity: Decimal
    subtotal: Decimal
    rate: Decimal
    facts: Facts
    is_discountable: bool = True


@dataclass(frozen=True, slots=True)
class Basket:
    """What promotions are held against; `totals` are the cart's with the discounts it has now.

    `totals_without` has, for a promotion that acts on the cart already, the totals without its own discounts: it must
    not fall out because of what it took itself.
    """

    currency_code: str
    now: datetime
    facts: Facts
    items: tuple[Target, ...] = ()
    shipping_methods: tuple[Target, ...] = ()
    totals: Facts = field(default_factory=dict)
    totals_without: Mapping[str, Facts] = field(default_factory=dict)

    def seen_by(self, promotion_id: str) -> Facts:
        """Return the facts that the rules of a promotion look at."""
        return {**self.facts, **self.totals_without.get(promotion_id, self.totals)}


@dataclass(frozen=True, slots=True)
class Discount:
    """What one promotion takes off one line or method: exact, gross when `is_tax_inclusive`, else net."""

    target_id: str
    promotion_id: str
    code: str
    amount: Decimal
    is_tax_inclusive: bool


@dataclass(frozen=True, slots=True)
class Discounts:
    """The discounts in the order in which they were applied, and by code why the other promotions took nothing."""

    applied: tuple[Discount, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
