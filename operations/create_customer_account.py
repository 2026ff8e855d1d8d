"""Make one who registered a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import link_actor
from commerce.customer.service import create_account
from kit.errors import invalid_data


async def create_customer_account(session: AsyncSession, identity_id: str, given: Mapping[str, Any]) -> str:
    """Create the customer that an identity will be from its next login on, and return the id.

    Errors: `invalid_data` without a mail or when the identity is a customer already; `duplicate_error` when the mail
    has an account.
    """
    if not given.get("email"):
        raise invalid_data("Email is required to create a customer")
    customer_id = await create_account(session, given)
    await link_actor(session, identity_id, "customer", customer_id)
    return customer_id
