"""Create, change and delete products at once: all or nothing, by the same number of statements for any number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import in_list
from kit.rows import Batch
from operations.create_product import ProductOffer, create_products
from operations.delete_products import delete_products
from operations.update_products import update_products


async def batch_products(
    session: AsyncSession,
    *,
    create: Sequence[ProductOffer] = (),
    update: Mapping[str, Mapping[str, Any]],
    delete: Sequence[str] = (),
) -> Batch:
    """Do all of it, deletions first so that what they held is free. A refusal names its element: `create[3]: ...`.

    Errors: as `delete_products`, `update_products`, `create_products`.
    """
    if delete:
        await delete_products(session, delete)
    with in_list("update", list(update)):
        await update_products(session, update)
    with in_list("create"):
        created = await create_products(session, create)
    return Batch(tuple(each.id for each in created), tuple(update), tuple(delete))
