"""Say which currencies the store supports."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.currency.service import require_currencies
from commerce.pricing.service import prefer_all
from commerce.store.service import set_currencies


async def set_store_currencies(
    session: AsyncSession,
    store_id: str,
    currencies: Mapping[str, bool],
    tax_inclusive: Mapping[str, bool | None] | None = None,
) -> None:
    """Replace the store's currencies (lower-case code -> is it the default); say of which the prices include tax.

    What `tax_inclusive` does not say stays, and is no for a new currency.
    Errors: `invalid_data` for an unknown currency, and unless exactly one is the default.
    """
    await require_currencies(session, currencies)
    await set_currencies(session, store_id, currencies)
    said = tax_inclusive or {}
    await prefer_all(session, "currency_code", {code: said.get(code) for code in currencies})
