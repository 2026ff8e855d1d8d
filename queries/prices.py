"""Price selection (contract section 8), written once, in SQL, for pages, carts and shipping options.

Carts and shipping options (any session or connection, one statement whatever the number of items)::

    context = PriceContext("eur", region_id, {"customer.groups.id": [...]})
    prices = await select_prices(session, [PriceQuery(variant_id, quantity)], context)      # one per query, in order
    prices = await select_shipping_prices(session, [PriceQuery(option_id, None)], context)
    price.unit_price, price.is_tax_inclusive, price.compare_at_unit_price, price.calculated  # unit_price None: no price

Pages and statements of one's own join the fragment and publish its columns::

    LEFT JOIN LATERAL {selected_price("ps.price_set_id", "NULL::numeric", "$1::text", "$2::jsonb")} AS cp ON true
    SELECT {calculated_price_json("cp", "ps.price_set_id", "$1::text")}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit.db import run

_NUMBER: Final = r"'^-?[0-9]+(\.[0-9]+)?$'"
_COLUMNS: Final = ("id", "amount", "list_id", "list_type", "min_quantity", "max_quantity", "inclusive")


@dataclass(frozen=True)
class PriceQuery:
    """What to price: a variant or a shipping option; `quantity` None prices it as a storefront lists it."""

    id: str
    quantity: Decimal | None = None


@dataclass(frozen=True)
class PriceContext:
    """What rules are held against; an attribute has a list of values, strings or (for `gte` and the like) numbers."""

    currency_code: str
    region_id: str | None = None
    attributes: Mapping[str, Sequence[str | Decimal]] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the flat context as the SQL takes it: attribute -> list of values."""
        flat: dict[str, list[str | Decimal]] = {name: list(values) for name, values in self.attributes.items()}
        flat["currency_code"] = [self.currency_code]
        if self.region_id is not None:
            flat["region_id"] = [self.region_id]
        return "{" + ", ".join(f"{json.dumps(name)}: {_json_list(values)}" for name, values in flat.items()) + "}"


@dataclass(frozen=True)
class ChosenPrice:
    """One row of `price` that was chosen."""

    price_id: str
    amount: Decimal
    price_list_id: str | None
    price_list_type: str | None
    min_quantity: Decimal | None
    max_quantity: Decimal | None
    is_tax_inclusive: bool


@dataclass(frozen=True)
class SelectedPrice:
    """The answer to one query; without `calculated` there is no price for this currency and context."""

    id: str
    price_set_id: str | None
    calculated: ChosenPrice | None
    original: ChosenPrice | None

    @property
    def unit_price(self) -> Decimal | None:
        """The price of one unit, unrounded, in major units."""
        return self.calculated.amount if self.calculated else None

    @property
    def is_tax_inclusive(self) -> bool:
        """Whether the unit price includes tax."""
        return self.calculated is not None and self.calculated.is_tax_inclusive

    @property
    def compare_at_unit_price(self) -> Decimal | None:
        """The original amount when a sale list made it cheaper, else None."""
        if self.calculated is None or self.original is None or self.calculated.price_list_type != "sale":
            return None
        return self.original.amount if self.original.amount != self.calculated.amount else None


def selected_price(price_set: str, quantity: str, currency: str, context: str) -> str:
    """Return the parenthesised SELECT that chooses the prices of one price set, at most one row.

    The arguments are SQL expressions: text, numeric, text, jsonb. Columns: `calculated_` and `original_` + id,
    amount, list_id, list_type, min_quantity, max_quantity, inclusive.
    """
    rank = "ORDER BY rules DESC, amount, id LIMIT 1"
    return f"""(
  WITH preference AS MATERIALIZED (
    SELECT bool_or(is_tax_inclusive) FILTER (WHERE attribute = 'region_id') AS of_region,
           bool_or(is_tax_inclusive) FILTER (WHERE attribute = 'currency_code') AS of_currency
    FROM price_preference
    WHERE deleted_at IS NULL AND (attribute = 'region_id' AND value = {context} -> 'region_id' ->> 0
                                  OR attribute = 'currency_code' AND value = {currency})
  ), candidate AS MATERIALIZED ({_candidates(price_set, quantity, currency, context)}),
  listed AS (SELECT * FROM candidate WHERE list_id IS NOT NULL {rank}),
  plain AS (SELECT * FROM candidate WHERE list_id IS NULL {rank}),
  overriding AS (SELECT * FROM candidate WHERE list_type = 'override' {rank}),
  calculated AS (
    SELECT * FROM listed
    WHERE list_type = 'override' OR NOT EXISTS (SELECT FROM plain WHERE plain.amount < listed.amount)
    UNION ALL
    SELECT * FROM plain
    WHERE NOT EXISTS (SELECT FROM listed WHERE list_type = 'override' OR listed.amount <= plain.amount)
  ), original AS (
    SELECT * FROM overriding
    UNION ALL
    SELECT * FROM plain WHERE NOT EXISTS (SELECT FROM overriding)
  )
  SELECT {_columns("calculated")}, {_columns("original")} FROM calculated LEFT JOIN original ON true
)"""


def _candidates(price_set: str, quantity: str, currency: str, context: str) -> str:
    """Return the prices that qualify: quantity, their own rules, their list's state and rules."""
    return f"""
    SELECT p.id, p.amount, p.price_list_id AS list_id, list.type AS list_type, p.min_quantity, p.max_quantity,
           p.rules_count + coalesce(list.rules_count, 0) AS rules,
           coalesce(CASE WHEN rule.regional THEN preference.of_region END, preference.of_currency, false) AS inclusive
    FROM price p CROSS JOIN preference
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE {_rule_matches(context)}) AS matched, bool_or(r.attribute = 'region_id') AS regional
      FROM price_rule r WHERE p.rules_count > 0 AND r.price_id = p.id AND r.deleted_at IS NULL
    ) rule
    LEFT JOIN LATERAL (
      SELECT pl.type, pl.rules_count FROM price_list pl
      WHERE pl.id = p.price_list_id AND pl.deleted_at IS NULL AND pl.status = 'active'
        AND (pl.starts_at IS NULL OR pl.starts_at <= now()) AND (pl.ends_at IS NULL OR pl.ends_at >= now())
        AND pl.rules_count = (
          SELECT count(*) FROM price_list_rule lr
          WHERE lr.price_list_id = pl.id AND lr.deleted_at IS NULL AND EXISTS (
            SELECT FROM jsonb_array_elements({context} -> lr.attribute) v(value) WHERE lr.value @> v.value))
    ) list ON true
    WHERE p.price_set_id = {price_set} AND p.currency_code = {currency} AND p.deleted_at IS NULL
      AND (p.min_quantity IS NULL OR p.min_quantity <= coalesce({quantity}, 1))
      AND (p.max_quantity IS NULL OR {quantity} IS NULL OR p.max_quantity >= {quantity})
      AND p.rules_count = rule.matched AND (p.price_list_id IS NULL OR list.type IS NOT NULL)"""


def _rule_matches(context: str) -> str:
    """Return the condition that rule `r` holds: a string of the context equals, or a number compares."""
    compare = " ".join(
        f"WHEN '{name}' THEN (v.value #>> '{{}}')::numeric {sign} r.value::numeric"
        for name, sign in (("eq", "="), ("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="))
    )
    return f"""({context} -> r.attribute) @> to_jsonb(r.value) OR CASE WHEN r.value ~ {_NUMBER} THEN EXISTS (
        SELECT FROM jsonb_array_elements({context} -> r.attribute) v(value)
        WHERE CASE WHEN jsonb_typeof(v.value) = 'number' THEN CASE r.operator {compare} END END) END"""


def _columns(which: str) -> str:
    return ", ".join(f"{which}.{name} AS {which}_{name}" for name in _COLUMNS)


def calculated_price_json(alias: str, price_set: str, currency: str, extra: str = "") -> str:
    """Return the JSON that Medusa shows as `calculated_price` (contract section 8.6), null without a price.

    `alias` names a joined `selected_price`, `price_set` and `currency` are SQL expressions, `extra` is a list of
    further keys and values for `json_build_object`, with a leading comma.
    """
    return f"""CASE WHEN {alias}.calculated_id IS NOT NULL THEN json_build_object(
      'id', {price_set}, {_amount_json(alias, "calculated")}, {_amount_json(alias, "original")},
      'currency_code', {currency},
      'calculated_price', {_price_json(alias, "calculated")}, 'original_price', {_price_json(alias, "original")}{extra}
    ) END"""


def _amount_json(alias: str, which: str) -> str:
    amount = f"trim_scale({alias}.{which}_amount)"
    return f"""'is_{which}_price_price_list', {alias}.{which}_list_id IS NOT NULL,
      'is_{which}_price_tax_inclusive', coalesce({alias}.{which}_inclusive, false), '{which}_amount', {amount},
      'raw_{which}_amount', CASE WHEN {alias}.{which}_id IS NOT NULL
        THEN json_build_object('value', {amount}::text, 'precision', 20) END"""


def _price_json(alias: str, which: str) -> str:
    of = f"{alias}.{which}"
    return f"""json_build_object('id', {of}_id, 'price_list_id', {of}_list_id, 'price_list_type', {of}_list_type,
      'min_quantity', trim_scale({of}_min_quantity), 'max_quantity', trim_scale({of}_max_quantity))"""


def _over_arrays(link: str, owner: str) -> str:
    """Return the statement that prices what `$1` names.

    PostgreSQL would plan it anew for each length of an array that it sees, which costs more than to run it; behind a
    SELECT it sees none.
    """
    chosen = selected_price("link.price_set_id", "asked.quantity", "$3::text", "$4::jsonb")
    names = ", ".join(f"cp.{which}_{name}" for which in ("calculated", "original") for name in _COLUMNS)
    return f"""SELECT asked.id, link.price_set_id, {names}
FROM unnest((SELECT $1::text[]), (SELECT $2::numeric[])) WITH ORDINALITY AS asked(id, quantity, place)
LEFT JOIN {link} link ON link.{owner} = asked.id
LEFT JOIN LATERAL {chosen} AS cp ON true
ORDER BY asked.place"""


_OF_VARIANTS: Final = _over_arrays("product_variant_price_set", "variant_id")
_OF_SHIPPING_OPTIONS: Final = _over_arrays("shipping_option_price_set", "shipping_option_id")


async def select_prices(
    on: AsyncSession | AsyncConnection, items: Sequence[PriceQuery], context: PriceContext
) -> list[SelectedPrice]:
    """Price variants; the answers come in the order of `items`, an id asked twice is answered twice."""
    return await _select(on, _OF_VARIANTS, items, context)


async def select_shipping_prices(
    on: AsyncSession | AsyncConnection, items: Sequence[PriceQuery], context: PriceContext
) -> list[SelectedPrice]:
    """Price shipping options with a flat price; `item_total` in the context is a number, gross after discounts."""
    return await _select(on, _OF_SHIPPING_OPTIONS, items, context)


async def _select(
    on: AsyncSession | AsyncConnection, sql: str, items: Sequence[PriceQuery], context: PriceContext
) -> list[SelectedPrice]:
    if not items:
        return []
    ids, quantities = [item.id for item in items], [item.quantity for item in items]
    rows = [list(row) for row in await run(on, sql, ids, quantities, context.currency_code, context.as_json())]
    width = 2 + len(_COLUMNS)
    return [SelectedPrice(row[0], row[1], _chosen(row[2:width]), _chosen(row[width:])) for row in rows]


def _chosen(columns: Sequence[Any]) -> ChosenPrice | None:
    return ChosenPrice(*columns) if columns[0] is not None else None


def _json_list(values: Sequence[str | Decimal]) -> str:
    """Return a JSON list whose decimals keep every digit."""
    return "[" + ", ".join(json.dumps(v) if isinstance(v, str) else f"{v:f}" for v in values) + "]"
