"""What the campaigns of one cart's promotions still allow, counted together: promotions may share a budget."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from commerce.promotion.eligibility import PER_ATTRIBUTE, PER_PROMOTION, SPEND
from commerce.promotion.types import ONE, Budget, Target
from kit.decimals import ZERO, drop_tail

Taken = Sequence[tuple[Target, Decimal]]


class Purse:
    """What the promotions of a cart have drawn, by budget; a checkout would refuse what passes a limit."""

    def __init__(self) -> None:
        self._drawn: dict[str, Decimal] = {}

    def allow(self, budget: Budget | None, taken: Taken) -> Taken:
        """Return what the budget allows of one promotion's discounts, and draw it.

        Uses: everything or nothing. Money: a line that would pass the limit is left out; the lines of one cart count
        together, where the peer looks at each alone and fails when the order is placed.
        """
        if budget is None or budget.limit is None or not taken:
            return taken
        rest = budget.limit - budget.used - self._drawn.get(budget.id, ZERO)
        if budget.type in {PER_PROMOTION, PER_ATTRIBUTE}:
            within, drawn = (taken, ONE) if rest >= ONE else ([], ZERO)
        elif budget.type == SPEND:
            within, drawn = _affordable(taken, rest)
        else:
            return taken
        self._drawn[budget.id] = self._drawn.get(budget.id, ZERO) + drawn
        return within


def _affordable(taken: Taken, rest: Decimal) -> tuple[Taken, Decimal]:
    within, drawn = [], ZERO
    for target, amount in taken:
        if drop_tail(rest - drawn - amount) >= ZERO:
            drawn += amount
            within.append((target, amount))
    return within, drawn
