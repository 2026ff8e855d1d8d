"""The end of a checkout without an order: a decline (docs/checkout.md: refuse)."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind, outcome_of
from commerce.checkout.rules import DEAD
from kit.db import one, run, value
from kit.outbox import emit
from operations.claim_promotions import give_back_uses
from operations.hand_over_checkout import decided_elsewhere
from operations.reserve_stock import unreserve
from operations.take_lock import take_lock


async def refuse_checkout(session: AsyncSession, claim: Claim, outcome: Outcome, status: str | None) -> Outcome:
    """Record the decline, free the stock, and return what was recorded for my attempt, now or before.

    When the attempt is no longer mine: the cart's order, or `undecided`.

    `status` is the word that the provider returned, None when it raised. A session that can still be paid stays open;
    one that ended (`error`, `canceled`) is let go. After a raised decline, which is proof that nothing was done, the
    next try gets a new key, since the old one would only repeat the answer.
    """
    await take_lock(session, claim.cart_id)
    row = await one(session, _REFUSE, claim.attempt_id, claim.run_id, json.dumps(outcome.as_json()))
    if row is None:
        recorded = await value(session, _RECORDED, claim.attempt_id, claim.run_id)
        return await decided_elsewhere(session, claim.cart_id) if recorded is None else outcome_of(json.loads(recorded))
    await give_back_uses(session, row.planned_order_id)  # promotions before stock, as `begin` locks them
    await unreserve(session, list(row.lines))
    if status is not None:
        fate = "releasing" if status in DEAD else "open"
        await run(session, _RETURNED, row.session_id, status, fate)
        if fate == "releasing":
            await emit(session, ("start.release-session", {"session_id": row.session_id}))
    elif outcome.kind is OutcomeKind.RAISED:
        await run(session, _NEXT_KEY, row.session_id)
    return outcome


_REFUSE: Final = """
UPDATE checkout_attempt SET state = 'refused', outcome = $3::jsonb, updated_at = now()
WHERE id = $1 AND state = 'open' AND run_id = $2
RETURNING session_id, planned_order_id, ARRAY(SELECT value FROM jsonb_each_text(planned_lines)) AS lines
"""
_RECORDED: Final = "SELECT outcome::text FROM checkout_attempt WHERE id = $1 AND run_id = $2 AND state = 'refused'"
_RETURNED: Final = """
UPDATE payment_session SET status = $2, fate = $3, updated_at = now(),
  released_because = CASE WHEN $3 = 'releasing' THEN 'declined' END
WHERE id = $1 AND fate = 'open'
"""
_NEXT_KEY: Final = """
UPDATE payment_session SET key_number = key_number + 1, updated_at = now() WHERE id = $1 AND fate = 'open'
"""
