"""Customers, their groups and their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import queries.order
from commerce.customer.models import Customer, CustomerAddress, CustomerGroup
from kit.query import LIVE, Filter, Kind, Link, Relation, Resource, many, ops, plain
from queries.selecting import with_orders_whole

_IN_GROUP: Final = "customer_group_customer"
_NAMES: Final = ("company_name", "first_name", "last_name")
_PLACE: Final = ("city", "province", "postal_code")
_PLACED: Final = f"{LIVE} AND NOT {{t}}.is_draft_order"
_MOMENTS: Final = ("created_at", "updated_at", "deleted_at")

_AS_THEY_STAND: Final = {"version": None}  # of the orders that a customer leads to
_SINCE: Final = ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)


def _linked(mine: str, other: str) -> dict[str, Filter]:
    """Return the filters `<other>s` and `<other>s[id]`: rows that are in a group with one of those."""
    sql = f"EXISTS (SELECT FROM {_IN_GROUP} m WHERE m.{mine} = {{t}}.id AND m.{other}_id {{matches}})"
    name = f"{other.removeprefix('customer_')}s"
    return {name: Filter(sql, operators=True), f"{name}.id": Filter(sql)}


ADDRESS: Final[Resource] = Resource(
    CustomerAddress,
    key="address",
    plural="addresses",
    defaults=(
        *("id", "address_name", "company", "customer_id", "first_name", "last_name", "address_1", "address_2", "city"),
        *("province", "postal_code", "country_code", "phone", "metadata", "created_at", "updated_at"),
    ),
    filters=plain("company", "city", "country_code", "province", "postal_code"),
    search=("address_name", "company", "first_name", "last_name", "address_1", "address_2", *_PLACE),
    with_deleted=True,
)
STORE_ADDRESS: Final[Resource] = ADDRESS.but(
    defaults=(*ADDRESS.defaults, "is_default_shipping", "is_default_billing"),
    allowed=(),
    filters=plain("city", "country_code", "postal_code"),
)
OF_CUSTOMER: Final = (LIVE, "{t}.customer_id = :customer_id")
"""The addresses of one customer."""

CUSTOMER_GROUP: Final[Resource] = Resource(
    CustomerGroup,
    key="customer_group",
    plural="customer_groups",
    defaults=("id", "name", "created_by", *_MOMENTS, "metadata"),
    filters={
        **plain("id", "name", "created_by"),
        **_linked("customer_group_id", "customer"),
        **_SINCE,
    },
    search=("name",),
    combines=True,
    with_deleted=True,
    params=_AS_THEY_STAND,
    relations=lambda: {
        "customers": many(lambda: CUSTOMER, on=Link(_IN_GROUP, "customer_group_id", "customer_id"), where=LIVE)
    },
)


def _relations() -> Mapping[str, Relation]:
    return {
        "groups": many(lambda: CUSTOMER_GROUP, on=Link(_IN_GROUP, "customer_id", "customer_group_id"), where=LIVE),
        "addresses": many(lambda: ADDRESS, on="customer_id", where=LIVE),
        "orders": many(lambda: queries.order.OF_CUSTOMER, on="customer_id", where=_PLACED),
    }


CUSTOMER: Final[Resource] = Resource(
    Customer,
    key="customer",
    plural="customers",
    defaults=("id", *_NAMES, "email", "phone", "metadata", "has_account", "created_by", *_MOMENTS),
    filters={
        **ops("id"),
        **plain("email", *_NAMES, "created_by"),
        **plain("has_account", kind=Kind.BOOLEAN),
        **_linked("customer_id", "customer_group"),
        **_SINCE,
    },
    search=("company_name", "first_name", "last_name", "email", "phone"),
    combines=True,
    with_deleted=True,
    relations=_relations,
    params=_AS_THEY_STAND,
)
STORE_CUSTOMER: Final[Resource] = CUSTOMER.but(
    defaults=("id", "email", *_NAMES, "phone", "metadata", "has_account", *_MOMENTS, "*addresses"),
    allowed=(
        *(f"addresses.{name}" for name in STORE_ADDRESS.defaults),
        "orders",
    ),
    amend=with_orders_whole,
)
