"""Customer groups and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.customer.models import Customer, CustomerGroup
from kit.db import run, save
from kit.errors import not_found
from kit.rows import change, locked, retire


async def create_group(
    session: AsyncSession, name: str, metadata: Mapping[str, Any] | None = None, created_by: str | None = None
) -> CustomerGroup:
    """Create a group. Errors: `invalid_data` for a name that is taken."""
    row = CustomerGroup(name=name, metadata_=metadata and dict(metadata), created_by=created_by)
    await save(session, row)
    return row


async def update_group(session: AsyncSession, group_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a name that is taken."""
    await change(session, await locked(session, CustomerGroup, group_id), given)
    return group_id


async def delete_group(session: AsyncSession, group_id: str) -> str:
    """Soft-delete a group; nobody is in it any more."""
    gone = await retire(session, CustomerGroup, group_id)
    await run(session, "DELETE FROM customer_group_customer WHERE customer_group_id = ANY($1::text[])", gone)
    return group_id


async def change_customers_of_group(
    session: AsyncSession, group_id: str, *, add: Sequence[str], remove: Sequence[str]
) -> str:
    """Put customers into a group and take others out. Errors: `not_found` for the group or a customer to add."""
    await _require(session, "customer", add)  # customers before groups, as below: or two would wait for each other
    await locked(session, CustomerGroup, group_id)
    await _link(session, [(customer_id, group_id) for customer_id in add])
    await _unlink(session, [(customer_id, group_id) for customer_id in remove])
    return group_id


async def change_groups_of_customer(
    session: AsyncSession, customer_id: str, *, add: Sequence[str], remove: Sequence[str]
) -> str:
    """Put a customer into groups and take them out of others. Errors: `not_found` for them or a group to add to."""
    await locked(session, Customer, customer_id)
    await _require(session, "customer_group", add)
    await _link(session, [(customer_id, group_id) for group_id in add])
    await _unlink(session, [(customer_id, group_id) for group_id in remove])
    return customer_id


async def _require(session: AsyncSession, table: str, ids: Sequence[str]) -> None:
    """Lock what is to be linked, so that it cannot be deleted meanwhile; `not_found` names what is not there."""
    if not ids:
        return
    rows = await run(
        session,
        f"SELECT id FROM {table} WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR SHARE",  # noqa: S608 - one of two words
        list(ids),
    )
    missing = next((id_ for id_ in ids if id_ not in {row.id for row in rows}), None)
    if missing is not None:
        raise not_found(f"You tried to set relationship {table}_id: {missing}, but such entity does not exist")


async def _link(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    if pairs:
        await run(
            session,
            """INSERT INTO customer_group_customer (customer_id, customer_group_id)
            SELECT DISTINCT customer, "group" FROM unnest($1::text[], $2::text[]) AS pairs(customer, "group")
            ORDER BY 1, 2 ON CONFLICT DO NOTHING""",
            *map(list, zip(*pairs, strict=True)),
        )


async def _unlink(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    if pairs:
        await run(
            session,
            """DELETE FROM customer_group_customer m USING unnest($1::text[], $2::text[]) AS pairs(customer, "group")
            WHERE m.customer_id = pairs.customer AND m.customer_group_id = pairs."group" """,
            *map(list, zip(*pairs, strict=True)),
        )
