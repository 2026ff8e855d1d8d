"""Writes of the pricing module: whether prices of a currency or a region include tax (contract section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import PricePreference
from kit.db import save
from kit.rows import change, locked, retire

CURRENCY: Final = "currency_code"


async def create_preference(
    session: AsyncSession, attribute: str, value: str, *, is_tax_inclusive: bool = False
) -> PricePreference:
    """Create a preference. Errors: `invalid_data` for an attribute and value that have one."""
    row = PricePreference(attribute=attribute, value=_stored(attribute, value), is_tax_inclusive=is_tax_inclusive)
    await save(session, row)
    return row


async def update_preference(session: AsyncSession, preference_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for an attribute and value that have one."""
    row = await locked(session, PricePreference, preference_id)
    named = {"attribute": row.attribute, "value": row.value, **given}
    await change(session, row, {**given, "value": _stored(named["attribute"], named["value"])})
    return preference_id


async def delete_preference(session: AsyncSession, preference_id: str) -> str:
    """Soft-delete a preference."""
    await retire(session, PricePreference, preference_id)
    return preference_id


def _stored(attribute: str, value: str) -> str:
    """Return a value as prices are compared with it: currency codes are lower case (contract section 1)."""
    return value.lower() if attribute == CURRENCY else value
