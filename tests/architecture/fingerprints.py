"""Rewrite or check the fingerprints of workflows: `uv run python tests/architecture/fingerprints.py [--write]`.

A fingerprint is the ordered list of what each method of a workflow asks Temporal for, and of the methods it calls,
read from the source. A run in flight replays its history against the new code: another order is another command.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("fingerprints.json")
NO_COMMANDS = {"info", "now", "logger", "uuid4", "random", "time", "all_handlers_finished", "ActivityConfig"}


def fingerprints() -> dict[str, list[str]]:
    """Return the fingerprint of every module in workflows/ that asks Temporal for something."""
    found = {
        path.stem: list(_commands(ast.parse(path.read_text()))) for path in sorted((ROOT / "workflows").glob("*.py"))
    }
    return {name: commands for name, commands in found.items() if commands}


def committed() -> dict[str, list[str]]:
    return dict(json.loads(FILE.read_text())) if FILE.exists() else {}


def write() -> None:
    FILE.write_text(json.dumps(fingerprints(), indent=2) + "\n")


def _commands(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
            for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
                if command := _command(call):
                    yield f"{node.name}: {command}"


def _command(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(value=ast.Name(id="workflow"), attr=name) if name not in NO_COMMANDS:
            first = f" {ast.unparse(call.args[0])}" if call.args and not isinstance(call.args[0], ast.Lambda) else ""
            return f"workflow.{name}{first}"
        case ast.Attribute(value=ast.Name(id="self" | "saga"), attr=name):
            return f"{ast.unparse(call.func)}"
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self")), attr=name):
            return f"{ast.unparse(call.func)}"
        case ast.Attribute(value=ast.Name(id="asyncio"), attr=name):
            return f"asyncio.{name}"
    return None


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    else:
        sys.stdout.write(json.dumps(fingerprints(), indent=2) + "\n")
