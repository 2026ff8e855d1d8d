"""The accept path of webhooks alone: verified, stored, answered; nothing follows, since no worker runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg

from api.turns import LINGER
from bench.deliveries import SANDBOX, STRIPE, About, Webhook, many, sandbox, stripe
from bench.floor import bare
from bench.meter import metered
from bench.phases import Measured, at_once
from bench.shops import Stage
from bench.tables import show
from bench.wire import posted, wires

TARGET = 3.0  # CPU ms of taking one webhook, API and PostgreSQL together
RATE = 500.0  # webhooks a second that are stored and answered
PHASES = {"the sandbox's": (SANDBOX, sandbox), "Stripe's": (STRIPE, stripe)}
NOBODY = posted("/hooks/payment/none_x", {"content-type": "application/json"}, b'{"id": "evt_1"}')


async def measure(on: Stage, about: Sequence[About], number: int, concurrencies: Sequence[int]) -> str | None:
    """Take `number` webhooks of each provider at each concurrency, beside what is below; a problem on a missed target.

    Leaves nothing behind: what came is deleted before a worker could see it.
    """
    connection = await on.shop.connect()
    on.shop.parts["worker"].hold()
    await asyncio.sleep(LINGER)  # what was asked before is not beside us any more
    try:
        abouts = {SANDBOX: about, STRIPE: await _at_stripe(connection, about)}
        phases = []
        for concurrency in concurrencies:
            for name, (provider_id, sign) in PHASES.items():
                await _post(on, [each.raw for each in many(sign, abouts[provider_id], concurrency * 4)], concurrency)
                webhooks = many(sign, abouts[provider_id], number)
                phases.append(await _phase(on, name, [each.raw for each in webhooks], concurrency))
                await _check(connection, provider_id, webhooks)
            phases.append(await _phase(on, "a bare route", [NOBODY] * number, concurrency))
            phases.append(await _inserts(on, number, concurrency))
        await connection.execute(_FORGET)
    finally:
        on.shop.parts["worker"].release()
        await connection.close()
    await on.shop.wait_ready()
    return _show(phases)


async def _phase(on: Stage, name: str, raws: Sequence[bytes], concurrency: int) -> Measured:
    async with metered(on.shop) as usage:
        await _post(on, raws, concurrency)
    return Measured(name, concurrency, len(raws), usage)


async def _post(on: Stage, raws: Sequence[bytes], concurrency: int) -> None:
    left = list(raws)
    async with wires(on.shop.api_url, concurrency) as free:

        async def post() -> None:
            wire = free.pop()
            status = await wire.post(left.pop())
            free.append(wire)
            if status != 200:
                raise RuntimeError(f"a webhook was answered {status}")

        await at_once(post, len(raws), concurrency)


async def _check(connection: asyncpg.Connection, provider_id: str, webhooks: Sequence[Webhook]) -> None:
    ids = [webhook.event_id for webhook in webhooks]
    stored = await connection.fetchval(_STORED, provider_id, ids)
    if stored != len(ids):
        raise RuntimeError(f"{len(ids)} webhooks were answered, {stored} are stored")


async def _inserts(on: Stage, number: int, concurrency: int) -> Measured:
    """Commit one row a webhook from this process: what no inbox could save."""
    pool = await asyncpg.create_pool(on.shop.database_url, min_size=concurrency, max_size=concurrency)
    try:
        await pool.execute(_BARE_TABLE)
        rows = [(webhook.event_id, webhook.raw) for webhook in many(stripe, [About("payses_x", "pi_x")], number)]

        async def insert() -> None:
            await pool.execute("INSERT INTO bare_webhook (id, body) VALUES ($1, $2)", *rows.pop())

        async with metered(on.shop) as usage:
            await at_once(insert, number, concurrency)
    finally:
        await pool.close()
    return Measured("a bare INSERT", concurrency, number, bare(usage))


async def _at_stripe(connection: asyncpg.Connection, about: Sequence[About]) -> list[About]:
    """Give the sessions twins at Stripe: the inbox looks for a webhook's session before it stores it."""
    rows = await connection.fetch(_TWINS, [each.session_id for each in about])
    return [About(row["id"], row["provider_reference"]) for row in rows]


def _show(phases: Sequence[Measured]) -> str | None:
    floors: dict[int, float] = {}
    for phase in phases:
        if phase.name.startswith("a bare"):
            floors[phase.concurrency] = floors.get(phase.concurrency, 0) + _cost(phase)
    rows, missed = [], []
    for phase in phases:
        per, rate, cost = phase.usage.per(phase.number), phase.number / phase.usage.seconds, _cost(phase)
        cells: list[object] = [phase.name, phase.concurrency]
        cells += [f"{per.get(name, 0.0):.2f}" for name in ("api", "temporal", "postgres", "bare")]
        cells += [f"{cost:.2f}", f"{cost / TARGET:.2f}", f"{cost / floors[phase.concurrency]:.1f}x"]
        rows.append([*cells, rate, f"{rate / RATE:.2f}"])
        if phase.name in PHASES and (cost > TARGET or (phase.concurrency > 1 and rate < RATE)):
            missed.append(f"{phase.name} at {phase.concurrency}")
    columns = ["CPU ms each", "at once", "API", "Temporal", "PG", "bare", "all", f"of {TARGET:.0f} ms", "of the floor"]
    title = "taking webhooks, no worker running (`all` is without Temporal, which is not asked; floor: both bare ones)"
    show(title, [*columns, "stored/s", f"of {RATE:.0f}/s"], rows)
    return f"Taking webhooks missed its target: {', '.join(missed)}." if missed else None


def _cost(phase: Measured) -> float:
    per = phase.usage.per(phase.number)
    return per["api"] + per["postgres"] + per.get("bare", 0.0)


_STORED = "SELECT count(*) FROM provider_event WHERE provider_id = $1 AND event_id = ANY($2::text[])"
_TWINS = """
INSERT INTO payment_session SELECT (jsonb_populate_record(s, jsonb_build_object(
  'id', s.id || '_twin', 'provider_id', 'pp_stripe_stripe', 'provider_reference', 'pi_' || s.id))).*
FROM payment_session s WHERE s.id = ANY($1::text[]) RETURNING id, provider_reference
"""
_FORGET = """
DROP TABLE bare_webhook;
DELETE FROM provider_event;
DELETE FROM outbox_event WHERE status = 'pending';
DELETE FROM payment_session WHERE provider_id = 'pp_stripe_stripe';
"""
_BARE_TABLE = "CREATE TABLE IF NOT EXISTS bare_webhook (id text PRIMARY KEY, body bytea NOT NULL)"
