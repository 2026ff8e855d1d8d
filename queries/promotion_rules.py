"""The rules of a promotion with labels, and the values that a rule may name, as the dashboard reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce.promotion.attributes import APPLY_TO_QUANTITY, BUY_MINIMUM, CURRENCY, OPERATORS, Attribute, attributes
from kit import db
from kit.decimals import to_number
from kit.errors import not_found
from kit.query import LIVE, Column, Fragment, Resource, fetch_all, parse, plain
from queries.promotion import RULE

_SOURCES: Final = {
    "customer_group": ("id", "name", "customer_group"),
    "region": ("id", "name", "region"),
    "country": ("iso_2", "display_name", "region_country"),
    "sales_channel": ("id", "name", "sales_channel"),
    "currency_code": ("code", "name", "currency"),
    "product": ("id", "title", "product"),
    "product_category": ("id", "name", "product_category"),
    "product_collection": ("id", "title", "product_collection"),
    "product_type": ("id", "value", "product_type"),
    "product_tag": ("id", "value", "product_tag"),
    "shipping_option_type": ("id", "label", "shipping_option_type"),
}
_COLUMNS: Final = {name: Column(f"{{t}}.{name}") for name in ("value", "label")}


def _choices(value: str, label: str, table: str) -> Resource:
    return Resource(
        Fragment(
            f"SELECT {value} AS value, {label} AS label FROM {table} WHERE deleted_at IS NULL",
            _COLUMNS,
            primary_key=("value",),
        ),
        key="value",
        plural="values",
        defaults=("value", "label"),
        always=(),
        filters=plain("value"),
        search=("label",),
        limit=100,
        accepts=("application_method_target_type",),
    )


VALUES: Final[Mapping[str, Resource]] = {id_: _choices(*source) for id_, source in _SOURCES.items()}
_FIELDS: Final = parse("+created_at,+updated_at,+deleted_at", RULE.defaults)
_PROMOTION: Final = """SELECT p.type, m.target_type, m.currency_code, m.type AS method_type, m.apply_to_quantity,
    m.buy_rules_min_quantity
  FROM promotion p JOIN promotion_application_method m ON m.promotion_id = p.id
  WHERE p.id = $1 AND p.deleted_at IS NULL"""


async def fetch_rules(on: AsyncConnection, promotion_id: str, kind: str) -> list[dict[str, Any]]:
    """Return the rules of one kind (`rules`, `target-rules`, `buy-rules`) with the labels of what they name.

    What a promotion says outside of its rules, its currency and quantities, comes first as rules in disguise. Errors:
    not_found.
    """
    promotion = await db.one(on, _PROMOTION, promotion_id)
    if promotion is None:
        raise not_found(f"Promotion with id: {promotion_id} was not found")
    scope = [LIVE, "{t}.promotion_id = :promotion_id", "{t}.kind = :kind"]
    params = {"promotion_id": promotion_id, "kind": kind.replace("-", "_")}
    rows = json.loads(await fetch_all(on, RULE, _FIELDS, where=scope, params=params))
    known = {each["value"]: each for each in attributes(kind, promotion.type, promotion.target_type)}
    rows = [row for row in rows if not known.get(row["attribute"], {}).get("disguised")]
    labels = await _labels(on, rows, known)
    return [*_disguised(promotion, kind), *[_labelled(row, known.get(row["attribute"], {}), labels) for row in rows]]


def _disguised(promotion: Any, kind: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a driver row
    if kind == "rules" and promotion.method_type == "fixed" and promotion.currency_code:
        code = promotion.currency_code
        return [_in_disguise({**CURRENCY, "required": True}, [{"value": code, "label": code}])]
    if kind == "rules" or promotion.type != "buyget":
        return []
    attribute = BUY_MINIMUM if kind == "buy-rules" else APPLY_TO_QUANTITY
    number: Decimal | None = getattr(promotion, attribute["id"])
    return [_in_disguise(attribute, None if number is None else json.loads(to_number(number)))]


def _in_disguise(attribute: Attribute, values: Any) -> dict[str, Any]:  # noqa: ANN401 - a number or a list
    shown = {name: value for name, value in attribute.items() if name not in {"id", "value"}}
    about = {"attribute": attribute["id"], "attribute_label": attribute["label"]}
    return {**shown, **about, "operator": "eq", "operator_label": OPERATORS["eq"], "values": values}


def _labelled(row: dict[str, Any], attribute: Attribute, labels: Mapping[str, str]) -> dict[str, Any]:
    values = [{"value": each["value"], "label": labels.get(each["value"], each["value"])} for each in row["values"]]
    about = {"attribute_label": attribute.get("label"), "operator_label": OPERATORS.get(row["operator"])}
    return {**attribute, **row, **about, "values": values}


async def _labels(on: AsyncConnection, rows: list[dict[str, Any]], known: Mapping[str, Attribute]) -> dict[str, str]:
    """Return what the named values are called, by one statement for each attribute that is named."""
    labels: dict[str, str] = {}
    for path in sorted({row["attribute"] for row in rows} & known.keys()):
        resource = VALUES.get(known[path]["id"])
        if resource is None:
            continue
        named = [each["value"] for row in rows if row["attribute"] == path for each in row["values"]]
        where, params = ["{t}.value = ANY(:named::text[])"], {"named": named}
        selection = parse(None, resource.defaults, always=())
        for found in json.loads(await fetch_all(on, resource, selection, where=where, params=params)):
            labels[found["value"]] = found["label"]
    return labels
