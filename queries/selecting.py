"""What a route adds to what was asked for."""

from __future__ import annotations

from dataclasses import replace

from kit.query.selection import Selection


def also(selection: Selection, path: str) -> Selection:
    """Return `selection` with the name at the dotted `path` in it too."""
    first, _, rest = path.partition(".")
    if not rest:
        return replace(selection, names=tuple(sorted({*selection.names, first})))
    children = dict(selection.children)
    children[first] = also(children.get(first, Selection()), rest)
    return replace(selection, children=tuple(sorted(children.items(), key=lambda child: child[0])))
