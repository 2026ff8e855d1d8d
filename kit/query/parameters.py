"""The bracket style of query strings: `id[]=a&id[]=b`, `variants[sku]=X`, and `variants.sku=X` for the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from kit.query.refusals import too_large

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

MOST_PARAMETERS: Final = 1_000
MOST_BRACKETS: Final = 8
KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """Return the tree that the pairs of a query string spell.

    A name given twice is a list; a dot is one level of brackets. Errors: invalid_data for too many parameters or too
    many brackets in one.
    """
    tree: dict[str, _Node] = {}
    for number, (key, value) in enumerate(pairs):
        if number >= MOST_PARAMETERS:
            raise too_large("query", MOST_PARAMETERS)
        name, *path = _path(key)
        tree.setdefault(name, _Node()).put(path, value)
    return {name: node.value() for name, node in tree.items()}


def _path(key: str) -> list[str]:
    match = KEY.fullmatch(key)
    if match is None:
        return [key]  # no bracket style: a name of its own, which no route has
    name, brackets = match.groups()
    path = brackets[1:-1].split("][") if brackets else []
    if len(path) > MOST_BRACKETS:
        raise too_large(name, MOST_BRACKETS)
    first, dot, rest = name.partition(".")
    return [first, rest, *path] if dot and first and rest else [name, *path]


class _Node:
    """One place in the tree while it grows: what was put here plainly, as `[]`, and below a name."""

    def __init__(self) -> None:
        self.plain: list[Value] = []
        self.items: list[_Node] = []
        self.named: dict[str, _Node] = {}

    def put(self, path: list[str], value: str) -> None:
        if not path:
            self.plain.append(value)
            return
        name, *rest = path
        if name:
            node = self.named.setdefault(name, _Node())
        else:
            self.items.append(node := _Node())
        node.put(rest, value)

    def value(self) -> Value:
        named = {name: node.value() for name, node in self.named.items()}
        items = [node.value() for node in self.items]
        if named and all(name.isdecimal() for name in named):
            items += named.values()
            named = {}
        if not items and not named:
            return self.plain[0] if len(self.plain) == 1 else self.plain
        if not items and not self.plain:
            return named
        return [*self.plain, *items, named] if named else [*self.plain, *items]
