"""Budgets of design section 2: a file 300 lines, a function 40, a route body 10; the lists may only shrink."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [
    "activities",
    "api",
    "commerce",
    "durable",
    "euryale",
    "kit",
    "operations",
    "providers",
    "queries",
    "workflows",
]
FILE, FILE_NEVER, FUNCTION, ROUTE = 300, 500, 40, 10
LONG_FILES: dict[str, str] = {}  # path: reason; each at most FILE_NEVER lines
LONG_FUNCTIONS: dict[str, str] = {}  # path:name: reason


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")
    yield ROOT / "worker.py"


def functions(path: Path) -> Iterator[tuple[str, int, ast.AST]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            body = node.body[1:] if has_docstring else node.body
            yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0, node


def test_files_keep_their_budget() -> None:
    over = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in sources()}
    long = {path: lines for path, lines in over.items() if lines > FILE}
    assert set(long) <= set(LONG_FILES), f"split by verb or noun, or give a reason: {long}"
    assert all(lines <= FILE_NEVER for lines in long.values()), long
    assert set(LONG_FILES) <= set(long), "the list may only shrink: drop what is short again"


def test_functions_keep_their_budget() -> None:
    long = {}
    for path in sources():
        for name, lines, _ in functions(path):
            if lines > FUNCTION:
                long[f"{path.relative_to(ROOT)}:{name}"] = lines
    assert set(long) <= set(LONG_FUNCTIONS), f"give each arrow a name of its own: {long}"
    assert set(LONG_FUNCTIONS) <= set(long), "the list may only shrink: drop what is short again"


def test_routes_are_thin() -> None:
    fat = {}
    for path in (ROOT / "api").rglob("*.py"):
        for name, lines, node in functions(path):
            decorators = [ast.unparse(d) for d in getattr(node, "decorator_list", [])]
            if any(d.startswith("router.") for d in decorators) and lines > ROUTE:
                fat[f"{path.relative_to(ROOT)}:{name}"] = lines
    assert not fat, f"a route parses, authorises, calls, projects: {fat}"


def test_the_worker_only_wires() -> None:
    beyond = {"api", "euryale", "fastapi", "httpx2", "migrations", "queries", "sqlalchemy", "stripe"}
    for node in ast.walk(ast.parse((ROOT / "worker.py").read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        assert not {name.split(".")[0] for name in names} & beyond, f"worker.py only wires: {names}"
