"""Delete a region."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.region import service as regions
from kit.outbox import emit


async def delete_region(session: AsyncSession, region_id: str) -> str:
    """Soft-delete a region and return the id, also when it was gone already (contract section 1)."""
    if await regions.delete_region(session, region_id):
        await emit(session, ("region.deleted", {"id": region_id}))
    return region_id
