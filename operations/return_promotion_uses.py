"""Give back what a cancelled order used of its promotions (promise 16)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from operations.claim_promotions import give_back_uses


async def return_promotion_uses(session: AsyncSession, order_id: str, *, is_on: bool) -> None:
    """Give the order's uses and what it drew from its campaigns' budgets back to others, once however often asked.

    `is_on` is `EURYALE_RETURN_PROMOTION_USES`: without it nothing comes back, as the peer has it (contract section 9).
    The caller cancels the order in the same transaction and holds its lock; stock is locked after this
    (docs/checkout.md rule 11).
    """
    if is_on:
        await give_back_uses(session, order_id)
