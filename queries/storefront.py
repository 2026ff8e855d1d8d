"""What a storefront sees of a catalogue: in the channels of its key, with prices and stock where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kit import db
from kit.errors import invalid_data
from kit.query import Request, Selection
from kit.query.compiler import Shape, compile_list, compile_one
from kit.query.counting import Finding, finding
from kit.query.fetch import fetch_rows
from kit.query.parameters import Value
from kit.query.refusals import wrong_type
from kit.query.resource import Resource
from queries.pricing_context import PriceView, context_sql, context_values, params_of
from queries.selecting import also

ACCEPTS: Final = ("region_id", "country_code", "province", "cart_id", "sales_channel_id")
IN_CHANNELS: Final = """EXISTS (SELECT FROM product_sales_channel s
    WHERE s.product_id = {product} AND s.sales_channel_id = ANY(:sales_channel_ids::text[]))"""
"""The condition that a product, `{product}` being its id, is offered in one of the channels."""


@dataclass(frozen=True)
class Shopper:
    """Who looks: the channels that their key opens, and the customer if one is logged in."""

    sales_channel_ids: Sequence[str]
    customer_id: str | None
    rounding: str


@dataclass(frozen=True)
class Look:
    """What a request means for a shopper: what is shown, where prices are, and the scope with its parameters."""

    selection: Selection
    view: PriceView | None
    where: tuple[str, ...]
    params: Mapping[str, object]
    rounding: str


Shown = Callable[[bool], Resource]  # by whether amounts with tax show


def look(asked: Request, shopper: Shopper, where: tuple[str, ...], *, variants: str) -> Look:
    """Read a request; `variants` is the dotted prefix by which variants are reached.

    Errors: invalid_data for a bad parameter, or a channel that the key does not open.
    """
    rest = {name: _text(name, value) for name, value in asked.rest.items() if name != "sales_channel_id"}
    selection = asked.selection
    if "region_id" in rest:
        selection = also(selection, f"{variants}calculated_price")
    view = None
    if selection.asks(f"{variants}calculated_price"):
        places = {name: rest.get(name) for name in ("region_id", "cart_id", "country_code", "province")}
        view = PriceView(**places, customer_id=shopper.customer_id)
    params = {"sales_channel_ids": _channels(asked.rest.get("sales_channel_id"), shopper)}
    return Look(selection, view, where, params, shopper.rounding)


async def fetch_page(on: AsyncConnection, shown: Shown, asked: Request, seen: Look) -> str:
    """Return a page as JSON text, by two statements. Errors: invalid_data for a region that is not there."""
    resource = shown(False)
    shape = Shape(seen.where, asked.narrowing.terms, asked.order, frozenset(seen.params))
    listing, bound = compile_list(resource, shape), {**seen.params, "limit": asked.limit, "offset": asked.offset}
    first = finding(on, listing, listing.bind(bound, asked.narrowing.values))
    row, prices = await _found(on, first, seen)
    count, keys = first.settle(row)
    page = await fetch_rows(on, shown("country_code" in prices), seen.selection, keys, {**seen.params, **prices})
    return f'{{"{resource.plural}":{page},"count":{count},"offset":{asked.offset},"limit":{asked.limit}}}'


async def fetch_single(on: AsyncConnection, shown: Shown, id_: str, seen: Look) -> str | None:
    """Return one object as JSON text, None when it is not there for this shopper. Errors: as `fetch_page`."""
    prices: Mapping[str, object] = {}
    if seen.view is not None:
        row = await db.one(on, context_sql(1), *context_values(seen.view))
        prices = params_of(row, seen.view, seen.rounding)
    bound = {**seen.params, **prices, "id": id_}
    shape = Shape(("{t}.id = :id", *seen.where), given=frozenset(bound))
    resource = shown("country_code" in prices)
    statement = compile_one(resource, seen.selection, shape)
    found = await db.value(on, statement.sql, *statement.bind(bound))
    return None if found is None else f'{{"{resource.key}":{found}}}'


async def _found(on: AsyncConnection, first: Finding, seen: Look) -> tuple[Any, Mapping[str, object]]:
    """Return what is found and, by the same statement, the parameters of its prices."""
    if seen.view is None:
        return await db.one(on, first.sql, *first.params), {}
    context = context_sql(len(first.params) + 1)
    sql = f"SELECT found.*, context.* FROM ({first.sql}) found CROSS JOIN ({context}) context"
    row: Any = await db.one(on, sql, *first.params, *context_values(seen.view))
    return row, params_of(row, seen.view, seen.rounding)


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
