"""Customers as payment providers know them, and a customer as a provider is told of them."""

from __future__ import annotations

from typing import Final

import queries.customer
from commerce.payment.models import AccountHolder
from kit.query import LIVE, Resource, many

KNOWN: Final = f"{LIVE} AND {{t}}.external_id IS NOT NULL"
"""Those that the provider has answered for."""

ACCOUNT_HOLDER: Final[Resource] = Resource(
    AccountHolder, key="account_holder", plural="account_holders", hidden=frozenset({"customer_id"})
)
PAYER: Final[Resource] = queries.customer.CUSTOMER.but(
    defaults=(
        *("id", "email", "company_name", "first_name", "last_name", "phone", "metadata"),
        *("*addresses", "*account_holders"),
    ),
    relations=lambda: {
        "addresses": many(lambda: queries.customer.ADDRESS, on="customer_id", where=LIVE),
        "account_holders": many(lambda: ACCOUNT_HOLDER, on="customer_id", where=KNOWN),
    },
)
"""What the context of a payment session says of the customer (contract section 14)."""
