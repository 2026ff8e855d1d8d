"""The one judge of every cell: the provider's own log, the ledger, and what the shop shows, session by session."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from providers.sandbox.audit import audit as provider_money
from providers.sandbox.audit import impossible
from providers.sandbox.log import read
from tests.faults.judgements import JUDGEMENTS, THERE
from tests.matrix.world import World
from tests.support.counter import Counter as Books
from tests.support.counter import books_of

KINDS: Final = ("capture", "refund")


async def judge(world: World) -> list[str]:
    """Return a sentence for everything that is wrong; each names the row it is about."""
    wrong = [*await world.unfinished()]
    for kind, sql in JUDGEMENTS.items():
        wrong += [f"{row[0]}: {kind}" for row in await world.rows(sql)]
    [first, *_] = world.providers.values()
    wrong += await books_of(Books(world.motor, world.shop, first))
    sessions = await world.rows(_SESSIONS)
    for log, ids in _logs(world).items():
        mine = [row for row in sessions if row.provider_id in ids]
        wrong += impossible(log)
        wrong += _money(log, mine)
        wrong += _wishes(log, mine, await world.rows(_MOVEMENTS))
    return wrong


def _logs(world: World) -> dict[Path, list[str]]:
    found: dict[Path, list[str]] = defaultdict(list)
    for vendor in world.vendors.values():
        found[vendor.log].append(vendor.provider_id)
    return found


def _money(log: Path, sessions: Iterable[Any]) -> list[str]:
    """Compare what the provider did with our books, and with what an order explains."""
    wrong, there = [], provider_money(log)
    for row in sessions:
        intents = there.get(row.id, ())
        if len(intents) > 1:
            wrong.append(f"{row.id}: {len(intents)} intents for one session")
        for name in ("authorised", "captured", "voided", "refunded"):
            moved = sum((getattr(intent, name) for intent in intents), Decimal(0))
            booked = getattr(row, name)
            if moved != booked:
                wrong.append(f"{row.id}: {name} {booked} in the ledger, {moved} at the provider")
        left = sum((intent.held + intent.taken for intent in intents), Decimal(0))
        explained = row.explained or Decimal(0)
        if left != explained:
            wrong.append(f"{row.id}: {left} at the provider, {explained} explained by an order")
    return wrong


def _wishes(log: Path, sessions: Iterable[Any], movements: Iterable[Any]) -> list[str]:
    """Each wish has one effect when it is done and none when it failed; no effect is without a wish."""
    effects: Counter[tuple[str, str]] = Counter()
    keyed: Counter[str] = Counter()
    for entry in read(log):
        for effect in entry.effects:
            effects[effect.session, effect.kind] += 1
            if effect.kind in KINDS and effect.key is not None:
                keyed[":".join(effect.key.split(":")[:2]).removeprefix(f"{effect.kind}:")] += 1
    wrong, rows, ours = [], Counter[tuple[str, str]](), {row.id for row in sessions}
    for row in movements:
        if row.session_id not in ours:
            continue
        is_done = row.state == "done"
        rows[row.session_id, row.kind] += is_done
        if row.key_number and keyed[row.id] != is_done:
            wrong.append(f"{row.id} is {row.state} and had {keyed[row.id]} effects at the provider")
    for session in ours:
        for kind in KINDS:
            if effects[session, kind] != rows[session, kind]:
                there, here = effects[session, kind], rows[session, kind]
                wrong.append(f"{session}: {there} effects of {kind} at the provider, {here} here")
    return wrong


_SESSIONS: Final = f"""
SELECT s.id, s.provider_id, l.*, CASE WHEN s.order_id IS NOT NULL THEN {THERE} END AS explained
FROM payment_session s LEFT JOIN payment p ON p.payment_session_id = s.id
CROSS JOIN LATERAL (SELECT
    coalesce(sum(e.amount) FILTER (WHERE e.debit = 'held'), 0) AS authorised,
    coalesce(sum(e.amount) FILTER (WHERE e.debit = 'captured'), 0) AS captured,
    coalesce(sum(e.amount) FILTER (WHERE e.debit = 'shopper' AND e.credit = 'held'), 0) AS voided,
    coalesce(sum(e.amount) FILTER (WHERE e.debit = 'shopper' AND e.credit = 'captured'), 0) AS refunded
  FROM ledger_entry e WHERE e.payment_session_id = s.id) l
"""  # noqa: S608 - a constant
_MOVEMENTS: Final = """
SELECT m.*, p.payment_session_id AS session_id FROM (
  SELECT 'capture' AS kind, id, state, key_number, payment_id FROM capture
  UNION ALL SELECT 'refund', id, state, key_number, payment_id FROM refund) m
JOIN payment p ON p.id = m.payment_id
"""
