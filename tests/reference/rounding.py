"""The rule of docs/rounding.md for mode `currency`, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tests.reference.cart import NOTHING, ZERO, Cart, Item
from tests.reference.totals import Figures


def rho(value: Fraction, cent: Fraction) -> Fraction:
    """Round half up, away from zero, to a multiple of `cent`."""
    cents = abs(value) / cent
    whole = cents.numerator // cents.denominator
    if cents - whole >= Fraction(1, 2):
        whole += 1
    return whole * cent if value >= 0 else -whole * cent


def down(value: Fraction, cent: Fraction) -> Fraction:
    return (value // cent) * cent


class Rounded:
    """A cart settled by steps 1 and 2: what each item costs on its own side before (`own`) and after (`left`)."""

    def __init__(self, cart: Cart) -> None:
        self.cart, self.cent = cart, cart.cent
        self.exact = {item.id: item.gross for item in cart.items}
        self.own = {item.id: rho(item.gross, self.cent) for item in cart.items}
        self.left = dict(self.own)
        for promotion in cart.codes:
            self._take({item.id: part for item in cart.items if (part := _part(item, promotion)) is not None})

    def _take(self, parts: Mapping[str, Fraction]) -> None:
        """Do step 2 for one promotion."""
        rest = {}
        for id_, part in parts.items():
            self.exact[id_] -= part
            if self.exact[id_] <= NOTHING:
                self.left[id_] = ZERO
            else:
                rest[id_] = part
        given = {id_: min(down(part, self.cent), self.left[id_]) for id_, part in rest.items()}
        missing = rho(sum(rest.values(), ZERO), self.cent) - sum(given.values(), ZERO)
        remainders = [(part - down(part, self.cent), part, id_) for id_, part in rest.items()]
        for remainder, _, id_ in sorted(remainders, key=lambda each: (-each[0], -each[1], each[2])):
            if missing > 0 and remainder > 0 and given[id_] < self.left[id_]:
                given[id_] += self.cent
                missing -= self.cent
        for id_, amount in given.items():
            self.left[id_] -= amount

    def at(self, item: Item, quantity: Fraction) -> tuple[Fraction, Fraction]:
        """Return, by step 6, the own side before and after the discount when `quantity` units are left."""
        own, left = self.own[item.id], self.left[item.id]
        if quantity == item.quantity:
            return own, left
        now = rho(item.price * quantity, self.cent)
        return (now, now) if left == own else (now, rho(left * quantity / item.quantity, self.cent))

    def figures(self, item: Item, quantity: Fraction) -> Figures:
        """Return, by steps 3 to 5, the figures of `quantity` units of an item."""
        cent, r = self.cent, item.r
        own, left = self.at(item, quantity)
        if item.inclusive:
            original_tax, tax = rho(own * r / (1 + r), cent), rho(left * r / (1 + r), cent)
            before, after = spread(original_tax, item.rates, cent), spread(tax, item.rates, cent)
            subtotal, total, original_total = own - original_tax, left, own
            discount_subtotal = subtotal - (left - tax)
        else:
            before = [rho(own * rate / 100, cent) for rate in item.rates]
            after = [rho(left * rate / 100, cent) for rate in item.rates]
            original_tax, tax = sum(before, ZERO), sum(after, ZERO)
            subtotal, total, original_total = own, left + tax, own + original_tax
            discount_subtotal = own - left
        totals = {
            "subtotal": subtotal,
            "original_subtotal": subtotal,
            "discount_subtotal": discount_subtotal,
            "tax_total": tax,
            "original_tax_total": original_tax,
            "total": total,
            "original_total": original_total,
            "discount_tax_total": original_tax - tax,
            "discount_total": original_total - total,
        }
        return Figures(totals, list(zip(before, after, strict=True)), self._offs(item))

    def _offs(self, item: Item) -> list[tuple[Fraction, Fraction]]:
        """Do step 5: the whole line's discount, spread over its promotions by what each takes exactly."""
        if not item.offs:
            return []
        own, left = self.own[item.id], self.left[item.id]
        if item.inclusive:
            net = (own - rho(own * item.r / (1 + item.r), self.cent)) - (
                left - rho(left * item.r / (1 + item.r), self.cent)
            )
            gross = own - left
        else:
            net = own - left
            gross = net + sum(
                (rho(own * rate / 100, self.cent) - rho(left * rate / 100, self.cent) for rate in item.rates), ZERO
            )
        weights = [item.net(off) for off in item.offs]
        return list(zip(spread(net, weights, self.cent), spread(gross, weights, self.cent), strict=True))


def spread(amount: Fraction, weights: Sequence[Fraction], cent: Fraction) -> list[Fraction]:
    """Divide by largest remainder; ties: the larger weight, then the first."""
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    exact = [amount * weight / whole for weight in weights]
    parts = [down(part, cent) for part in exact]
    order = sorted(range(len(weights)), key=lambda n: (parts[n] - exact[n], -weights[n], n))
    for number in order[: int((amount - sum(parts, ZERO)) / cent)]:
        parts[number] += cent
    return parts


def _part(item: Item, promotion: str) -> Fraction | None:
    """Return what a promotion takes off an item exactly, on the item's own side."""
    mine = [item.net(off) for off in item.offs if off.promotion == promotion]
    if not mine:
        return None
    return sum(mine, ZERO) * (1 + item.r) if item.inclusive else sum(mine, ZERO)
