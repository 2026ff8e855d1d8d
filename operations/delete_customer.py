"""Delete a customer and what logs them in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.service import unlink_actor
from commerce.customer import service as customers


async def delete_customer(session: AsyncSession, customer_id: str) -> str:
    """Soft-delete a customer and return the id; their tokens and sessions count no more, and the mail is free again."""
    await customers.delete_customer(session, customer_id)
    await unlink_actor(session, "customer", customer_id)
    return customer_id
