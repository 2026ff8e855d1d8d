"""Lists as Stripe gives them: the newest first, in pages, with filters."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from providers.sandbox.stripe import objects
from providers.sandbox.stripe.forms import listed, whole
from providers.sandbox.stripe.problems import Json, invalid
from providers.sandbox.stripe.store import Store

MOST: Final = 100
COMPARED: Final[dict[str, Callable[[int, int], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
EQUAL: Final = ("customer", "payment_intent", "charge", "type")


def page(store: Store, kind: str, path: str, query: Json) -> Json:
    """Return one page of the objects of a kind."""
    limit = whole(query.get("limit", 10), "limit")
    if not 0 < limit <= MOST:
        raise invalid(f"Invalid limit: {limit}", param="limit")
    found = list(_after(_fitting(store.all_of(kind), query), query.get("starting_after")))
    expand = [part.removeprefix("data.") for part in listed(query.get("expand"))]
    return {
        "object": "list",
        "url": path,
        "has_more": len(found) > limit,
        "data": [expanded(store.find, one, expand) for one in found[:limit]],
    }


def expanded(find: Callable[[str, str], Json | None], found: Json, paths: Iterable[str]) -> Json:
    """Return an object as it is shown, with the objects in place of the ids at `paths`."""
    made = objects.shown(found)
    for path in paths:
        name, _, rest = path.partition(".")
        inner = made.get(name)
        kind = "charge" if name == "latest_charge" else name
        if isinstance(inner, str):
            inner = find(kind, inner)
        if isinstance(inner, dict):
            made[name] = expanded(find, inner, [rest] if rest else [])
    return made


def _fitting(every: Iterable[Json], query: Json) -> Iterator[Json]:
    types = listed(query.get("types"))
    created = query.get("created", {})
    exact = {name: query[name] for name in EQUAL if name in query}
    for one in every:
        if types and one["type"] not in types:
            continue
        if any(not fnmatchcase(str(one.get(name)), wanted) for name, wanted in exact.items()):
            continue
        if all(COMPARED[word](one["created"], int(moment)) for word, moment in created.items()):
            yield one


def _after(found: Iterator[Json], id_: str | None) -> Iterator[Json]:
    if id_ is not None:
        for one in found:
            if one["id"] == id_:
                break
    yield from found
