"""Writes of the cart module: the cart's own row and its addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run, value
from kit.ids import new_id

ADDRESS_FIELDS: Final = (
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
_COLUMNS: Final = ", ".join(ADDRESS_FIELDS)
_TYPED: Final = ", ".join(f"{name} text" for name in ADDRESS_FIELDS)


@dataclass(frozen=True, slots=True)
class CartHead:
    """The columns of a fresh cart; `rounding` never changes afterwards."""

    region_id: str
    currency_code: str
    sales_channel_id: str
    customer_id: str | None
    email: str | None
    locale: str | None
    metadata: Mapping[str, Any] | None
    rounding: str
    shipping_address_id: str | None = None
    billing_address_id: str | None = None


async def insert_cart(session: AsyncSession, head: CartHead) -> str:
    """Insert an empty cart and return its id."""
    cart_id = new_id("cart")
    await run(
        session,
        """INSERT INTO cart (id, region_id, currency_code, sales_channel_id, customer_id, email, locale, metadata,
             rounding, shipping_address_id, billing_address_id, version)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, 0)""",
        cart_id,
        head.region_id,
        head.currency_code,
        head.sales_channel_id,
        head.customer_id,
        head.email,
        head.locale,
        json.dumps(head.metadata) if head.metadata is not None else None,
        head.rounding,
        head.shipping_address_id,
        head.billing_address_id,
    )
    return cart_id


async def insert_address(session: AsyncSession, address: Mapping[str, Any]) -> str:
    """Insert a whole address, fields that are not given being null, and return its id."""
    address_id = new_id("caaddr")
    metadata = address.get("metadata")
    await run(
        session,
        f"""INSERT INTO cart_address (id, {_COLUMNS}, metadata)
            SELECT $1, {_COLUMNS}, $3::jsonb FROM jsonb_to_record($2::jsonb) AS x({_TYPED})""",  # noqa: S608 - fixed names
        address_id,
        json.dumps({name: address.get(name) for name in ADDRESS_FIELDS}),
        json.dumps(metadata) if metadata is not None else None,
    )
    return address_id


async def update_address(session: AsyncSession, address_id: str, given: Mapping[str, Any]) -> None:
    """Change only the given fields of an address."""
    fields = [name for name in ADDRESS_FIELDS if name in given]
    assignments = ", ".join(["updated_at = now()", *(f"{name} = x.{name}" for name in fields)])
    await run(
        session,
        f"UPDATE cart_address a SET {assignments} FROM jsonb_to_record($2::jsonb) AS x({_TYPED}) WHERE a.id = $1",  # noqa: S608 - fixed names
        address_id,
        json.dumps({name: given[name] for name in fields}),
    )


async def update_head(session: AsyncSession, cart_id: str, changes: Mapping[str, str | None]) -> None:
    """Set columns of the cart's own row; the names come from code, never from a request."""
    if not changes:
        return
    names = list(changes)
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, start=2))
    await run(session, f"UPDATE cart SET {assignments} WHERE id = $1", cart_id, *changes.values())  # noqa: S608 - fixed names


async def merge_metadata(session: AsyncSession, cart_id: str, given: Mapping[str, Any]) -> None:
    """Merge metadata key by key; an empty string removes its key (contract section 1)."""
    kept = {name: item for name, item in given.items() if item != ""}
    gone = [name for name, item in given.items() if item == ""]
    await run(
        session,
        "UPDATE cart SET metadata = (coalesce(metadata, '{}') || $2::jsonb) - $3::text[] WHERE id = $1",
        cart_id,
        json.dumps(kept),
        gone,
    )


async def current_address_id(session: AsyncSession, cart_id: str, kind: str) -> str | None:
    """Return the id of the cart's `shipping` or `billing` address."""
    column = {"shipping": "shipping_address_id", "billing": "billing_address_id"}[kind]
    found: str | None = await value(session, f"SELECT {column} FROM cart WHERE id = $1", cart_id)  # noqa: S608 - two fixed names
    return found
