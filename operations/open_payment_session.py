"""A new payment session: the intent before the provider is asked, and what its answer makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import SessionFate
from commerce.payment.port import SessionRequest, SessionResult
from kit.db import one, run, value
from kit.decimals import rho
from kit.errors import invalid_data, not_allowed, not_found
from kit.ids import new_id
from kit.money import Currency
from kit.outbox import emit
from operations.lock_cart import lock_cart
from operations.take_lock import take_lock

NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})
"""The context of a session of somebody who is not signed in."""


@dataclass(frozen=True, slots=True)
class SessionIntent:
    """A session that is being created: what the provider is asked for, and the cart it was asked for."""

    request: SessionRequest
    collection_id: str
    cart_id: str
    cart_version: int
    provider_id: str


async def record_session_intent(
    session: AsyncSession,
    collection_id: str,
    provider_id: str,
    data: Mapping[str, Any],
    context: Mapping[str, Any] = NOBODY,
    *,
    exact: bool = False,
) -> SessionIntent:
    """Commit the wish for a session of the cart's present total, rounded to the currency's minor unit.

    A cart that is not rounded is paid unrounded where the provider takes that (`exact`). `context` says who pays.
    Errors: not_found for the collection, invalid_data for a provider that the region does not offer, conflict
    while a checkout is running.
    """
    cart_id = await value(
        session, "SELECT cart_id FROM payment_collection WHERE id = $1 AND deleted_at IS NULL", collection_id
    )
    if cart_id is None:
        raise not_found(f"Payment collection with id: {collection_id} was not found")
    cart = await lock_cart(session, cart_id)
    row = await one(session, _FACTS, collection_id, provider_id)
    if row is None or not row.is_offered:
        raise invalid_data(f"Payment provider {provider_id} is not enabled in the cart's region {cart.region_id}.")
    unit = Currency(row.currency_code, row.decimal_digits).unit
    amount = row.amount if exact and row.rounding == "none" else rho(row.amount, unit)
    if amount <= 0:
        raise not_allowed("There is nothing to pay for this cart.")
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
    return SessionIntent(request, collection_id, cart_id, row.version, provider_id)


async def settle_session(session: AsyncSession, intent: SessionIntent, result: SessionResult) -> bool:
    """Open the session for its cart, superseding the one before; False when the cart has changed meanwhile.

    A session that comes too late, or while a checkout is running, is let go in the same commit
    (docs/checkout.md: supersede).
    """
    await take_lock(session, intent.cart_id)
    state = await one(session, _STATE, intent.cart_id, intent.request.session_id)
    if state is None or state.is_busy or state.version != intent.cart_version or state.fate != SessionFate.CREATING:
        await let_go_session(session, intent, result)
        return False
    await open_session(session, intent, result)
    return True


async def open_session(session: AsyncSession, intent: SessionIntent, result: SessionResult) -> None:
    """Open the session, superseding the one before; the caller has the lock of whatever is paid by it."""
    superseded = await run(session, _SUPERSEDE, intent.collection_id, intent.request.session_id)
    await run(
        session,
        _OPEN,
        intent.request.session_id,
        result.status,
        json.dumps(result.data),
        result.reference,
    )
    await _ask_release(session, [row.id for row in superseded])


async def give_up_session(session: AsyncSession, intent: SessionIntent, *, is_known: bool) -> None:
    """End a session whose creation failed: nothing was done (`is_known`), or whatever was done is let go."""
    fate = SessionFate.RELEASED if is_known else SessionFate.RELEASING
    await run(session, _END, intent.request.session_id, fate, "error", None, None)
    if not is_known:
        await _ask_release(session, [intent.request.session_id])


async def let_go_session(session: AsyncSession, intent: SessionIntent, result: SessionResult) -> None:
    """End a session that came too late; whatever the provider holds for it is let go."""
    data = json.dumps(result.data)
    await run(session, _END, intent.request.session_id, SessionFate.RELEASING, result.status, data, result.reference)
    await _ask_release(session, [intent.request.session_id])


async def _ask_release(session: AsyncSession, session_ids: Sequence[str]) -> None:
    await emit(session, *[("start.release-session", {"session_id": id_}) for id_ in session_ids])


_FACTS: Final = """
SELECT pc.amount, pc.currency_code, c.version, c.rounding, (
    SELECT decimal_digits FROM currency WHERE code = pc.currency_code) AS decimal_digits,
  EXISTS (SELECT FROM region_payment_provider rp JOIN payment_provider p ON p.id = rp.payment_provider_id
    WHERE rp.region_id = c.region_id AND p.id = $2 AND p.is_enabled) AS is_offered
FROM payment_collection pc JOIN cart c ON c.id = pc.cart_id WHERE pc.id = $1
"""
_INSERT: Final = """
INSERT INTO payment_session
  (id, payment_collection_id, provider_id, amount, currency_code, data, context, metadata, status, fate)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, '{}', 'pending', 'creating')
"""
_STATE: Final = """
SELECT c.version, c.completed_at IS NOT NULL OR EXISTS (
    SELECT FROM checkout_attempt a WHERE a.cart_id = c.id AND a.state = 'open') AS is_busy,
  (SELECT s.fate FROM payment_session s JOIN payment_collection p ON p.id = s.payment_collection_id
    WHERE s.id = $2 AND p.cart_id = c.id AND p.deleted_at IS NULL) AS fate  -- deleted meanwhile: nobody can pay by it
FROM cart c WHERE c.id = $1
"""
_SUPERSEDE: Final = """
UPDATE payment_session SET fate = 'superseded', updated_at = now(), released_because = 'superseded'
WHERE payment_collection_id = $1 AND id <> $2 AND fate = 'open' RETURNING id
"""
_OPEN: Final = """
UPDATE payment_session SET fate = 'open', status = $2, data = $3::jsonb, provider_reference = $4, updated_at = now()
WHERE id = $1 AND fate = 'creating'
"""
_END: Final = """
UPDATE payment_session SET fate = $2, status = $3, data = coalesce($4::jsonb, data),
  provider_reference = coalesce($5, provider_reference), updated_at = now()
WHERE id = $1 AND fate = 'creating'
"""
