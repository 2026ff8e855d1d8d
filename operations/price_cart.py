"""Prices and totals of a cart in memory: the one chain behind every cart write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Line, Method
from commerce.fulfillment.rules import STORE, Place, is_offered
from commerce.totals.results import TotalsResult
from commerce.totals.rules import calculate
from commerce.totals.types import Adjustment as GivenAdjustment
from commerce.totals.types import CreditLine as GivenCredit
from commerce.totals.types import Line as GivenLine
from commerce.totals.types import ShippingMethod as GivenMethod
from commerce.totals.types import TaxLine as GivenTax
from commerce.totals.types import TotalsInput
from kit.decimals import settle, to_number
from kit.errors import invalid_data
from kit.money import Currency
from operations.load_cart import LoadedCart
from operations.outside import Json
from queries.price_attributes import ADDRESS_KEYS, cart_attributes
from queries.prices import PriceContext, PriceQuery, SelectedPrice, select_prices, select_shipping_prices


async def price_lines(session: AsyncSession, cart: CartState, line_ids: frozenset[str]) -> CartState:
    """Return the cart with the named lines at today's prices for their quantities; invalid_data without a price."""
    asked = [line for line in cart.lines if line.id in line_ids and not line.is_custom_price and line.variant_id]
    queries = [PriceQuery(str(line.variant_id), line.quantity) for line in asked]
    prices = await select_prices(session, queries, price_context(cart))
    missing = [price.id for price in prices if price.unit_price is None]
    if missing:
        raise invalid_data(f"Variants with IDs {', '.join(missing)} do not have a price")
    priced = {
        line.id: replace(
            line,
            unit_price=price.unit_price or Decimal(0),
            is_tax_inclusive=price.is_tax_inclusive,
            compare_at_unit_price=price.compare_at_unit_price,
        )
        for line, price in zip(asked, prices, strict=True)
    }
    return replace(cart, lines=tuple(priced.get(line.id, line) for line in cart.lines))


def with_offered(cart: CartState, loaded: LoadedCart) -> CartState:
    """Return the cart without the shipping methods that are no longer offered."""
    return replace(cart, methods=tuple(method for method in cart.methods if _still_offered(method, cart, loaded)))


async def price_methods(
    session: AsyncSession, cart: CartState, item_total: Decimal, calculated: Mapping[str, Json | None]
) -> CartState:
    """Return the cart with its shipping methods at today's prices, without those that have none.

    `calculated` holds what providers said, by shipping option; None leaves the price as it was.
    """
    asked = [PriceQuery(id_) for method in cart.methods if (id_ := _flat(method, calculated)) is not None]
    prices = {
        price.id: price for price in await select_shipping_prices(session, asked, price_context(cart, item_total))
    }
    priced = [_priced(method, prices, calculated) for method in cart.methods]
    return replace(cart, methods=tuple(method for method in priced if method is not None))


def untaxed(cart: CartState) -> CartState:
    """Return the cart without tax lines."""
    lines = tuple(replace(line, tax_lines=()) for line in cart.lines)
    return replace(cart, lines=lines, methods=tuple(replace(method, tax_lines=()) for method in cart.methods))


def total_cart(cart: CartState) -> TotalsResult:
    """Return every total of the cart by the one calculator."""
    return calculate(totals_input(cart))


def totals_input(cart: CartState) -> TotalsInput:
    """Return the cart as the calculator takes it."""
    return TotalsInput(
        currency=Currency(cart.currency_code, cart.decimal_digits),
        rounding="none" if cart.rounding == "none" else "currency",
        lines=tuple(
            GivenLine(
                id=line.id,
                unit_price=line.unit_price,
                quantity=line.quantity,
                is_tax_inclusive=line.is_tax_inclusive,
                tax_lines=_given_taxes(line),
                adjustments=_given_adjustments(line),
            )
            for line in cart.lines
        ),
        shipping_methods=tuple(
            GivenMethod(
                id=method.id,
                amount=method.amount,
                is_tax_inclusive=method.is_tax_inclusive,
                tax_lines=_given_taxes(method),
                adjustments=_given_adjustments(method),
            )
            for method in cart.methods
        ),
        credit_lines=tuple(GivenCredit(credit.id, credit.amount) for credit in cart.credit_lines),
    )


def published_total(result: TotalsResult) -> Decimal:
    """Return the total exactly as it is stored and read back; without rounding the calculator keeps more digits."""
    return Decimal(to_number(settle(result.total)))


def price_context(cart: CartState, item_total: Decimal | None = None) -> PriceContext:
    """Return what price rules are held against; `item_total` is gross, after discounts."""
    address = cart.shipping_address
    attributes = cart_attributes(
        customer_id=cart.customer_id,
        customer_groups=cart.customer_groups,
        email=cart.email,
        sales_channel_id=cart.sales_channel_id,
        place={name: getattr(address, name, None) for name in ADDRESS_KEYS},
        item_total=item_total,
    )
    return PriceContext(cart.currency_code, cart.region_id, attributes)


def place_of(cart: CartState) -> Place | None:
    """Return where the cart is shipped to, None while there is no country."""
    address = cart.shipping_address
    if address is None or not address.country_code:
        return None
    return Place(address.country_code, address.province, address.city, address.postal_code)


def _still_offered(method: Method, cart: CartState, loaded: LoadedCart) -> bool:
    offer = loaded.offers.get(method.shipping_option_id or "")
    return offer is not None and is_offered(offer, place_of(cart), STORE)


def _flat(method: Method, calculated: Mapping[str, Json | None]) -> str | None:
    """Return the option whose stored price the method has."""
    return None if method.is_custom_amount or method.shipping_option_id in calculated else method.shipping_option_id


def _priced(
    method: Method, prices: Mapping[str, SelectedPrice], calculated: Mapping[str, Json | None]
) -> Method | None:
    option_id = str(method.shipping_option_id)
    if method.is_custom_amount:
        return method
    if option_id in calculated:
        said = calculated[option_id]
        if said is None or "refused" in said:
            return method if said is None else None
        return replace(method, amount=Decimal(said["amount"]), is_tax_inclusive=said["is_tax_inclusive"])
    price = prices.get(option_id)
    if price is None or price.unit_price is None:
        return None
    return replace(method, amount=price.unit_price, is_tax_inclusive=price.is_tax_inclusive)


def _given_taxes(thing: Line | Method) -> tuple[GivenTax, ...]:
    return tuple(GivenTax(tax.id, tax.rate) for tax in thing.tax_lines)


def _given_adjustments(thing: Line | Method) -> tuple[GivenAdjustment, ...]:
    return tuple(GivenAdjustment(a.id, a.amount, a.is_tax_inclusive, a.promotion_id, a.rank) for a in thing.adjustments)
