"""Every recorded history replays against today's code: no run that an older release began gets stuck."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from durable.workers import sandbox
from tests.replay.scenarios import SCENARIOS
from workflows.registry import WORKFLOWS

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def read(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_p19_a_recorded_history_replays(file: Path) -> None:
    """Raises where today's code asks for something else than the history holds."""
    replayer = Replayer(
        workflows=[workflow for each in WORKFLOWS.values() for workflow in each],
        workflow_runner=sandbox(),
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(read(file))


def test_every_scenario_has_its_history() -> None:
    missing = set(SCENARIOS) - {file.stem for file in HISTORIES}
    assert not missing, "run: uv run python tests/replay/record.py"


def test_every_workflow_has_a_history() -> None:
    recorded = {file.stem.split(".")[0] for file in HISTORIES}
    names = {each.__temporal_workflow_definition.name for every in WORKFLOWS.values() for each in every}  # type: ignore[attr-defined]
    assert names <= recorded, "add a scenario per branch to tests/replay/scenarios.py"
