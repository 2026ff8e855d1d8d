"""Write a cart's own row with its addresses and its guest, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.customer.addresses import POSTAL
from kit.db import run, value
from kit.ids import new_id

HEAD_FIELDS: Final = (
    "region_id",
    "currency_code",
    "sales_channel_id",
    "email",
    "locale",
    "shipping_address_id",
    "billing_address_id",
)


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


@dataclass(frozen=True, slots=True)
class NewAddress:
    """A whole address, fields that are not given being null."""

    given: Mapping[str, Any]
    id: str = field(default_factory=lambda: new_id("caaddr"))

    def row(self) -> dict[str, Any]:
        """Return its columns."""
        return {"id": self.id, "metadata": self.given.get("metadata")} | {name: self.given.get(name) for name in POSTAL}


@dataclass(frozen=True, slots=True)
class HeadChange:
    """What changes: columns of the cart, new addresses, given fields of addresses by id, metadata, a guest's mail.

    Metadata is merged key by key, an empty string removing its key (contract section 1). With `guest` the cart's
    customer is the one without account who has this mail, made if there is none (contract section 11).
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    addresses: Sequence[NewAddress] = ()
    edits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    guest: str | None = None


async def insert_head(session: AsyncSession, head: CartHead, addresses: Sequence[NewAddress], guest: str | None) -> str:
    """Insert an empty cart with its addresses, and with a guest as `HeadChange` says; return the cart's id."""
    cart_id = new_id("cart")
    document = _document(HeadChange(addresses=addresses, guest=guest)) | {"head": asdict(head)}
    customer_id = await value(session, _INSERT, cart_id, json.dumps(document))
    await _see_guest(session, cart_id, guest, customer_id)
    return cart_id


async def change_head(session: AsyncSession, cart_id: str, change: HeadChange) -> None:
    """Change the row of a locked cart; nothing without a change."""
    if change == HeadChange():
        return
    customer_id = await value(session, _CHANGE, cart_id, json.dumps(_document(change)))
    await _see_guest(session, cart_id, change.guest, customer_id)


def _document(change: HeadChange) -> dict[str, Any]:
    return {
        "head": dict(change.columns),
        "made": [address.row() for address in change.addresses],
        "edited": [{"id": id_, "given": dict(given)} for id_, given in change.edits.items()],
        "metadata": {name: item for name, item in change.metadata.items() if item != ""},
        "unset": [name for name, item in change.metadata.items() if item == ""],
        "guest": change.guest,
        "guest_id": new_id("cus"),
    }


async def _see_guest(session: AsyncSession, cart_id: str, guest: str | None, customer_id: str | None) -> None:
    """Find the guest whom somebody else was just making: the statement that waited for that does not see it."""
    if guest is not None and customer_id is None:
        await run(session, _GUEST_AGAIN, cart_id, guest)


def _changed(names: Sequence[str], given: str, table: str) -> str:
    """Return assignments of the columns that `given` names, null among its values; the others stay."""
    return ", ".join(f"{n} = CASE WHEN {given} ? '{n}' THEN {given} ->> '{n}' ELSE {table}.{n} END" for n in names)


_COLUMNS: Final = ", ".join(POSTAL)
_TYPED: Final = ", ".join(f"{name} text" for name in POSTAL)
_EDITED: Final = _changed(POSTAL, "e.given", "a")
_HEAD: Final = _changed(HEAD_FIELDS, "(d -> 'head')", "cart")
_GUEST: Final = "SELECT id FROM customer WHERE email = {email} AND NOT has_account AND deleted_at IS NULL"
_NAMED_GUEST: Final = _GUEST.format(email="(d ->> 'guest')")
_PARTS: Final = f"""
WITH doc AS (SELECT $2::jsonb AS d),
made AS (
  INSERT INTO cart_address (id, {_COLUMNS}, metadata) SELECT id, {_COLUMNS}, metadata
  FROM doc, jsonb_to_recordset(d -> 'made') AS x(id text, {_TYPED}, metadata jsonb)),
edited AS (
  UPDATE cart_address a SET {_EDITED}, updated_at = now()
  FROM doc, jsonb_to_recordset(d -> 'edited') AS e(id text, given jsonb) WHERE a.id = e.id),
guest AS (
  INSERT INTO customer (id, email, has_account) SELECT d ->> 'guest_id', d ->> 'guest', false
  FROM doc WHERE d ->> 'guest' IS NOT NULL
  ON CONFLICT (email, has_account) WHERE deleted_at IS NULL DO NOTHING RETURNING id),
buyer AS (SELECT coalesce((SELECT id FROM guest), ({_NAMED_GUEST})) AS id FROM doc)
"""
_INSERT: Final = f"""{_PARTS}
INSERT INTO cart (id, version, region_id, currency_code, sales_channel_id, email, locale, rounding,
  shipping_address_id, billing_address_id, metadata, customer_id)
SELECT $1, 0, h.region_id, h.currency_code, h.sales_channel_id, h.email, h.locale, h.rounding,
  h.shipping_address_id, h.billing_address_id, h.metadata,
  CASE WHEN d ->> 'guest' IS NULL THEN h.customer_id ELSE (SELECT id FROM buyer) END
FROM doc, jsonb_to_record(d -> 'head') AS h(region_id text, currency_code text, sales_channel_id text,
  customer_id text, email text, locale text, metadata jsonb, rounding text, shipping_address_id text,
  billing_address_id text)
RETURNING customer_id
"""
_CHANGE: Final = f"""{_PARTS}
UPDATE cart SET {_HEAD},
  metadata = CASE WHEN d -> 'metadata' = '{{}}' AND d -> 'unset' = '[]' THEN cart.metadata
    ELSE (coalesce(cart.metadata, '{{}}') || (d -> 'metadata')) - ARRAY(SELECT jsonb_array_elements_text(d -> 'unset'))
  END,
  customer_id = CASE WHEN d ->> 'guest' IS NULL THEN cart.customer_id ELSE (SELECT id FROM buyer) END
FROM doc WHERE cart.id = $1 RETURNING cart.customer_id
"""
_GUEST_AGAIN: Final = f"UPDATE cart SET customer_id = ({_GUEST.format(email='$2')}) WHERE id = $1"
