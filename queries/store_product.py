"""The products that a storefront may see, with prices and stock: one statement, and one more that counts a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit import db
from kit.errors import invalid_data
from kit.query import LIVE, Request, read_list, read_one
from kit.query.compiler import Shape, compile_count, compile_one, compile_page
from kit.query.parameters import Value
from kit.query.refusals import wrong_type
from kit.query.resource import Resource
from kit.query.selection import Selection
from queries.pricing_context import PriceView, context_sql, context_values, params_of
from queries.product import PRODUCT, product_relations
from queries.selecting import also
from queries.store_product_fields import ALLOWED, DEFAULTS
from queries.taxonomy import CATEGORY

STORE_PRODUCT: Final = PRODUCT.but(
    defaults=DEFAULTS,
    allowed=ALLOWED,
    max_hops=4,
    accepts=("region_id", "country_code", "province", "cart_id", "sales_channel_id"),
    idle=("with_deleted",),
)
_UNASKED: Final = CATEGORY.but(along=())
# By whether amounts with tax show, and whether a single product shows its categories unasked, as the peer's does.
_SHOWN: Final[Mapping[tuple[bool, bool], Resource]] = {
    (taxed, unasked): STORE_PRODUCT.but(
        relations=product_relations(taxed=taxed, category=_UNASKED if unasked else CATEGORY)
    )
    for taxed in (False, True)
    for unasked in (False, True)
}
_SCOPE: Final = (
    LIVE,
    "{t}.status = 'published'",
    """EXISTS (SELECT FROM product_sales_channel s
    WHERE s.product_id = {t}.id AND s.sales_channel_id = ANY(:sales_channel_ids::text[]))""",
)


@dataclass(frozen=True)
class Shopper:
    """Who looks: the channels that their key opens, and the customer if one is logged in."""

    sales_channel_ids: Sequence[str]
    customer_id: str | None
    rounding: str


async def fetch_products(on: AsyncConnection, pairs: Iterable[tuple[str, str]], shopper: Shopper) -> str:
    """Return a page of products as JSON text, by two statements.

    Errors: invalid_data for a bad query string, a channel that the key does not open, a region that is not there.
    """
    asked = read_list(STORE_PRODUCT, pairs)
    view, selection, params = _read(asked, shopper)
    shape = Shape(_SCOPE, asked.narrowing.terms)
    count, prices = await _count(on, shape, {**params}, asked.narrowing.values, (view, shopper.rounding))
    page = "[]"
    if asked.limit and asked.offset < count:
        bound = {**params, **prices}
        resource = _SHOWN["country_code" in prices, False]
        shape = Shape(_SCOPE, asked.narrowing.terms, asked.order, frozenset(bound))
        statement = compile_page(resource, selection, shape)
        values = statement.bind({**bound, "limit": asked.limit, "offset": asked.offset}, asked.narrowing.values)
        page = await db.value(on, statement.sql, *values)
    return f'{{"products":{page},"count":{count},"offset":{asked.offset},"limit":{asked.limit}}}'


async def fetch_product(
    on: AsyncConnection, id_: str, pairs: Iterable[tuple[str, str]], shopper: Shopper
) -> str | None:
    """Return one product as JSON text, None when it is not there for this shopper. Errors: as `fetch_products`."""
    view, selection, params = _read(read_one(STORE_PRODUCT, pairs, as_list=True), shopper)
    prices: Mapping[str, object] = {}
    if view is not None:
        row = await db.one(on, context_sql(1), *context_values(view))
        prices = params_of(row, view, shopper.rounding)
    unasked = selection.child("categories") is None
    if unasked:
        selection = also(selection, "categories.is_internal")
    bound = {**params, **prices, "id": id_}
    shape = Shape(("{t}.id = :id", *_SCOPE), given=frozenset(bound))
    statement = compile_one(_SHOWN["country_code" in prices, unasked], selection, shape)
    found = await db.value(on, statement.sql, *statement.bind(bound))
    return None if found is None else f'{{"product":{found}}}'


async def _count(
    on: AsyncConnection,
    shape: Shape,
    params: Mapping[str, object],
    values: Sequence[object],
    pricing: tuple[PriceView | None, str],
) -> tuple[int, Mapping[str, object]]:
    """Return how many products match and, by the same statement, the parameters of their prices."""
    counting = compile_count(STORE_PRODUCT, shape)
    bound = counting.bind(params, values)
    view, rounding = pricing
    if view is None:
        return await db.value(on, counting.sql, *bound), {}
    sql = f"SELECT ({counting.sql}) AS matching, context.* FROM ({context_sql(len(bound) + 1)}) context"
    row: Any = await db.one(on, sql, *bound, *context_values(view))
    return row.matching, params_of(row, view, rounding)


def _read(asked: Request, shopper: Shopper) -> tuple[PriceView | None, Selection, dict[str, object]]:
    """Return whether prices are wanted and where, what is shown, and the scope's parameters."""
    rest = {name: _text(name, value) for name, value in asked.rest.items() if name != "sales_channel_id"}
    selection = asked.selection
    if "region_id" in rest:
        selection = also(selection, "variants.calculated_price")
    if selection.asks("variants.inventory_quantity"):
        selection = also(selection, "variants.manage_inventory")
    view = None
    if selection.asks("variants.calculated_price"):
        places = {name: rest.get(name) for name in ("region_id", "cart_id", "country_code", "province")}
        view = PriceView(**places, customer_id=shopper.customer_id)
    params: dict[str, object] = {"sales_channel_ids": _channels(asked.rest.get("sales_channel_id"), shopper)}
    return view, selection, params


def _channels(asked: Value | None, shopper: Shopper) -> list[str]:
    opened = list(shopper.sales_channel_ids)
    if not opened:
        raise invalid_data("Publishable key needs to have a sales channel configured")
    if asked is None:
        return opened
    named = [_text("sales_channel_id", each) for each in (asked if isinstance(asked, list) else [asked])]
    if not set(named) <= set(opened):
        raise invalid_data("Requested sales channel is not part of the publishable key")
    return named


def _text(name: str, value: Value) -> str:
    """Return a parameter's text. Errors: invalid_data when it is a list or an object, or no text one can store."""
    if not isinstance(value, str) or "\x00" in value:
        raise wrong_type(name, "string", value)
    return value
