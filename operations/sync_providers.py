"""Make the provider tables say what this installation has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import FulfillmentProvider
from commerce.payment.models import PaymentProvider
from commerce.tax.models import TaxProvider
from kit import clock


async def sync_providers(
    session: AsyncSession, *, payment: Iterable[str], fulfillment: Iterable[str], tax: Iterable[str]
) -> None:
    """Add or enable these providers and disable all others, so that what is not installed is never offered."""
    await _sync(session, PaymentProvider, sorted(set(payment)))
    await _sync(session, FulfillmentProvider, sorted(set(fulfillment)))
    await _sync(session, TaxProvider, sorted(set(tax)))


async def _sync(session: AsyncSession, table: Any, ids: list[str]) -> None:  # noqa: ANN401 - three models of one shape
    gone = table.id.not_in(ids) & table.is_enabled
    await session.execute(update(table).where(gone).values(is_enabled=False, updated_at=clock.now()))
    if ids:
        rows = insert(table).values([{"id": one, "is_enabled": True} for one in ids])
        back = {"is_enabled": True, "updated_at": clock.now()}
        await session.execute(
            rows.on_conflict_do_update(index_elements=["id"], set_=back, where=table.is_enabled.is_(False))
        )
