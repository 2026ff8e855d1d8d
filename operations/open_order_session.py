"""A payment session of a collection that an admin made for an order: as a cart's, but for the order's region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import CollectionStatus, SessionFate
from commerce.payment.port import SessionRequest, SessionResult
from kit.db import run, value
from kit.decimals import rho
from kit.errors import invalid_data, not_allowed, not_found
from kit.ids import new_id
from kit.money import Currency
from operations.open_payment_session import SessionIntent, let_go_session, open_session
from operations.order_collections import lock_collection, money_of_order


async def record_order_session_intent(
    session: AsyncSession,
    collection_id: str,
    provider_id: str,
    data: Mapping[str, Any],
    context: Mapping[str, Any],
    *,
    exact: bool = False,
) -> SessionIntent:
    """Commit the wish for a session of the collection's amount.

    `exact`: the provider takes any number of decimals. Errors: `not_found`, `not_allowed` for a collection that was
    paid, `invalid_data` for a provider that the order's region does not offer.
    """
    row = await lock_collection(session, collection_id)
    if row.order_id is None:
        raise not_found(f"Payment collection with id: {collection_id} belongs to no order")
    if row.status != CollectionStatus.NOT_PAID:
        raise not_allowed(f"Payment collection {collection_id} is {row.status}: nothing is to be paid for it.")
    order = await money_of_order(session, row.order_id)
    if not await value(session, _OFFERED, order.region_id, provider_id):
        raise invalid_data(f"Payment provider {provider_id} is not enabled in the order's region {order.region_id}.")
    amount = row.amount if exact else rho(row.amount, Currency(row.currency_code, order.decimal_digits).unit)
    session_id = new_id("payses")
    priced = (collection_id, provider_id, amount, row.currency_code)
    await run(session, _INSERT, session_id, *priced, json.dumps(data), json.dumps(dict(context)))
    request = SessionRequest(
        session_id=session_id,
        key=session_id,
        amount=amount,
        currency_code=row.currency_code,
        data=dict(data),
        context=dict(context),
    )
    return SessionIntent(request, collection_id, "", 0, provider_id)


async def settle_order_session(session: AsyncSession, intent: SessionIntent, result: SessionResult) -> bool:
    """Open the session, superseding the one before; let it go when the collection was paid or deleted meanwhile."""
    await run(session, "SELECT FROM payment_collection WHERE id = $1 FOR NO KEY UPDATE", intent.collection_id)
    fate = await value(session, _FATE, intent.request.session_id)
    if fate != SessionFate.CREATING:
        await let_go_session(session, intent, result)
        return False
    await open_session(session, intent, result)
    return True


_OFFERED: Final = """
SELECT EXISTS (SELECT FROM region_payment_provider rp JOIN payment_provider p ON p.id = rp.payment_provider_id
  WHERE rp.region_id = $1 AND p.id = $2 AND p.is_enabled)
"""
_INSERT: Final = """
INSERT INTO payment_session
  (id, payment_collection_id, provider_id, amount, currency_code, data, context, metadata, status, fate)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, '{}', 'pending', 'creating')
"""
_FATE: Final = """
SELECT s.fate FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
WHERE s.id = $1 AND c.deleted_at IS NULL AND c.status = 'not_paid'
"""
