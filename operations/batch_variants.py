"""Create, change and delete variants of one product at once: all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import in_list
from kit.rows import Batch
from operations.create_variants import create_variants
from operations.delete_variants import delete_variants
from operations.offer_variants import VariantOffer
from operations.update_variants import update_variants


async def batch_variants(
    session: AsyncSession,
    product_id: str,
    *,
    create: Sequence[VariantOffer] = (),
    update: Mapping[str, Mapping[str, Any]],
    delete: Sequence[str] = (),
) -> Batch:
    """Do all of it, deletions first so that what they held is free. A refusal names its element: `create[3]: ...`.

    Errors: as `delete_variants`, `update_variants`, `create_variants`.
    """
    if delete:
        await delete_variants(session, product_id, delete)
    with in_list("update", list(update)):
        await update_variants(session, product_id, update)
    with in_list("create"):
        created = await create_variants(session, product_id, create)
    return Batch(tuple(created), tuple(update), tuple(delete))
