"""The addresses that customers keep; at most one is their default for shipping, and one for billing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.customer.models import Customer, CustomerAddress
from kit import clock
from kit.db import run, save
from kit.errors import not_found
from kit.rows import attributes, change, locked

POSTAL: Final = (
    "first_name",
    "last_name",
    "phone",
    "company",
    "address_1",
    "address_2",
    "city",
    "country_code",
    "province",
    "postal_code",
)
DEFAULTS: Final = ("is_default_shipping", "is_default_billing")


async def add_address(session: AsyncSession, customer_id: str, given: Mapping[str, Any]) -> str:
    """Keep an address of a customer and return the customer's id. Errors: `not_found` for the customer."""
    await locked(session, Customer, customer_id)  # who else sets a default waits here
    await _clear_defaults(session, customer_id, given)
    await save(session, CustomerAddress(customer_id=customer_id, **attributes(_stored(given))))
    return customer_id


async def update_address(session: AsyncSession, customer_id: str, address_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given and return the customer's id. Errors: `not_found` unless it is this customer's address."""
    await locked(session, Customer, customer_id)
    row = (await session.scalars(select(CustomerAddress).where(*_mine(customer_id, address_id)))).first()
    if row is None:
        raise not_found(f"Address with id: {address_id} was not found")
    await _clear_defaults(session, customer_id, given, besides=address_id)
    await change(session, row, _stored(given))
    return customer_id


async def delete_address(session: AsyncSession, customer_id: str, address_id: str) -> str:
    """Soft-delete an address if it is this customer's, and return the customer's id. Errors: `not_found` for them."""
    await locked(session, Customer, customer_id)
    await run(
        session,
        "UPDATE customer_address SET deleted_at = $3 WHERE id = $1 AND customer_id = $2 AND deleted_at IS NULL",
        *(address_id, customer_id, clock.now()),
    )
    return customer_id


async def kept_address(session: AsyncSession, customer_id: str | None, address_id: str) -> dict[str, Any]:
    """Return the postal fields of an address that a customer keeps. Errors: `not_found` unless it is theirs."""
    mine = _mine(customer_id, address_id)
    row = (await session.execute(select(*(getattr(CustomerAddress, name) for name in POSTAL)).where(*mine))).first()
    if row is None:
        raise not_found(f"Address with id: {address_id} was not found")
    return {name: value for name, value in zip(POSTAL, row, strict=True) if value is not None}


def _mine(customer_id: str | None, address_id: str) -> tuple[Any, ...]:
    return (
        CustomerAddress.id == address_id,
        CustomerAddress.customer_id == customer_id,
        CustomerAddress.deleted_at.is_(None),
    )


def _stored(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are stored: the country in lower case (contract section 1)."""
    country = given.get("country_code")
    return {**given, **({"country_code": country.lower()} if country else {})}


async def _clear_defaults(
    session: AsyncSession, customer_id: str, given: Mapping[str, Any], *, besides: str | None = None
) -> None:
    """Take the flags that are given to this address from the one that has them."""
    for flag in DEFAULTS:
        if given.get(flag):
            await run(
                session,
                f"""UPDATE customer_address SET {flag} = false, updated_at = $3
                WHERE customer_id = $1 AND {flag} AND deleted_at IS NULL AND id IS DISTINCT FROM $2""",  # noqa: S608 - one of two words
                *(customer_id, besides, clock.now()),
            )
