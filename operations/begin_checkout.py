"""The first commit of a checkout: everything is checked, stock is reserved, one attempt is open (docs/checkout.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Begun, ordered, outcome_of, refused, undecided
from commerce.checkout.rules import CartFacts, PaymentFacts, problem_of
from kit.db import one, run
from kit.decimals import rho
from kit.errors import CommerceError, not_allowed, not_found, unavailable
from kit.ids import new_id
from kit.money import Currency
from operations.claim_promotions import UsedUp, lock_uses, take_uses
from operations.consult_providers import RETRY_SECONDS
from operations.hand_over_checkout import hand_over
from operations.outside import NeedsError
from operations.recheck_cart import recheck_cart
from operations.reserve_stock import reserve
from operations.take_lock import take_lock

DEADLINE_SECONDS: Final = 30.0
UNCONFIRMED: Final = (
    "What the cart's shipping or taxes cost cannot be confirmed at the moment: a provider does not answer."
    " Nothing was charged. Try again."
)
CHANGED: Final = "The total of the cart has changed. Review the cart and pay the new total."


async def begin_checkout(
    session: AsyncSession,
    cart_id: str,
    run_id: str,
    *,
    request_id: str | None = None,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Begun:
    """Begin, adopt or repeat the cart's checkout for the run `run_id`; a refusal is returned, so that it commits.

    The same run hears its recorded answer; a new run takes over an attempt that a lost run left open.
    """
    await take_lock(session, cart_id)
    facts = await one(session, _FACTS, cart_id, run_id)
    if facts is None:
        return Begun(None, refused(None, not_found(f"Cart id not found: {cart_id}")))
    known = _known(facts)
    if known is not None:
        return known
    if facts.attempt_id is not None and not facts.is_overdue:
        return await adopt(session, facts, run_id)
    if facts.attempt_id is not None:
        await hand_over(session, facts.attempt_id, run_id=None)
        if facts.attempt_session_id is not None or facts.attempt_run_id == run_id:
            return Begun(facts.session_id, undecided(facts.session_id))
    if facts.is_handed_over:
        return Begun(facts.session_id, undecided(facts.session_id))
    return await _open(session, facts, run_id, request_id, deadline_seconds)


def _known(facts: Row[Any]) -> Begun | None:
    """Return what was decided before: the cart's order, or what this run recorded."""
    if facts.order_id is not None:
        return Begun(facts.session_id, ordered(facts.session_id, facts.order_id))
    if facts.mine is not None:
        recorded = outcome_of(json.loads(facts.mine))
        return Begun(recorded.session_id, recorded)
    return None


async def adopt(session: AsyncSession, facts: Row[Any], run_id: str) -> Begun:
    """Make the open attempt mine: whoever owned it can commit nothing any more (docs/checkout.md rule 2)."""
    await run(
        session,
        "UPDATE checkout_attempt SET run_id = $2, updated_at = now() WHERE id = $1 AND state = 'open'",
        facts.attempt_id,
        run_id,
    )
    return Begun(
        facts.attempt_session_id,
        attempt_id=facts.attempt_id,
        amount=facts.attempt_amount,
        seconds_left=float(facts.seconds_left),
    )


async def _open(
    session: AsyncSession, facts: Row[Any], run_id: str, request_id: str | None, deadline_seconds: float
) -> Begun:
    cart = _cart_facts(facts)
    lines = {line_id: new_id("ordli") for line_id in facts.line_ids}
    order_id = new_id("order")
    try:
        problem = problem_of(cart) or await _recheck(session, facts.id) or await _claim(session, facts, order_id, lines)
    except NeedsError:
        # Money that a shopper was asked for stays: the sweep begins again, and by then the provider may answer.
        unconfirmed = refused(facts.session_id, unavailable(UNCONFIRMED, RETRY_SECONDS))
        return Begun(facts.session_id, unconfirmed, asks_outside=True)
    if problem is not None:
        may_hold = facts.session_id is not None
        return Begun(facts.session_id, refused(facts.session_id, problem), may_hold_money=may_hold)
    session_id = None if cart.is_free or cart.payment is None else cart.payment.session_id
    attempt_id = new_id("attempt")
    await run(
        session,
        _INSERT,
        attempt_id,
        facts.id,
        run_id,
        session_id,
        facts.version,
        cart.amount,
        cart.currency_code,
        order_id,
        json.dumps(lines),
        Decimal(str(deadline_seconds)),
        request_id,
    )
    return Begun(session_id, attempt_id=attempt_id, amount=cart.amount, seconds_left=deadline_seconds)


def _cart_facts(facts: Row[Any]) -> CartFacts:
    if facts.total is None and facts.line_ids:  # never take a cart for free because nobody has totalled it
        raise CommerceError("unexpected_state", f"Cart {facts.id} has no totals")
    payment = None
    if facts.session_id is not None:
        payment = PaymentFacts(
            facts.session_id,
            facts.provider_id,
            facts.session_amount,
            facts.session_currency,
            facts.session_status,
            facts.is_offered,
        )
    return CartFacts(
        region_id=facts.region_id,
        currency_code=facts.currency_code,
        amount=_amount(facts),
        has_items=bool(facts.line_ids),
        has_collection=facts.collection_id is not None,
        payment=payment,
        needs_shipping=facts.needs_shipping,
        has_shipping=facts.has_shipping,
        has_every_profile=facts.has_every_profile,
    )


def _amount(facts: Row[Any]) -> Decimal:
    """Return what there is to pay: rounded, but where a session of an unrounded cart was opened for all its digits."""
    total = Decimal(facts.total or 0)
    if facts.rounding == "none" and facts.session_amount == total:
        return total
    return rho(total, Currency(facts.currency_code, facts.decimal_digits).unit)


async def _recheck(session: AsyncSession, cart_id: str) -> CommerceError | None:
    """Hold the cart's total against today's prices (promise 5)."""
    try:
        return None if await recheck_cart(session, cart_id) else not_allowed(CHANGED)
    except CommerceError as error:  # a variant without a price: nothing was written
        return error


async def _claim(
    session: AsyncSession, facts: Row[Any], order_id: str, lines: Mapping[str, str]
) -> CommerceError | None:
    """Count the promotions' uses and reserve the stock, both or none."""
    try:
        uses = await lock_uses(session, facts.id) if facts.has_promotions else []
        await reserve(session, facts.id, facts.sales_channel_id, lines)
    except UsedUp as error:  # taken since the recheck: now that its lock is ours, the cart loses it
        await recheck_cart(session, facts.id)
        return error
    except CommerceError as error:  # raised before anything was written
        return error
    await take_uses(session, order_id, uses)
    return None


_FACTS: Final = """
SELECT c.id, c.version, c.region_id, c.sales_channel_id, c.currency_code, c.rounding, c.totals ->> 'total' AS total,
  (SELECT decimal_digits FROM currency WHERE code = c.currency_code) AS decimal_digits,
  (SELECT o.id FROM "order" o WHERE o.cart_id = c.id) AS order_id,
  (SELECT m.outcome::text FROM checkout_attempt m WHERE m.run_id = $2 AND m.state <> 'open') AS mine,
  a.id AS attempt_id, a.run_id AS attempt_run_id, a.session_id AS attempt_session_id, a.amount AS attempt_amount,
  a.deadline < clock_timestamp() AS is_overdue,
  extract(epoch FROM a.deadline - clock_timestamp()) AS seconds_left,
  EXISTS (SELECT FROM cart_promotion cp WHERE cp.cart_id = c.id) AS has_promotions,
  p.id AS collection_id, s.id AS session_id, s.provider_id, s.amount AS session_amount,
  s.currency_code AS session_currency, s.status AS session_status,
  EXISTS (SELECT FROM region_payment_provider rp JOIN payment_provider pp ON pp.id = rp.payment_provider_id
    WHERE rp.region_id = c.region_id AND pp.id = s.provider_id AND pp.is_enabled) AS is_offered,
  EXISTS (SELECT FROM checkout_attempt h WHERE h.session_id = s.id AND h.state = 'handed_over') AS is_handed_over,
  ARRAY(SELECT i.id FROM cart_line_item i WHERE i.cart_id = c.id AND i.deleted_at IS NULL
    ORDER BY i.created_at, i.id) AS line_ids,
  EXISTS (SELECT FROM cart_line_item i WHERE i.cart_id = c.id AND i.deleted_at IS NULL
    AND i.requires_shipping) AS needs_shipping,
  EXISTS (SELECT FROM cart_shipping_method m WHERE m.cart_id = c.id AND m.deleted_at IS NULL) AS has_shipping,
  NOT EXISTS (SELECT FROM cart_line_item i JOIN product_shipping_profile ps ON ps.product_id = i.product_id
    WHERE i.cart_id = c.id AND i.deleted_at IS NULL AND i.requires_shipping AND NOT EXISTS (
      SELECT FROM cart_shipping_method m LEFT JOIN shipping_option so ON so.id = m.shipping_option_id
      WHERE m.cart_id = c.id AND m.deleted_at IS NULL
      AND coalesce(m.shipping_profile_id, so.shipping_profile_id) = ps.shipping_profile_id)) AS has_every_profile
FROM cart c
LEFT JOIN checkout_attempt a ON a.cart_id = c.id AND a.state = 'open'
LEFT JOIN payment_collection p ON p.cart_id = c.id AND p.deleted_at IS NULL
LEFT JOIN payment_session s ON s.payment_collection_id = p.id AND s.fate = 'open'
WHERE c.id = $1 AND c.deleted_at IS NULL
"""
_INSERT: Final = """
INSERT INTO checkout_attempt (id, cart_id, run_id, session_id, cart_version, amount, currency_code, planned_order_id,
  planned_lines, state, deadline, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, 'open', clock_timestamp() + $10::numeric * interval '1 second', $11)
"""
