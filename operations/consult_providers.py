"""What providers have to say of a cart before it is totalled (docs/adr/0010): calculated shipping, taxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import Address, CartState, Line, Method
from commerce.fulfillment.models import PriceType
from commerce.tax.port import SYSTEM, TaxedItem, TaxedShipping, TaxRequest
from kit.errors import conflict, invalid_data, unavailable
from operations.load_cart import LoadedCart
from operations.outside import Heard, Json, Question, Told, recall_all
from operations.tax_cart import UNTOLD, StoredTaxes, Tax, Taxes, ToldTaxes
from queries.shipping_price import load_price_requests

SHIPPING: Final = "shipping"
TAXES: Final = "taxes"
RETRY_SECONDS: Final = 5
CHANGING: Final = "The cart kept changing while a provider was asked. Try again."


@dataclass(frozen=True, slots=True)
class Consulted:
    """What is known: prices by shipping option (None: never heard), taxes, and what the cart is to keep of it."""

    prices: Mapping[str, Json | None]
    taxes: Taxes
    answers: Mapping[str, Any] = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()


async def consult(session: AsyncSession, loaded: LoadedCart, cart: CartState, insist: frozenset[str]) -> Consulted:
    """Return what providers say of the cart; without a statement where none has a say.

    `insist` names what has to be heard for the write to make sense: shipping options, or TAXES. Errors: NeedsError
    for what has to be asked; as `insisted`.
    """
    priced = await _price_questions(session, cart, loaded)
    taxed = _tax_question(cart, loaded)
    if not priced and taxed is None:
        return Consulted({}, StoredTaxes(loaded.rates))
    questions = [*priced.values(), *([] if taxed is None else [taxed])]
    found = dict(zip(questions, recall_all(questions, loaded.kept, loaded.told), strict=True))
    prices = {option_id: found[question] for option_id, question in priced.items()}
    for option_id in insist & prices.keys():
        insisted(prices[option_id], loaded.told, f"The price of shipping option {option_id}")
    if TAXES in insist and taxed is not None:
        insisted(found[taxed], loaded.told, "The tax of the cart")
    silent = {heard.question for heard in found.values() if not heard.is_confirmed}
    return Consulted(
        prices={option_id: heard.said for option_id, heard in prices.items()},
        taxes=StoredTaxes(loaded.rates) if taxed is None else _told_taxes(cart, found[taxed]),
        answers={each.fingerprint: heard.answer.as_json() for each, heard in found.items() if heard.answer},
        unconfirmed=(
            *((SHIPPING,) if silent.intersection(priced.values()) else ()),
            *((TAXES,) if taxed in silent else ()),
        ),
    )


def insisted(heard: Heard, told: Told, what: str) -> Json:
    """Return what was said.

    Errors: invalid_data when the provider refused; `unavailable` when it said nothing; conflict when it could not even
    be asked, since the cart changed all the time.
    """
    if heard.is_confirmed and heard.said is not None:
        if "refused" in heard.said:
            raise invalid_data(heard.said["refused"])
        return heard.said
    if told.is_final and heard.question.fingerprint not in told.answers:
        raise conflict(CHANGING)
    raise unavailable(f"{what} cannot be had at the moment: its provider does not answer. Try again.", RETRY_SECONDS)


async def _price_questions(session: AsyncSession, cart: CartState, loaded: LoadedCart) -> dict[str, Question]:
    methods = {str(method.shipping_option_id): method for method in cart.methods if _is_calculated(method, loaded)}
    if not methods:
        return {}
    data = {option_id: method.data for option_id, method in methods.items()}
    asked = await load_price_requests(session, cart.id, data, cart.lines)
    return {option_id: Question(each.provider_id, each.request) for option_id, each in asked.items()}


def _is_calculated(method: Method, loaded: LoadedCart) -> bool:
    offer = loaded.offers.get(method.shipping_option_id or "")
    return offer is not None and offer.price_type == PriceType.CALCULATED and not method.is_custom_amount


def _tax_question(cart: CartState, loaded: LoadedCart) -> Question | None:
    """Return the question to the address's tax provider, None where the shop's own rates decide."""
    provider_id, address = loaded.tax_provider_id, cart.shipping_address
    items = _taxed_lines(cart)
    if provider_id in (None, SYSTEM) or address is None or not cart.automatic_taxes or not (items or cart.methods):
        return None
    request = TaxRequest(
        currency_code=cart.currency_code,
        address=_place(address),
        items=[_taxed_item(line) for line in items],
        shipping=[TaxedShipping(shipping_option_id=method.shipping_option_id) for method in _taxed_methods(cart)],
        customer_id=loaded.account_id,
        customer_groups=sorted(cart.customer_groups),
    )
    return Question(str(provider_id), request)


def _told_taxes(cart: CartState, heard: Heard) -> Taxes:
    said, provider_id = heard.said, heard.question.provider_id.removeprefix("tp_")
    if said is None:
        return UNTOLD
    items = [_taxes(each, provider_id) for each in said["items"]]
    shipping = [_taxes(each, provider_id) for each in said["shipping"]]
    return ToldTaxes(
        {line.id: taxes for line, taxes in zip(_taxed_lines(cart), items, strict=True)},
        {method.shipping_option_id: taxes for method, taxes in zip(_taxed_methods(cart), shipping, strict=True)},
    )


def _taxes(said: Sequence[Sequence[str]], provider_id: str) -> list[Tax]:
    return [Tax(None, Decimal(rate), code, name, provider_id) for rate, code, name in said]


def _taxed_lines(cart: CartState) -> list[Line]:
    """Return what is asked about, in an order that does not depend on ids: a second try makes new ones."""
    return sorted((line for line in cart.lines if not line.is_giftcard), key=_place_of_line)


def _place_of_line(line: Line) -> tuple[Any, ...]:
    ids = (line.variant_id or "", line.product_id or "", line.product_type_id or "")
    return (*ids, line.quantity, line.unit_price, line.is_tax_inclusive)


def _taxed_methods(cart: CartState) -> list[Method]:
    return sorted(cart.methods, key=lambda method: method.shipping_option_id or "")


def _taxed_item(line: Line) -> TaxedItem:
    return TaxedItem(
        variant_id=line.variant_id,
        product_id=line.product_id,
        product_type_id=line.product_type_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        is_tax_inclusive=line.is_tax_inclusive,
    )


def _place(address: Address) -> dict[str, str | None]:
    codes = {name: (getattr(address, name) or "").lower() or None for name in ("country_code", "province")}
    return {**codes, **{name: getattr(address, name) for name in ("city", "postal_code", "address_1", "address_2")}}
