"""Record the histories that are missing: `uv run python tests/replay/record.py`.

A history that exists is never written again: it stands for a run that an older release began.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowFailureError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from durable import ids, queues  # noqa: E402 - the path above
from durable.client import connect  # noqa: E402
from durable.search_attributes import ensure_search_attributes  # noqa: E402
from durable.workers import Crew, build_worker  # noqa: E402
from euryale.embedded.temporal import Temporal  # noqa: E402
from tests.replay.scenarios import SCENARIOS, Scenario, Slow  # noqa: E402
from workflows.registry import WORKFLOWS  # noqa: E402

FOLDER = Path(__file__).with_name("histories")
LOCAL_TO_THIS_MACHINE = {"stackTrace", "identity", "stickyAttributes"}


async def record(client: Client, name: str, scenario: Scenario) -> str:
    """Run a scenario and return its history as JSON."""
    queue = queues.QUEUE_OF[scenario.workflow]
    crew = Crew(WORKFLOWS, [_saying(each, answers) for each, answers in scenario.says.items()])
    async with build_worker(client, queue, crew):
        handle = await client.start_workflow(
            scenario.workflow,
            scenario.argument,
            id=ids.workflow_id(scenario.workflow, name),
            task_queue=queue,
            task_timeout=queues.TASK_TIMEOUT,
        )
        if scenario.drive is not None:
            await scenario.drive(handle)
        else:
            await _ended(handle)
        return _portable((await handle.fetch_history()).to_json())


def _saying(name: str, answers: list[Any]) -> Any:  # noqa: ANN401 - an activity
    left = list(answers)

    @activity.defn(name=name)
    async def said(*_: Any) -> Any:  # noqa: ANN401 - whatever the scenario says
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Slow):
            await asyncio.sleep(answer.seconds)
            answer = answer.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    return said


async def _ended(handle: Any) -> None:  # noqa: ANN401 - a handle of any workflow
    try:
        await handle.result()
    except WorkflowFailureError as error:
        sys.stderr.write(f"ended badly, as it may: {error.cause}\n")


def _portable(text: str) -> str:
    """Return the history without what belongs to the machine that recorded it; a replay does not read that."""
    return json.dumps(_without(json.loads(text)), indent=1) + "\n"


def _without(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        return {**value, "name": "sticky"}  # named after the machine
    if isinstance(value, dict):
        return {key: _without(item) for key, item in value.items() if key not in LOCAL_TO_THIS_MACHINE}
    return [_without(item) for item in value] if isinstance(value, list) else value


async def main() -> None:
    missing = {name: each for name, each in SCENARIOS.items() if not (FOLDER / f"{name}.json").exists()}
    if not missing:
        sys.stdout.write("every scenario has its history\n")
        return
    server = Temporal()
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.to_thread(server.start, Path(folder) / "log")
        try:
            client = await connect(server.address, "default")
            await ensure_search_attributes(client)
            for name, scenario in missing.items():
                (FOLDER / f"{name}.json").write_text(await record(client, name, scenario))
                sys.stdout.write(f"recorded {name}\n")
        finally:
            await asyncio.to_thread(server.stop, process)


if __name__ == "__main__":
    asyncio.run(main())
