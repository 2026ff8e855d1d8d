"""What the payment module says about its providers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import PaymentProvider
from kit.errors import invalid_data


async def require_providers(session: AsyncSession, ids: Iterable[str]) -> None:
    """Refuse providers that this installation does not have. Errors: `invalid_data` that names them."""
    wanted = set(ids)
    if not wanted:
        return
    known = select(PaymentProvider.id).where(PaymentProvider.id.in_(wanted), PaymentProvider.is_enabled)
    if missing := sorted(wanted - set(await session.scalars(known))):
        raise invalid_data(f"Payment providers with ids {', '.join(missing)} not found or not enabled")
