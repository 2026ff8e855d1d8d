"""Promise 26, in process: whatever the workflow store forgets, sweeps finish every attempt from PostgreSQL alone.

tests/faults deletes a real server's data and terminates real workflows; here every run is forgotten many times.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Begun
from operations import begin_checkout, sweep_checkouts
from tests.promises.till import Till
from tests.support.checkout_world import Chances
from tests.support.fake_payments import Moods

ROUGH = Moods(decline=0.1, capture=0.3, late=0.2, lost=0.2, silent=0.1, latest=0.3)


async def burst(till: Till, losses: int) -> list[str]:
    """Press at twelve carts, forget every run again and again, then let the sweeps work."""
    carts = [await till.cart({"pen": 1 + n % 2}, ("pp_keys", "pp_cancel")[n % 2]) for n in range(12)]
    till.world.chances = Chances(after_commit=0.1)
    for provider in till.world.providers.values():
        provider.moods = ROUGH
    for _ in range(losses):
        for cart_id in carts:
            till.world.start("complete-cart", cart_id)
        await asyncio.sleep(0.05)
        till.world.lose_the_store()
    opened = await till.value("SELECT count(*) FROM checkout_attempt WHERE state IN ('open', 'handed_over')")
    with suppress(TimeoutError):
        await till.rest(within=15 if losses > 1 else 3)
    return [*await till.wrong(), *([] if opened else ["nothing was in flight when the store was lost"])]


async def test_p26_sweeps_finish_what_the_store_forgot(till: Till) -> None:
    """The deadline is far away: what finishes the attempts is adoption, not their end."""
    assert await burst(till, losses=4) == []
    assert await till.value("SELECT count(*) FROM checkout_attempt WHERE state = 'placed'") > 0


async def test_p26_what_the_outbox_asks_for_survives_too(till: Till) -> None:
    """The rows that ask for workflows commit with what they are about; a loss between two askings loses neither."""
    till.world.deadline = 0.1
    assert await burst(till, losses=3) == []


async def nobody(_: AsyncSession, **__: object) -> int:
    return 0


async def test_p26_mutation_without_the_sweeps_attempts_stay_open(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_checkouts, "adopt_orphans", nobody)
    monkeypatch.setattr(sweep_checkouts, "hand_over_overdue", nobody)
    assert any("left open" in sentence for sentence in await burst(till, losses=1))


async def test_p26_mutation_without_adoption_attempts_stay_open(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new run goes on with the attempt, and may not commit for it: nobody can."""

    async def left_to_its_owner(_: AsyncSession, facts: Row[Any], __: str) -> Begun:
        return Begun(facts.attempt_session_id, attempt_id=facts.attempt_id, amount=facts.attempt_amount)

    monkeypatch.setattr(begin_checkout, "adopt", left_to_its_owner)
    assert any("left open" in sentence for sentence in await burst(till, losses=1))
