"""Amounts are divided and rounded in kit/decimals.py and kit/money.py only (design section 6)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["commerce", "operations", "queries"]
PIXELS = "operations/seed/pictures.py"  # draws pictures: its numbers are pixels, no amounts
EXCEPTIONS: dict[str, str] = {
    "operations/begin_checkout.py:seconds_left=float(facts.seconds_left),": "seconds, no amount",
}  # path:line's source, stripped: why no amount is divided or rounded there

CALLS = {"float", "round"}
METHODS = {"quantize", "to_integral", "to_integral_value", "to_integral_exact", "__round__", "__truediv__"}
SQL_ROUND = re.compile(r"\bround\(", re.IGNORECASE)  # the one rounding in SQL is the fragment of kit/query
DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def offences(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of every division, rounding and float in Python `source`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, DIVISIONS):
            left = node.left if isinstance(node, ast.BinOp) else node.target
            if not (isinstance(node.op, ast.Mod) and isinstance(left, ast.Constant | ast.JoinedStr)):
                yield node.lineno, type(node.op).__name__
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in {*CALLS, "divmod"}:
                yield node.lineno, called.id
            elif isinstance(called, ast.Attribute) and called.attr in METHODS:
                yield node.lineno, called.attr
        elif isinstance(node, ast.BinOp) and any(_is_float(side) for side in (node.left, node.right)):
            yield node.lineno, "float"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_ROUND.search(node.value):
            yield node.lineno, "round in SQL"


def _is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def test_nobody_else_divides_or_rounds() -> None:
    found = {}
    for package in PACKAGES:
        for path in sorted(set((ROOT / package).rglob("*.py")) - {ROOT / PIXELS}):
            source = path.read_text()
            lines = source.splitlines()
            for number, what in offences(source):
                found[f"{path.relative_to(ROOT)}:{lines[number - 1].strip()}"] = what
    new = {place: what for place, what in found.items() if place not in EXCEPTIONS}
    assert not new, f"use div, rho, allocate of kit/decimals.py and kit/money.py, or list the line with a reason: {new}"
    assert set(EXCEPTIONS) <= set(found), "the list may only shrink: drop what is gone"


@pytest.mark.parametrize(
    "line",
    [
        "share = total / 3",
        "share = total // 3",
        "rest = total % 3",
        "total /= 3",
        "q, r = divmod(total, 3)",
        "total = round(total, 2)",
        "total = float(total)",
        "total = total.quantize(cent)",
        "total = total * 0.19",
        "sql = 'SELECT round(amount, 2) FROM price'",
    ],
)
def test_rule_bites(line: str) -> None:
    assert list(offences(line))


@pytest.mark.parametrize(
    "line", ["total = div(total, three)", "text = '%s' % name", "total = 2 * price", "x = 'a/b'", "timeout = 0.5"]
)
def test_rule_leaves_the_rest_alone(line: str) -> None:
    assert not list(offences(line))
