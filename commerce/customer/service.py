"""Writes of the customer module: customers, guests among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.customer.models import Customer
from kit import clock
from kit.db import run, save
from kit.errors import CommerceError
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import attributes, change, locked, retire

HAS_ACCOUNT: Final = "Customer with this email already has an account"


async def create_customer(session: AsyncSession, given: Mapping[str, Any], created_by: str | None = None) -> Customer:
    """Create a customer without account. Errors: `invalid_data` for a mail that such a one has already."""
    row = Customer(created_by=created_by, **attributes(given))
    await save(session, row)
    await tell(session, "customer.created", row.id)
    return row


async def create_account(session: AsyncSession, given: Mapping[str, Any]) -> str:
    """Create a customer with an account and return the id; a guest of the same mail stays another customer.

    Errors: `duplicate_error` when the mail has an account, also when it is made at the same moment.
    """
    values = {"id": new_id("cus"), "has_account": True, **attributes(given)}
    made = insert(Customer).values(**values)
    free = made.on_conflict_do_nothing(
        index_elements=[Customer.email, Customer.has_account], index_where=text("deleted_at IS NULL")
    )
    customer_id: str | None = await session.scalar(free.returning(Customer.id))
    if customer_id is None:
        raise CommerceError("duplicate_error", HAS_ACCOUNT, "invalid_request_error")
    await tell(session, "customer.created", customer_id)
    return customer_id


async def update_customer(session: AsyncSession, customer_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a mail that is taken."""
    await change(session, await locked(session, Customer, customer_id), given)
    await tell(session, "customer.updated", customer_id)
    return customer_id


async def delete_customer(session: AsyncSession, customer_id: str) -> str:
    """Soft-delete a customer with their addresses; they are in no group any more."""
    gone = await retire(session, Customer, customer_id)
    await run(
        session,
        "UPDATE customer_address SET deleted_at = $2 WHERE customer_id = ANY($1::text[]) AND deleted_at IS NULL",
        *(gone, clock.now()),
    )
    await run(session, "DELETE FROM customer_group_customer WHERE customer_id = ANY($1::text[])", gone)
    await tell(session, "customer.deleted", *gone)
    return customer_id
