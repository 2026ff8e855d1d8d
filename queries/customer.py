"""Customers and their groups."""

from __future__ import annotations

from typing import Final

from commerce.customer.models import Customer, CustomerGroup
from kit.query import LIVE, Link, Resource, many

CUSTOMER_GROUP: Final[Resource] = Resource(CustomerGroup, key="customer_group", plural="customer_groups")
CUSTOMER: Final[Resource] = Resource(
    Customer,
    key="customer",
    plural="customers",
    relations={
        "groups": many(
            lambda: CUSTOMER_GROUP,
            on=Link("customer_group_customer", "customer_id", "customer_group_id"),
            where=LIVE,
        )
    },
)
