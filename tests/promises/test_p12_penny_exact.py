"""Promise 12: what the lines cost is what the cart costs, what the provider is asked for, and what the order says.

The laws of money are proven at length in tests/unit/totals (docs/money.md); here is the promise by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from commerce.totals import publish
from commerce.totals.publish import cart_totals, line_totals, tax_line_totals
from commerce.totals.rules import calculate
from kit.db import Database
from kit.decimals import NEGLIGIBLE, rho
from kit.money import Currency
from kit.settings import Settings
from operations.load_cart import load_cart
from operations.load_promotions import Codes
from operations.price_cart import totals_input
from providers.sandbox.log import Effect, read
from tests.promises.mint import DIGITS, PROVINCE, SANDBOX, VARIANTS, Mint, minted
from tests.reference import translated
from tests.reference.whole import figures
from tests.reference.whole import promote as promoted_by_reference
from tests.support.generated_carts import Case, cases, in_mode
from tests.support.price_reference import choose, inclusive
from tests.support.properties import IS_LONG, PROPERTY
from tests.support.sandbox import Sandbox

Amounts = Mapping[str, Any]
CARTS = 30 if IS_LONG else 3  # of each currency
WHOLE = ("total", "tax_total", "discount_total", "item_total", "shipping_total")
PART = ("total", "tax_total", "discount_total", "tax_lines.total")
PARTS = [f"{parts}.{name}" for parts in ("items", "shipping_methods") for name in PART]
SHOWN = "fields=" + ",".join([*WHOLE, *PARTS])


def wrong_pennies(whole: Amounts, lines: list[Amounts], methods: list[Amounts], digits: int) -> list[str]:
    """Return in words what of a cart's or an order's published figures does not add up, or is no whole amount."""
    told, parts = [], [*lines, *methods]
    sums = {
        "total": sum(part["total"] for part in parts),
        "tax_total": sum(part["tax_total"] for part in parts),
        "discount_total": sum(part["discount_total"] for part in parts),
        "item_total": sum(line["total"] for line in lines),
        "shipping_total": sum(method["total"] for method in methods),
    }
    told += [f"{name} is {whole[name]}, its parts {amount}" for name, amount in sums.items() if whole[name] != amount]
    for part in parts:
        taxes = sum(tax["total"] for tax in part["tax_lines"])
        told += [f"taxes of a line are {part['tax_total']}, its rates {taxes}"] * (part["tax_total"] != taxes)
    amounts = [whole["total"], *(part["total"] for part in parts)]
    unit = Currency("", digits).unit
    return told + [f"{amount} is no amount that can be paid" for amount in amounts if amount != rho(amount, unit)]


def published(case: Case) -> list[str]:
    """Return what is wrong with a generated cart as it is published."""
    result = calculate(totals_input(case.promoted))
    lines, methods = (
        [{**line_totals(part), "tax_lines": [*tax_line_totals(part).values()]} for part in parts]
        for parts in (result.lines, result.shipping_methods)
    )
    return wrong_pennies(cart_totals(result), lines, methods, case.cart.decimal_digits)


def rounded_at_the_door(monkeypatch: pytest.MonkeyPatch, digits: int) -> None:
    """Compute without rounding and round what is shown, as a careless shop does."""
    unit = Currency("", digits).unit
    monkeypatch.setattr(publish, "settle", lambda amount: rho(amount, unit) if abs(amount) > NEGLIGIBLE else Decimal(0))


@PROPERTY
@given(cases())
def test_p12_lines_and_taxes_add_up_to_the_total(case: Case) -> None:
    assert published(in_mode(case, "currency")) == []


def test_p12_mutation_rounded_at_the_door_lines_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []

    @PROPERTY
    @given(cases())
    def look(case: Case) -> None:
        with monkeypatch.context() as patched:
            rounded_at_the_door(patched, case.cart.decimal_digits)
            found.extend(published(in_mode(case, "none")))

    look()
    assert any("total is" in sentence for sentence in found)


@pytest.fixture
def settings(database_url: str, shared_sandbox: Sandbox) -> Settings:
    return Settings(
        database_url=database_url,
        temporal_address="127.0.0.1:1",
        jwt_secret="a secret of 32 bytes, and a few more",
        password_memory_kib=8,
        password_time_cost=1,
        sandbox_url=shared_sandbox.url,
        throttle=False,
        log_level="ERROR",
    )


async def filled(mint: Mint, currency: str) -> tuple[str, list[str]]:
    """Fill a cart by chance, and return it with the codes that were asked for."""
    dice = mint.dice
    address = {"first_name": "Ada", "country_code": {"eur": "de", "jpy": "jp", "kwd": "kw"}[currency]}
    if currency == "eur" and dice.random() < 0.5:
        address |= PROVINCE
    body = {"region_id": mint.ids[currency], "email": "ada@example.com", "shipping_address": address}
    cart_id: str = (await mint.ask("/store/carts", body))["cart"]["id"]
    for number in dice.sample(range(VARIANTS), dice.randint(1, 5)):
        line = {"variant_id": mint.ids[f"variant {number}"], "quantity": dice.choice([1, 2, 3, 7, 1.5])}
        await mint.ask(f"/store/carts/{cart_id}/line-items", line)
    await mint.ask(f"/store/carts/{cart_id}/shipping-methods", {"option_id": mint.ids["parcel"]})
    return cart_id, dice.sample(mint.codes, dice.randint(0, 4))


async def shown_by(mint: Mint, cart_id: str) -> Amounts:
    cart: Amounts = (await mint.ask(f"/store/carts/{cart_id}?{SHOWN}"))["cart"]
    return cart


async def paid(mint: Mint, cart_id: str) -> tuple[Amounts, str, Amounts]:
    """Pay the cart, and return what was to be collected, the session, and the order."""
    made = (await mint.ask("/store/payment-collections", {"cart_id": cart_id}))["payment_collection"]
    path = f"/store/payment-collections/{made['id']}/payment-sessions"
    collection = (await mint.ask(path, {"provider_id": SANDBOX}))["payment_collection"]
    answer = await mint.ask(f"/store/carts/{cart_id}/complete?{SHOWN}", {})
    assert answer["type"] == "order", answer
    return collection, collection["payment_sessions"][0]["id"], answer["order"]


def asked_of(sandbox: Sandbox, session_id: str) -> dict[str, Decimal]:
    """Return what the sandbox was asked for, the last time of each kind."""
    effects: list[Effect] = [each for entry in read(sandbox.log) for each in entry.effects]
    return {each.kind: each.amount for each in effects if each.session == session_id}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("currency", DIGITS)
async def test_p12_lines_cart_collection_provider_and_order_are_one_amount(
    wide_database: Database, settings: Settings, temporal: str, shared_sandbox: Sandbox, currency: str
) -> None:
    """The prices and the discounts are those of the references too: sections 7 to 9 from the catalogue to the till."""
    async with minted(wide_database, settings, temporal, seed=len(currency) + DIGITS[currency]) as mint:
        for _ in range(CARTS):
            cart_id, codes = await filled(mint, currency)
            expected = await by_the_references(mint, wide_database, cart_id, codes)
            if codes:
                await mint.ask(f"/store/carts/{cart_id}/promotions", {"promo_codes": codes})
            cart = await shown_by(mint, cart_id)
            assert wrong_pennies(cart, cart["items"], cart["shipping_methods"], DIGITS[currency]) == []
            assert cart["total"] == expected
            if not cart["total"]:
                continue  # nothing to pay
            collection, session_id, order = await paid(mint, cart_id)
            told = asked_of(shared_sandbox, session_id)
            amounts = [collection["amount"], told["create"], told["authorise"], order["total"]]
            assert amounts == [cart["total"]] * 4
            assert wrong_pennies(order, order["items"], order["shipping_methods"], DIGITS[currency]) == []


async def by_the_references(mint: Mint, database: Database, cart_id: str, codes: list[str]) -> Decimal:
    """Return what the cart costs with `codes`, of which nothing but rows was asked: prices, discounts and rounding."""
    loaded = await database.transact(lambda session: load_cart(session, cart_id, codes=Codes(add=tuple(codes))))
    state, found = loaded.state, loaded.promotions
    assert found is not None
    context = {"region_id": [str(state.region_id)]}
    for line in state.lines:
        rows = [row for row in mint.prices if row.price_set_id == line.variant_id]
        price, _ = choose(rows, state.currency_code, line.quantity, context, found.now)
        assert price is not None
        assert (line.unit_price, line.is_tax_inclusive) == (
            price.amount,
            inclusive(price, state.currency_code, state.region_id, mint.includes_tax),
        )
    cart = translated.cart_of(state, found.cart, found.products)
    asked = [promotion.id for promotion in found.promotions if promotion.code in codes]
    promoted_by_reference(cart, [translated.promotion_of(each) for each in found.promotions], asked)
    total = figures(cart)[0]["total"]
    return Decimal(total.numerator) / Decimal(total.denominator)


async def test_p12_mutation_rounded_at_the_door_carts_do_not_add_up(
    wide_database: Database, settings: Settings, temporal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = settings.model_copy(update={"rounding": "none"})
    async with minted(wide_database, careless, temporal, seed=1) as mint:
        rounded_at_the_door(monkeypatch, 2)
        wrong = []
        for _ in range(5):
            cart_id, codes = await filled(mint, "eur")
            if codes:
                await mint.ask(f"/store/carts/{cart_id}/promotions", {"promo_codes": codes})
            cart = await shown_by(mint, cart_id)
            wrong += wrong_pennies(cart, cart["items"], cart["shipping_methods"], 2)
    assert any("total is" in sentence for sentence in wrong), wrong
