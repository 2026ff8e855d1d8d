"""A customer's account at a payment provider: the wish before the provider is asked, its answer, and who pays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.payment.accounts import Account, Customer
from kit.db import one, run
from kit.ids import new_id
from kit.query import LIVE, Selection, fetch_object, read_one
from queries.account_holder import PAYER

PAYING: Final = ("{t}.id = :id", LIVE)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as the session's context has it."""

    customer: dict[str, Any]
    provider_id: str

    @property
    def holder(self) -> dict[str, Any] | None:
        """Return their account at the provider, None while there is none."""
        holders = self.customer["account_holders"]
        return next((one for one in holders if one["provider_id"] == self.provider_id), None)

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether the provider knows the customer by their present address."""
        return self.holder is not None and self.holder["email"] == self.customer["email"]

    def as_context(self) -> dict[str, Any]:
        """Return what the session keeps, and shows, of them (contract section 14)."""
        addresses = self.customer["addresses"]
        billing = next((one for one in addresses if one["is_default_billing"]), addresses[0] if addresses else None)
        customer = self.customer | ({} if billing is None else {"billing_address": billing})
        return {"customer": customer} | ({} if self.holder is None else {"account_holder": self.holder})


async def load_payer(on: AsyncSession | AsyncConnection, customer_id: str, provider_id: str) -> Payer | None:
    """Return the customer with their addresses and accounts; None for one who is not there any more."""
    found = await fetch_object(on, PAYER, _whole(), where=PAYING, params={"id": customer_id})
    return None if found is None else Payer(json.loads(found), provider_id)


async def record_holder(session: AsyncSession, payer: Payer) -> Customer:
    """Commit the wish for an account, once for customer and provider: its id is the key of the call."""
    found, customer_id = payer.customer, payer.customer["id"]
    await run(session, _WISH, new_id("acchld"), payer.provider_id, customer_id, found["email"])
    row = await one(session, _WISHED, payer.provider_id, customer_id)
    if row is None:
        raise LookupError(f"the account of {customer_id} at {payer.provider_id} was written and is not there")
    names = [name for name in (found["first_name"], found["last_name"]) if name]
    return Customer(
        holder_id=row.id,
        customer_id=customer_id,
        email=found["email"],
        name=" ".join(names) or found["company_name"],
        phone=found["phone"],
        external_id=row.external_id,
        data=json.loads(row.data),
    )


async def settle_holder(session: AsyncSession, customer: Customer, account: Account) -> None:
    """Commit the provider's answer."""
    data = json.dumps(account.data)
    await run(session, _SETTLE, customer.holder_id, account.external_id, customer.email, data)


@cache
def _whole() -> Selection:
    return read_one(PAYER, []).selection


_WISH: Final = """
INSERT INTO account_holder (id, provider_id, customer_id, email, data) VALUES ($1, $2, $3, $4, '{}')
ON CONFLICT (provider_id, customer_id) WHERE deleted_at IS NULL DO NOTHING
"""
_WISHED: Final = """
SELECT id, external_id, data::text FROM account_holder
WHERE provider_id = $1 AND customer_id = $2 AND deleted_at IS NULL
"""
_SETTLE: Final = """
UPDATE account_holder SET external_id = $2, email = $3, data = $4::jsonb,
  updated_at = CASE WHEN external_id IS NULL THEN created_at ELSE now() END
WHERE id = $1 AND (external_id IS NULL OR external_id = $2)
"""
