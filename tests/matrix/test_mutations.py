"""The judge sees: each careless change makes cells of the matrix wrong, and the judge says which and why."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from operations import settle_movement
from operations.settle_movement import Moved
from providers.sandbox.client import Answer, SandboxClient
from tests.matrix.cells import Cell
from tests.matrix.running import run_cells
from tests.matrix.world import World

pytestmark = pytest.mark.filterwarnings("ignore:Cannot find activity to cancel:UserWarning")


async def wrong(world: World, *names: str, rest_seconds: float = 60) -> dict[str, str]:
    """Run these cells, and return what is wrong with each."""
    report = await run_cells(world, [Cell.parse(name) for name in names], rest_seconds=rest_seconds)
    return {name: "\n".join(sentences) for name, sentences in report.wrong.items()}


async def test_mutation_a_fresh_key_for_each_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    post = SandboxClient.post

    async def fresh(self: SandboxClient, path: str, key: str, body: dict[str, Any], seconds: float) -> Answer:
        return await post(self, path, key if path == "/intents" else f"{key}:{uuid4().hex}", body, seconds)

    monkeypatch.setattr(SandboxClient, "post", fresh)
    cells = ["sandbox,capture,capture.0=timeout_after", "sandbox,refund,refund.0=late_landing"]
    told = await wrong(world, *cells, rest_seconds=8)
    assert told.keys() >= set(cells), told
    assert all("at the provider" in told[name] for name in cells), told


async def test_mutation_what_is_settled_is_settled_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settle = settle_movement._Settling.settle

    async def careless(self: settle_movement._Settling, moved: Moved) -> MoneyState:
        return await (self._do(moved) if moved.status is MovementStatus.DONE else settle(self, moved))

    monkeypatch.setattr(settle_movement._Settling, "settle", careless)
    name = "sandbox,capture,@payment.settle_capture/after-commit"
    assert "captured 10 in the ledger, 5 at the provider" in (await wrong(world, name)).get(name, "")


async def test_mutation_nobody_sweeps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def rest(_: World, **__: float) -> None:
        """Sweep nothing."""

    monkeypatch.setattr(World, "sweep", rest)
    name = "sandbox,complete,@payment.session_settle/before"
    assert "is an unfinished session" in (await wrong(world, name, rest_seconds=5)).get(name, "")
