"""Writes of the store module (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.store.models import Store, StoreCurrency
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id


async def create_store(session: AsyncSession, name: str, default_sales_channel_id: str) -> Store:
    """Create a store without currencies."""
    store = Store(id=new_id("store"), name=name, default_sales_channel_id=default_sales_channel_id)
    await save(session, store)
    return store


async def find_store(session: AsyncSession) -> Store | None:
    """Return the one store, or None before the first start."""
    return (await session.scalars(select(Store).where(Store.deleted_at.is_(None)).order_by(Store.id).limit(1))).first()


async def set_currencies(session: AsyncSession, store_id: str, currencies: Mapping[str, bool]) -> None:
    """Replace the store's currencies (code -> is it the default). Errors: `invalid_data` without one default."""
    defaults = sum(currencies.values())
    if defaults == 0:
        raise invalid_data("There should be a default currency set for the store")
    if defaults > 1:
        raise invalid_data("Only one default currency is allowed")
    await session.execute(delete(StoreCurrency).where(StoreCurrency.store_id == store_id))
    rows = [
        StoreCurrency(id=new_id("stocur"), store_id=store_id, currency_code=code.lower(), is_default=is_default)
        for code, is_default in currencies.items()
    ]
    await save(session, *rows)
