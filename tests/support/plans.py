"""How PostgreSQL runs a statement: which tables it reads from end to end, and how many rows it looks at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kit.db import Database, run, value

BIG = 1_000  # rows from which a table is not to be read from end to end


async def planned(database: Database, sql: str, values: Any, *, analyze: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Return the plan of a statement; with `analyze` it is run, which is for reads only."""
    options = "ANALYZE, TIMING OFF, FORMAT JSON" if analyze else "FORMAT JSON"
    async with database.reading() as connection:
        plan = await value(connection, f"EXPLAIN ({options}) {sql}", *(values or ()))
    return json.loads(plan) if isinstance(plan, str) else plan


async def taken_for_millions(database: Database) -> set[str]:
    """Return the tables that have many rows; from now on the planner thinks that each has a million.

    Of some thousands it may rather read all than look up as many as it fears that a statement was given.
    """
    async with database.reading() as connection:
        big = f"relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= {BIG}"
        rows = await run(connection, f"UPDATE pg_class SET reltuples = 1e6 WHERE {big} RETURNING relname")  # noqa: S608 - a number
        return {row.relname for row in rows}


def scanned(plan: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Return the tables that are read from end to end."""
    return {node["Relation Name"] for node in _nodes(plan) if node.get("Node Type") == "Seq Scan"}


def looked_at(plan: Any) -> Counter[str]:  # noqa: ANN401 - JSON
    """Return how many rows of each table, or entries of its indexes, an analyzed plan looked at."""
    found: Counter[str] = Counter()
    for node in _nodes(plan):
        if name := node.get("Relation Name") or node.get("Index Name"):
            rows = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
            found[name] += round(rows * node.get("Actual Loops", 0))
    return found


def counted(plan: Any) -> int:  # noqa: ANN401 - JSON
    """Return how many rows an analyzed plan looked at only to count them, those of the noted changes aside."""
    aggregates = [node for node in _nodes(plan) if node.get("Node Type") == "Aggregate"]
    initial = [node for node in aggregates if node.get("Parent Relationship") == "InitPlan"]
    return max((looked_at(node).total() - looked_at(node)["table_change"] for node in initial), default=0)


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(plan, list):
        for each in plan:
            yield from _nodes(each)
    elif isinstance(plan, dict):
        yield plan
        yield from _nodes([each for each in plan.values() if isinstance(each, dict | list)])
