"""What is defined is registered, on the queue that starts it: an activity or workflow that no list names never runs."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

from temporalio.workflow import _Definition

from activities.registry import all_activities
from durable import ids, queues
from durable.subscribers import Subscribers
from kit.db import Database
from workflows.registry import WORKFLOWS

ROOT = Path(__file__).resolve().parents[2]


def defined_workflows() -> set[type]:
    found = set()
    for path in (ROOT / "workflows").glob("*.py"):
        module = importlib.import_module(f"workflows.{path.stem}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and _Definition.from_class(value):
                found.add(value)
    return found


def defined_activities() -> list[str]:
    names = []
    for path in (ROOT / "activities").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "activity.defn":
                [name] = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
                names.append(ast.literal_eval(name))
    return sorted(names)


def test_every_workflow_is_registered() -> None:
    registered = [workflow for each in WORKFLOWS.values() for workflow in each]
    assert len(registered) == len(set(registered))
    assert set(registered) == defined_workflows(), "workflows/registry.py lists what is defined in workflows/"


def test_every_workflow_runs_on_the_queue_that_starts_it() -> None:
    names = {}
    for queue, workflows in WORKFLOWS.items():
        for workflow in workflows:
            definition = _Definition.must_from_class(workflow)
            assert definition.name is not None
            names[definition.name] = queue
    assert names == queues.QUEUE_OF, "durable/queues.py says where it is started; what runs nowhere waits for ever"
    assert set(ids.BUSINESS_ID) == set(queues.QUEUE_OF), "durable/ids.py says what its business id is"
    assert set(WORKFLOWS) == set(queues.MAX_CACHED), "every queue has its worker"


def test_every_activity_is_registered_once() -> None:
    made = all_activities(Database("postgresql://nobody@localhost/none"), Subscribers([]), {}, 30)
    registered = sorted(method.__temporal_activity_definition.name for method in made)  # type: ignore[attr-defined]
    assert registered == defined_activities(), "activities/registry.py lists the methods of every class in activities/"
    assert len(registered) == len(set(registered)), "one name, one activity"
    assert all(name.count(".") == 1 for name in registered), "<module>.<verb>"
