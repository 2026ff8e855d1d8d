"""Price lists and their prices, as an admin reads them (contract section 22)."""

from __future__ import annotations

from typing import Final

from commerce.pricing.models import PriceListStatus, PriceSet
from kit.query import LIVE, Kind, Link, Resource, computed, many, one, ops, plain
from queries.price import PRICE, PRICE_LIST
from queries.product import VARIANT

_VARIANT_SETS: Final = "product_variant_price_set"
_PRICE_SET: Final = Resource(
    PriceSet,
    key="price_set",
    plural="price_sets",
    relations={"variant": one(lambda: VARIANT, on=Link(_VARIANT_SETS, "price_set_id", "variant_id"), where=LIVE)},
)
LISTED_PRICE: Final[Resource] = PRICE.but(
    defaults=(
        *("id", "currency_code", "amount", "min_quantity", "max_quantity", "created_at", "deleted_at", "updated_at"),
        *("price_set.variant.id", "price_rules.value", "price_rules.attribute"),
    ),
    relations={**PRICE.links, "price_set": one(lambda: _PRICE_SET, on="price_set_id", where=LIVE)},
    with_deleted=True,
)


def _rules(table: str, owner: str) -> str:
    """Return the rules of a row as one object: attribute -> value."""
    return f"""SELECT coalesce(jsonb_object_agg(r.attribute, r.value), '{{}}') FROM {table} r
    WHERE r.{owner} = {{t}}.id AND r.deleted_at IS NULL"""


# A list shows its rules, and its prices their rules and variants, in the form in which they were given.
_OWN_PRICE: Final = PRICE.but(
    relations={},
    computed={
        "variant_id": computed(
            f"SELECT v.variant_id FROM {_VARIANT_SETS} v WHERE v.price_set_id = {{t}}.price_set_id", Kind.TEXT
        ),
        "rules": computed(_rules("price_rule", "price_id")),
    },
    instead={"price_set": "variant_id", "price_rules": "rules"},
)
ADMIN_PRICE_LIST: Final[Resource] = PRICE_LIST.but(
    defaults=(
        *("id", "type", "description", "title", "status", "starts_at", "ends_at", "created_at", "updated_at"),
        *("deleted_at", "metadata", "rules"),
    ),
    filters={
        **plain("id"),
        **ops("starts_at", "ends_at", kind=Kind.MOMENT),
        **plain("status", takes="list", values=tuple(PriceListStatus)),
        **plain("rules_count", kind=Kind.INTEGER, takes="list"),
    },
    search=("title", "description"),
    combines=True,
    with_deleted=True,
    computed={"rules": computed(_rules("price_list_rule", "price_list_id"))},
    instead={"price_list_rules": "rules"},
    relations={"prices": many(lambda: _OWN_PRICE, on="price_list_id", where=LIVE)},
)
NEW_PRICE_LIST: Final = ADMIN_PRICE_LIST.but(
    accepts=("offset", "limit", "order", "with_deleted", "q", *ADMIN_PRICE_LIST.filters, "$and", "$or")
)
"""What creating one shows: its route takes a list's parameters, and heeds none but `fields`."""
