"""Change the store, the currencies it sells in and the languages it speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.store import service as stores
from kit.errors import invalid_data
from operations.set_store_currencies import set_store_currencies


async def update_store(session: AsyncSession, store_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given and return the id; `supported_currencies` and `supported_locales` are replaced.

    Errors: `not_found`; `invalid_data` as set_store_currencies, and for what is named twice.
    """
    columns = dict(given)
    currencies, locales = columns.pop("supported_currencies", None), columns.pop("supported_locales", None)
    await stores.update_store(session, store_id, columns)
    if currencies is not None:
        named = _by_code(currencies)
        await set_store_currencies(
            session,
            store_id,
            {code: each.get("is_default", False) for code, each in named.items()},
            {code: each.get("is_tax_inclusive") for code, each in named.items()},
        )
    if locales is not None:
        await stores.set_locales(session, store_id, [each["locale_code"] for each in locales])
    return store_id


def _by_code(currencies: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    codes = [each["currency_code"].lower() for each in currencies]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise invalid_data(f"Duplicate currency codes: {', '.join(twice)}")
    return dict(zip(codes, currencies, strict=True))
