"""How many rows a list has: exact, and counted only once while the tables that it depends on stay as they are.

A count is kept with the state of its tables (kit/changes), and the statement that asks for it tells PostgreSQL which
state is known: only in another one are the rows counted, in the same snapshot. So an answer is never older than the
data, whoever wrote it, and a list costs one statement for its count all the same.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.pool import Pool

from kit.changes import noted_columns
from kit.query.compiler import Listing
from kit.tables import Base

MOST_KEPT: Final = 1_000  # counts a process remembers, of each database
LONGEST_KEPT: Final = 2_000  # characters of the values of one

READ: Final = re.compile(r'\b(?:FROM|JOIN)\s+(?:"(\w+)"|(\w+))(\s*\()?', re.IGNORECASE)
SEVERAL: Final = re.compile(r"\bFROM\s+\S+(\s+(AS\s+)?\w+)?\s*,", re.IGNORECASE)
FLEETING: Final = re.compile(r"\b(now|current_\w+|clock_timestamp|random)\b", re.IGNORECASE)
WORD: Final = re.compile(r"\w+")

Known = tuple[str, int]  # the state of the tables, and the count in it
_kept: WeakKeyDictionary[Pool, OrderedDict[tuple[str, str], Known]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Finding:
    """What is asked first of a list: run `sql` with `params`, and `settle` what its row says."""

    sql: str
    params: tuple[object, ...]
    _kept: OrderedDict[tuple[str, str], Known] | None = None
    _key: tuple[str, str] = ("", "")
    _known: Known | None = None

    def settle(self, row: Any) -> tuple[int, list[str]]:  # noqa: ANN401 - a driver row
        """Return how many rows match, and the keys of the page; the count is left out in the state that was known."""
        count = self._known[1] if row.matching is None and self._known is not None else int(row.matching or 0)
        if self._kept is not None and row.state is not None:
            self._kept[self._key] = (row.state, count)
            self._kept.move_to_end(self._key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return count, row.keys


def finding(on: AsyncConnection | AsyncSession, listing: Listing, params: tuple[object, ...]) -> Finding:
    """Return how to ask for the count and the keys of a page; the row has a `state`, a `matching` and `keys`.

    Nothing is kept of what a transaction sees: it may change more before it ends, or end in nothing.
    """
    values = repr(params[: listing.shared])
    tables = tables_read(listing.matching) if _commits_itself(on) and len(values) <= LONGEST_KEPT else ()
    found = [f"found AS MATERIALIZED ({listing.gathered})"] if listing.gathered else []
    keys = f"ARRAY({listing.keys})" if listing.keys else "NULL::text[]"
    if not tables:
        counted = f"NULL::text AS state, ({listing.count}) AS matching, {keys} AS keys"
        return Finding(f"{_with(found)}SELECT {counted}", params)
    kept = _kept.setdefault(_pool(on), OrderedDict())
    key = (listing.matching, values)
    known = kept.get(key)
    state = f"""seen AS MATERIALIZED (SELECT count(*) || ' ' || coalesce(sum(hashint8extended(txid, 0)), 0) AS state
      FROM table_change WHERE table_name IN ({", ".join(f"'{name}'" for name in tables)}))"""
    sql = f"""{_with([state, *found])}SELECT state,
      CASE WHEN state IS DISTINCT FROM ${len(params) + 1}::text THEN ({listing.count}) END AS matching,
      {keys} AS keys FROM seen"""
    return Finding(sql, (*params, known[0] if known else None), kept, key, known)


def _with(parts: list[str]) -> str:
    return f"WITH {', '.join(parts)} " if parts else ""


@lru_cache(maxsize=1024)
def tables_read(sql: str) -> tuple[str, ...]:
    """Return the tables that `sql` reads if the changes of all of them are noted and nothing else counts, else none.

    Whatever is not understood (a list of tables, a name that is none) means none: then it is counted each time.
    """
    names: set[str] = set()
    for quoted_name, name, is_function in READ.findall(sql):
        if not is_function:
            names.add(quoted_name or name)
    if not names or SEVERAL.search(sql) or FLEETING.search(sql):
        return ()
    words = frozenset(WORD.findall(sql))
    return tuple(sorted(names)) if all(_is_noted(name, words) for name in names) else ()


def _is_noted(table: str, words: frozenset[str]) -> bool:
    """Tell whether the changes of `table` are noted, those of every column of it that may be among `words`."""
    columns = noted_columns(table)
    if columns is None:
        return False
    unnoted = {column.name for column in Base.metadata.tables[table].columns} - {*columns} if columns else set()
    return not unnoted & words


def _commits_itself(on: AsyncConnection | AsyncSession) -> bool:
    options = (
        on.sync_connection.get_execution_options() if isinstance(on, AsyncConnection) and on.sync_connection else {}
    )
    return options.get("isolation_level") == "AUTOCOMMIT"


def _pool(on: AsyncConnection | AsyncSession) -> Pool:
    if not isinstance(on, AsyncConnection):
        raise TypeError("only a connection of its own commits by itself")
    return on.engine.sync_engine.pool
