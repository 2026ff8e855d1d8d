"""The `fields` language: which names and relations an answer holds (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kit.query.refusals import too_deep, too_large

MOST_CHARACTERS: Final = 8_192
MOST_ENTRIES: Final = 512
MOST_RELATIONS: Final = 100  # each is a sub-select; the dashboard's longest list has 20
MOST_HOPS: Final = 7  # relations in one path; relations run in circles, and each round multiplies the answer

Entry = tuple[tuple[str, ...], bool]  # a path, and whether all own columns of what it leads to are meant


@dataclass(frozen=True)
class Selection:
    """What is asked of one object: `names`, all own columns (`star`), and what is asked of its relations; sorted."""

    names: tuple[str, ...] = ()
    star: bool = False
    children: tuple[tuple[str, Selection], ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep the hash: a selection is the key of the compiled statements."""
        object.__setattr__(self, "_hash", hash((self.names, self.star, self.children)))

    def __hash__(self) -> int:
        return self._hash

    def child(self, name: str) -> Selection | None:
        """Return what is asked of the relation `name`, or None."""
        return next((selection for child, selection in self.children if child == name), None)

    def asks(self, path: str) -> bool:
        """Tell whether the dotted `path` is asked for by name: for work that is done only when it shows."""
        first, _, rest = path.partition(".")
        below = self.child(first)
        return (below is not None and (not rest or below.asks(rest))) or (not rest and first in self.names)


def parse(
    fields: str | None,
    defaults: tuple[str, ...],
    allowed: tuple[str, ...] | None = None,
    max_hops: int = MOST_HOPS,
    always: tuple[str, ...] = ("id",),
) -> Selection:
    """Return the selection that `fields` means for a route with these `defaults`.

    An entry without a modifier replaces the defaults, and a minus beside it counts for nothing; if all have a modifier
    (`+x`, ` x`, `-x`, `*rel`, `rel.*`), they amend them. What is `always` in cannot be taken away. With `allowed` (a
    store route's further names) names outside it and the defaults are dropped in silence; a path through more than
    `max_hops` relations in what is left is refused.
    Errors: invalid_data for a path too deep, a list too long. Source: contract section 3.
    """
    return _parse(fields, defaults, allowed, max_hops, always)


@lru_cache(maxsize=1024)
def _parse(
    fields: str | None,
    defaults: tuple[str, ...],
    allowed: tuple[str, ...] | None,
    max_hops: int,
    always: tuple[str, ...],
) -> Selection:
    entries = _entries(fields, defaults)
    if allowed is not None and fields is not None:
        entries = _only(entries, _allowed_paths(defaults + allowed))
    if any(len(path) - (not star) > max_hops for path, star in entries):
        raise too_deep(max_hops)
    selection = _tree([*map(_entry, always), *entries])
    if _relations(selection) > MOST_RELATIONS:
        raise too_large("fields", MOST_RELATIONS)
    return selection


def _relations(selection: Selection) -> int:
    return sum(1 + _relations(child) for _, child in selection.children)


def _entries(fields: str | None, defaults: tuple[str, ...]) -> dict[Entry, None]:
    """Return the entries that are meant, in the order they were named."""
    base = {_entry(each): None for each in defaults}
    if fields is None:
        return base
    if len(fields) > MOST_CHARACTERS:
        raise too_large("fields", MOST_CHARACTERS)
    asked = [each for each in fields.split(",") if each.strip()]
    if len(asked) > MOST_ENTRIES:
        raise too_large("fields", MOST_ENTRIES)
    replaces = not asked or not all(_is_amending(each) for each in asked)
    result: dict[Entry, None] = {} if replaces else base
    for each in asked:
        if replaces or not each.startswith("-"):
            result[_entry(each.removeprefix("-"))] = (
                None  # among names a minus is dropped: there is nothing to take from
            )
        else:
            gone = _entry(each[1:])[0]
            result = {kept: None for kept in result if kept[0][: len(gone)] != gone}
    return result


def _is_amending(entry: str) -> bool:
    """Tell whether `entry` changes the defaults; a blank in front is a plus that the URL's decoding took."""
    return entry[0] in "+-*" or entry[0].isspace() or entry.rstrip().endswith(".*")


def _entry(text: str) -> Entry:
    name = text.strip().removeprefix("+").strip()
    star = name.startswith("*") or name.endswith(".*")
    name = name.removeprefix("*").removesuffix(".*").strip()
    return (tuple(name.split(".")) if name else ()), star


def _allowed_paths(entries: Iterable[str]) -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Return the paths that may be asked for, and those of which every own column may be."""
    parsed = [_entry(each) for each in entries]
    return frozenset(path for path, _ in parsed), frozenset(path for path, star in parsed if star)


def _only(
    entries: dict[Entry, None], allowed: tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]
) -> dict[Entry, None]:
    paths, stars = allowed
    return {
        (path, star): None
        for path, star in entries
        if path in paths or (not star and len(path) > 1 and path[:-1] in stars)
    }


def _tree(entries: Iterable[Entry]) -> Selection:
    names: dict[str, None] = {}
    below: dict[str, list[Entry]] = {}
    star = False
    for path, own in entries:
        if "" in path:
            continue  # `a..b` names nothing
        if not path:
            star = star or own
        elif len(path) == 1 and not own:
            names[path[0]] = None
        else:
            below.setdefault(path[0], []).append((path[1:], own))
    return Selection(tuple(sorted(names)), star, tuple((name, _tree(below[name])) for name in sorted(below)))
