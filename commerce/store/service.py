"""Writes of the store module (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.store.models import Store, StoreCurrency, StoreLocale
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id
from kit.rows import change, locked


async def create_store(session: AsyncSession, name: str, default_sales_channel_id: str) -> Store:
    """Create a store without currencies."""
    store = Store(id=new_id("store"), name=name, default_sales_channel_id=default_sales_channel_id)
    await save(session, store)
    return store


async def find_store(session: AsyncSession) -> Store | None:
    """Return the one store, or None before the first start."""
    return (await session.scalars(select(Store).where(Store.deleted_at.is_(None)).order_by(Store.id).limit(1))).first()


async def update_store(session: AsyncSession, store_id: str, given: Mapping[str, Any]) -> None:
    """Change the columns that are given; the row stays locked for what else changes. Errors: `not_found`."""
    await change(session, await locked(session, Store, store_id), given)


async def set_locales(session: AsyncSession, store_id: str, codes: Sequence[str]) -> None:
    """Replace the store's languages. Errors: `invalid_data` for one that is named twice."""
    await session.execute(delete(StoreLocale).where(StoreLocale.store_id == store_id))
    await save(session, *(StoreLocale(store_id=store_id, locale_code=code) for code in codes))


async def set_currencies(session: AsyncSession, store_id: str, currencies: Mapping[str, bool]) -> None:
    """Replace the store's currencies (lower-case code -> is it the default).

    Errors: `invalid_data` unless exactly one is.
    """
    defaults = sum(currencies.values())
    if defaults == 0:
        raise invalid_data("There should be a default currency set for the store")
    if defaults > 1:
        raise invalid_data("Only one default currency is allowed")
    await session.execute(delete(StoreCurrency).where(StoreCurrency.store_id == store_id))
    rows = [
        StoreCurrency(id=new_id("stocur"), store_id=store_id, currency_code=code, is_default=is_default)
        for code, is_default in currencies.items()
    ]
    await save(session, *rows)
