"""Steps of the set-up whose routes come later, done by the operations that those routes will call."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.models import ApiKey
from commerce.fulfillment.models import ShippingProfile
from tests.contract.shop import Shop
from tests.support import recorded_shop

Body = dict[str, Any]


def stand_in(shop: Shop, method: str, path: str, body: Body) -> Body | None:
    """Return an answer with what the set-up looks up in it, or None where no operation exists either."""
    bare = path.partition("?fields=")[0]
    if method == "GET" and bare in READ:
        answer: Body = shop.transact(READ[bare])
        return answer
    try:
        answer = shop.transact(recorded_shop.call, bare, body)
    except LookupError:
        return None
    return answer


async def _keys(session: AsyncSession) -> Body:
    rows = await session.scalars(select(ApiKey))
    return {"api_keys": [{"id": row.id, "token": row.token} for row in rows]}


async def _profiles(session: AsyncSession) -> Body:
    rows = await session.scalars(select(ShippingProfile))
    return {"shipping_profiles": [{"id": row.id, "type": row.type} for row in rows]}


READ = {
    "/admin/api-keys?type=publishable": _keys,
    "/admin/shipping-profiles": _profiles,
}
