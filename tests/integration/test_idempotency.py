"""Idempotency keys in the database; tests/api/test_doors.py has them over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit import idempotency
from kit.db import Database, run
from kit.errors import CommerceError
from kit.idempotency import Answered, Claim
from operations.purge_idempotency_keys import purge_idempotency_keys

CLAIM = Claim("actor POST /path", "k1", "asked")
AGE = "UPDATE idempotency_key SET created_at = created_at - $1::interval WHERE key = $2"


async def answered(session: AsyncSession, claim: Claim = CLAIM) -> None:
    assert await idempotency.claim(session, claim) is None
    await idempotency.remember(session, claim, 200, "{}")


async def test_a_claim_is_held_until_its_transaction_ends(database: Database) -> None:
    async def while_held(_session: AsyncSession) -> None:
        with pytest.raises(CommerceError) as caught:
            await database.transact(answered)
        assert caught.value.type == "conflict"
        other = Claim(CLAIM.scope, "k2", "asked")
        await database.transact(lambda session: answered(session, other))

    async def holding(session: AsyncSession) -> None:
        await answered(session)
        await while_held(session)

    await database.transact(holding)
    assert await database.transact(lambda s: idempotency.claim(s, CLAIM)) == Answered(200, "{}", None)


async def test_only_what_is_over_is_purged(database: Database) -> None:
    for key in ("old", "new"):
        await database.transact(lambda s, key=key: answered(s, Claim(CLAIM.scope, key, "asked")))  # type: ignore[misc]  # bound per round
    await database.transact(lambda session: run(session, AGE, timedelta(hours=25), "old"))
    assert await database.transact(purge_idempotency_keys) == 1
    assert await database.transact(purge_idempotency_keys) == 0
    async with database.reading() as connection:
        assert [row.key for row in await run(connection, "SELECT key FROM idempotency_key")] == ["new"]


async def test_a_workflow_s_first_id_counts_until_the_key_is_over(database: Database) -> None:
    async def attach(workflow_id: str) -> Answered:
        return await database.transact(lambda session: idempotency.attach(session, CLAIM, workflow_id))

    assert await attach("w:1") == Answered(None, None, "w:1")
    assert await attach("w:2") == Answered(None, None, "w:1")
    await database.transact(lambda session: idempotency.remember(session, CLAIM, 200, "{}"))
    assert await attach("w:3") == Answered(200, "{}", "w:1")
    await database.transact(lambda session: run(session, AGE, timedelta(hours=25), "k1"))
    assert await attach("w:4") == Answered(None, None, "w:4")


async def test_what_cannot_be_attached_to_is_done_alone_until_it_is_let_go_of_or_overdue(database: Database) -> None:
    async def attach(minutes: int = 1) -> Answered:
        alone_for = timedelta(minutes=minutes)
        return await database.transact(lambda s: idempotency.attach(s, CLAIM, "collection", alone_for=alone_for))

    taken = Answered(None, None, "collection")
    assert await attach() == taken
    with pytest.raises(CommerceError, match="still being processed"):
        await attach()
    await database.transact(lambda session: idempotency.let_go(session, CLAIM))
    assert await attach() == taken
    assert await attach(minutes=0) == taken, "whoever had it is taken for dead"
    await database.transact(lambda session: idempotency.remember(session, CLAIM, 200, "{}"))
    await database.transact(lambda session: idempotency.let_go(session, CLAIM))
    assert await attach() == Answered(200, "{}", "collection")
