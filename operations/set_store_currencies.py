"""Say which currencies the store supports."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.service import prefer
from commerce.store.service import set_currencies


async def set_store_currencies(session: AsyncSession, store_id: str, currencies: Mapping[str, bool]) -> None:
    """Replace the store's currencies (code -> is it the default); a new one gets a preference: prices without tax.

    Errors: `invalid_data` unless exactly one is the default.
    """
    await set_currencies(session, store_id, currencies)
    for code in currencies:
        await prefer(session, "currency_code", code.lower(), is_tax_inclusive=None)
