"""Generated carts and promotions of every kind, as the operations see them: no hand-made discounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from commerce.cart.rows import CartState, Line, Method, TaxLine
from commerce.promotion.types import Budget, Promotion, Rule
from commerce.totals.types import Counters, TotalsInput
from kit.money import Currency
from operations.load_promotions import LoadedPromotions
from operations.price_cart import totals_input
from operations.promote_cart import promote

D = Decimal
NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
CURRENCIES: Final = (Currency("eur", 2), Currency("jpy", 0), Currency("kwd", 3))
RATES: Final = ("0", "5.5", "7.25", "19", "33.3333")
STACKED: Final = (("7.25", "0"), ("5.5", "19"), ("33.3333", "7.25"), ("19", "33.3333"))
FRACTIONS: Final = ("0.5", "0.25", "1.5", "2.75", "0.333", "3.1", "120")
PRODUCTS: Final = ("prod_a", "prod_b", "prod_c")
FACTS: Final = {
    "region_id": "reg_1",
    "customer_id": "cus_1",
    "email": "a@b.example",
    "customer": {"groups": [{"id": "g_1"}, {"id": "g_2"}]},
    "shipping_address": None,
}


@dataclass(frozen=True)
class Case:
    """A cart without discounts, all promotions of its shop, and the codes that each of its writes asks for.

    After the first write the lines' quantities become those of `later`, by id.
    """

    cart: CartState
    promotions: tuple[Promotion, ...]
    writes: tuple[tuple[str, ...], ...]
    later: Mapping[str, Decimal] = field(default_factory=dict)

    def found(self, cart: CartState, codes: Sequence[str] = ()) -> LoadedPromotions:
        """Return what a write of `cart` that names `codes` loads."""
        held = tuple(p for p in self.promotions if p.is_automatic or p.id in cart.promotion_ids or p.code in codes)
        products = {product: {"id": product} for product in PRODUCTS}
        return LoadedPromotions(held, FACTS, products, NOW, frozenset(codes))

    def written(self, cart: CartState, codes: Sequence[str] = ()) -> CartState:
        """Return `cart` after a write."""
        return promote(cart, self.found(cart, codes))[0]

    @property
    def promoted(self) -> CartState:
        """The cart after all its writes."""
        cart = self.cart
        for number, codes in enumerate(self.writes):
            cart = self.written(self.changed(cart) if number else cart, codes)
        return cart

    def changed(self, cart: CartState) -> CartState:
        """Return the cart with its later quantities, its discounts as they were."""
        lines = tuple(replace(line, quantity=self.later.get(line.id, line.quantity)) for line in cart.lines)
        return replace(cart, lines=lines)

    @property
    def given(self) -> TotalsInput:
        """The promoted cart as the calculator takes it."""
        return totals_input(self.promoted)


def decimals(*numbers: str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([D(number) for number in numbers])


def prices(digits: int) -> st.SearchStrategy[Decimal]:
    """Return prices in minor units, small ones, and finer than the currency has them."""
    return st.one_of(
        st.integers(0, 99_999).map(lambda n: D(n).scaleb(-digits)),
        st.integers(0, 300).map(lambda n: D(n).scaleb(-digits)),
        st.integers(0, 9_999).map(lambda n: D(n).scaleb(-digits - 2)),
    )


QUANTITIES: Final = st.one_of(st.integers(1, 12).map(D), st.integers(1, 3).map(D), decimals(*FRACTIONS))
PERCENT: Final = st.one_of(st.integers(1, 100).map(D), decimals("100", "50", "33.3333", "12.5", "15", "0.5"))
BOUNDS: Final = decimals("0", "5", "20", "50", "100", "250")
AUTOMATIC: Final = Promotion("promo_a", "A", "standard", "active", "percentage", D(10), "order", is_automatic=True)
IS_RARE: Final = st.integers(0, 5).map(lambda n: n == 5)


@st.composite
def _taxes(draw: st.DrawFn, owner: str) -> tuple[TaxLine, ...]:
    rates = draw(st.one_of(st.sampled_from([(), *[(rate,) for rate in RATES]]), st.sampled_from(STACKED)))
    return tuple(TaxLine(f"{owner}-tax{n}", D(rate), f"t{n}", None, None, "tp_system") for n, rate in enumerate(rates))


@st.composite
def _lines(draw: st.DrawFn, number: int, digits: int) -> Line:
    inclusive, name = draw(st.booleans()), f"cali_{number:03}"
    return replace(
        _plain_line(number, draw(prices(digits)), inclusive=inclusive, rate="0"),
        product_id=draw(st.sampled_from(PRODUCTS)),
        quantity=draw(QUANTITIES),
        is_discountable=not draw(IS_RARE),
        tax_lines=draw(_taxes(name)),
    )


def _plain_line(number: int, price: Decimal, *, inclusive: bool, rate: str) -> Line:
    """Return a line of one unit."""
    name = f"cali_{number:03}"
    return Line(
        id=name,
        variant_id=f"variant_{number}",
        product_id="prod_a",
        product_type_id=None,
        quantity=D(1),
        unit_price=price,
        compare_at_unit_price=None,
        is_tax_inclusive=inclusive,
        is_custom_price=False,
        is_giftcard=False,
        is_discountable=True,
        requires_shipping=True,
        metadata=None,
        tax_lines=(TaxLine(f"{name}-tax0", D(rate), "t0", None, None, "tp_system"),),
    )


@st.composite
def _methods(draw: st.DrawFn, number: int, digits: int) -> Method:
    name = f"casm_{number}"
    return Method(
        id=name,
        shipping_option_id=f"so_{number}",
        shipping_profile_id="sp_1",
        name="Parcel",
        amount=draw(prices(digits)),
        is_tax_inclusive=draw(st.booleans()),
        is_custom_amount=False,
        data={},
        tax_lines=draw(_taxes(name)),
    )


@st.composite
def _budgets(draw: st.DrawFn, number: int) -> Budget:
    """Draw the budget of a campaign, which several promotions may share."""
    kind = draw(st.sampled_from(["usage", "use_by_attribute", "spend"]))
    limit = draw(st.integers(1, 3) if kind != "spend" else st.integers(1, 60))
    return Budget(f"probudg_{number}", kind, D(limit), D(draw(st.integers(0, 1))), "customer_id")


@st.composite
def _amounts(draw: st.DrawFn, digits: int) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"type": "percentage", "value": draw(PERCENT)}
    currency_code = draw(st.sampled_from([None, None, None, "eur", "jpy", "kwd"]))
    return {"type": "fixed", "value": draw(prices(digits)), "currency_code": currency_code}


@st.composite
def _targets(draw: st.DrawFn) -> dict[str, Any]:
    target = draw(st.sampled_from(["order", "items", "items", "shipping_methods"]))
    if target == "order":
        return {"target_type": target, "allocation": None}
    allocation = draw(st.sampled_from(["each", "across", "once"]))
    most = None if allocation == "across" else D(draw(st.integers(1, 4)))
    rules = draw(_product_rules("items.product.id")) if target == "items" else ()
    return {"target_type": target, "allocation": allocation, "max_quantity": most, "target_rules": rules}


@st.composite
def _buyget(draw: st.DrawFn) -> dict[str, Any]:
    apply_to = draw(st.integers(1, 3))
    return {
        "kind": "buyget",
        "target_type": "items",
        "allocation": "each",
        "apply_to_quantity": D(apply_to),
        "max_quantity": D(apply_to + draw(st.integers(0, 4))),
        "buy_rules_min_quantity": D(draw(st.integers(1, 3))),
        "buy_rules": draw(_product_rules("items.product.id")),
        "target_rules": draw(_product_rules("items.product.id")),
    }


@st.composite
def _product_rules(draw: st.DrawFn, path: str) -> tuple[Rule, ...]:
    how, most = draw(st.sampled_from([(None, 1), (None, 1), (None, 1), ("in", 3), ("eq", 2), ("ne", 1)]))
    if how is None:
        return ()
    return (Rule(path, how, tuple(draw(st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=most, unique=True)))),)


@st.composite
def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Draw rules about the cart: mostly none, some that never hold, some about its totals."""
    match draw(st.integers(0, 9)):
        case 9:
            group = draw(st.sampled_from(["g_1", "g_3"]))
            return (Rule("customer.groups.id", draw(st.sampled_from(["in", "eq", "ne"])), (group,)),)
        case 7 | 8:
            name = draw(st.sampled_from(["item_total", "total", "item_subtotal", "discount_total"]))
            return (Rule(name, draw(st.sampled_from(["gte", "gte", "gt", "lte", "lt"])), (str(draw(BOUNDS)),)),)
    return ()


@st.composite
def promotions(draw: st.DrawFn, number: int, digits: int, budgets: Sequence[Budget | None]) -> Promotion:
    """Draw one promotion, of any kind."""
    is_limited = draw(IS_RARE)
    shape = draw(st.one_of(_targets(), _targets(), _buyget()))
    return Promotion(
        **{
            "id": f"promo_{number}",
            "code": f"P{number}",
            "kind": "standard",
            "status": "draft" if draw(IS_RARE) and draw(IS_RARE) else "active",
            "is_automatic": draw(st.booleans()),
            "is_tax_inclusive": draw(st.booleans()),
            "limit": D(2) if is_limited else None,
            "used": D(draw(st.integers(1, 2))) if is_limited else D(0),
            "budget": draw(st.sampled_from(budgets)),
            "rules": draw(_rules()),
            **draw(_amounts(digits)),
            **shape,
        }
    )


def _counts(most: int) -> st.SearchStrategy[int]:
    """Return how many there are: rarely none."""
    return st.sampled_from([*range(most + 1), *range(2, most + 1), *range(2, most + 1)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a cart of up to six lines with up to four promotions of its shop."""
    currency = draw(st.sampled_from(CURRENCIES))
    digits = currency.decimal_digits
    cart = cart_of(
        currency,
        [draw(_lines(number, digits)) for number in range(draw(_counts(6)))],
        [draw(_methods(number, digits)) for number in range(draw(st.integers(0, 2)))],
    )
    budgets = [*[None] * 6, draw(_budgets(1)), draw(_budgets(2))]
    found = [draw(promotions(number, digits, budgets)) for number in range(draw(_counts(4)))]
    codes = [promotion.code for promotion in found]
    first = tuple(code for code in codes if draw(st.booleans()))
    later = {line.id: draw(QUANTITIES) for line in cart.lines if draw(IS_RARE)}
    return Case(cart, tuple(found), (first, tuple(code for code in codes if code not in first)), later)


@st.composite
def long_carts(draw: st.DrawFn, *, cheap: bool) -> Case:
    """Draw a cart of many lines under one to three automatic promotions that are shared by all of it.

    The lines cost whole minor units, at least ten of them; with `cheap` a few hundredths each, but for the last.
    """
    currency = draw(st.sampled_from(CURRENCIES))
    digits, count = currency.decimal_digits, draw(st.integers(1, 60))
    costs = st.integers(1, draw(st.sampled_from([49, 150]))) if cheap else st.integers(10, 99_999)
    priced = [D(draw(costs)) for _ in range(count)]
    inclusive, rate = draw(st.booleans()), draw(st.sampled_from(RATES))
    lines = [
        _plain_line(number, price.scaleb(-digits - 2 if cheap else -digits), inclusive=inclusive, rate=rate)
        for number, price in enumerate([*priced, D(5000 if cheap else 100)])
    ]
    found = []
    for number in range(draw(st.integers(1, 3))):
        changes = {"value": draw(PERCENT), "is_tax_inclusive": draw(st.booleans())}
        if draw(st.booleans()):
            changes |= {"type": "fixed", "value": D(draw(st.integers(1, 999))).scaleb(-digits - 1)}
        found.append(replace(AUTOMATIC, id=f"promo_{number}", code=f"P{number}", **changes))
    return Case(cart_of(currency, lines, [], "currency"), tuple(found), ((),))


def cart_of(currency: Currency, lines: Sequence[Line], methods: Sequence[Method], rounding: str = "none") -> CartState:
    """Return a cart without discounts."""
    return CartState(
        id="cart_1",
        version=1,
        region_id="reg_1",
        customer_id="cus_1",
        customer_groups=("g_1", "g_2"),
        sales_channel_id="sc_1",
        email="a@b.example",
        currency_code=currency.code,
        decimal_digits=currency.decimal_digits,
        rounding=rounding,
        automatic_taxes=True,
        countries=("de",),
        shipping_address=None,
        lines=tuple(lines),
        methods=tuple(methods),
        credit_lines=(),
        collection=None,
    )


def in_mode(case: Case, rounding: str) -> Case:
    """Return the case with its cart in a rounding mode."""
    return replace(case, cart=replace(case.cart, rounding=rounding))


@st.composite
def counters(draw: st.DrawFn, quantity: Decimal) -> Counters:
    """Draw where the units of an order's line are: never more of them back than there are."""
    parts, free = [], quantity
    for _ in range(3):
        part = draw(st.sampled_from([D(0), D(0), min(D(1), free), min(D("0.5"), free), free]))
        parts.append(part)
        free -= part
    moved = st.sampled_from([D(0), min(D(1), quantity), quantity])
    fulfilled = draw(moved)
    return Counters(fulfilled, min(fulfilled, draw(moved)), *parts, draw(moved))
