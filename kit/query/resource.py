"""The declaration of a readable entity: where its rows are, what they show, and what they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase

from kit.query.binding import aliases_in, parameters_in
from kit.query.columns import Column, columns_of, quoted, with_twins
from kit.query.filters import Filter, seeking
from kit.query.selection import MOST_HOPS, Selection

LIVE: Final = "{t}.deleted_at IS NULL"
ANY: Final = ""  # every row, soft-deleted ones too; said aloud, since a relation has no default


@dataclass(frozen=True)
class Fragment:
    """Rows that are no table: a SELECT and the columns it publishes; parameters as `:name`."""

    sql: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ("id",)


@dataclass(frozen=True)
class Link:
    """A table between two entities; the two columns are those that hold the parent's and the target's key."""

    table: str | type[DeclarativeBase]
    parent: str
    target: str

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table if isinstance(self.table, str) else str(self.table.__tablename__)


@dataclass(frozen=True)
class Relation:
    """What a row leads to. `on`, `where` and `order` are SQL over `{t}` (the target), `{parent}` and `{link}`."""

    target: Callable[[], Resource]
    on: str
    where: str
    is_many: bool
    to: tuple[str, ...] = ()
    order: str | None = None
    link: Link | None = None
    reference: str | None = None
    stub: str = ""  # SQL of the JSON that a `*` of the parent shows


def one(
    target: Callable[[], Resource],
    *,
    on: str | Link,
    where: str,
    to: str = "id",
    order: str | None = None,
    stub: bool | str = False,
) -> Relation:
    """Return a relation to at most one row.

    `on` is the column here that holds the target's `to`, a `Link`, or SQL over `{t}` and `{parent}`; the named column
    comes along when the relation is asked for. With `stub` a `*` here shows the relation as its key alone; where no
    column here holds that key, `stub` is SQL of the JSON that is shown.
    """
    shown = stub if isinstance(stub, str) else ""
    if isinstance(on, Link):
        return Relation(target, _through(on, to), where, is_many=False, order=order, link=on, stub=shown)
    if "{" in on:
        return Relation(target, on, where, is_many=False, order=order, stub=shown)
    if stub is True:
        key = f"{{t}}.{quoted(on)}"
        shown = f"CASE WHEN {key} IS NOT NULL THEN json_build_object('id', {key}) END"
    joined = f"{{t}}.{quoted(to)} = {{parent}}.{quoted(on)}"
    return Relation(target, joined, where, is_many=False, to=(to,), order=order, reference=on, stub=shown)


def many(
    target: Callable[[], Resource],
    *,
    on: str | Link,
    where: str,
    of: str = "id",
    to: str = "id",
    order: str | None = None,
) -> Relation:
    """Return a relation to any number of rows, `order` being SQL (the target's key by default).

    `on` is the target's column that holds this row's `of`, a `Link` that holds the target's `to` beside it, or SQL
    over `{t}` and `{parent}`.
    """
    if isinstance(on, Link):
        return Relation(target, _through(on, to, of), where, is_many=True, order=order, link=on)
    joined = on if "{" in on else f"{{t}}.{quoted(on)} = {{parent}}.{quoted(of)}"
    return Relation(target, joined, where, is_many=True, order=order)


def _through(link: Link, to: str, of: str = "id") -> str:
    return (
        f"{{link}}.{quoted(link.target)} = {{t}}.{quoted(to)}"
        f" AND {{link}}.{quoted(link.parent)} = {{parent}}.{quoted(of)}"
    )


@dataclass(frozen=True, eq=False)
class Resource:
    """A readable entity, as data.

    `source` is a model, a table or a `Fragment`. `key` and `plural` are the answer's keys. The fields up to `unknown`
    belong to a route: `but(...)` gives another route's copy, made once, since statements are kept per resource.
    `always` are entries that a caller cannot take away; `order` is SQL over `{t}`; `sortable` names SQL to sort by
    beside the columns; `accepts` are parameters that the route itself reads. `search` makes `q` a filter: names of own
    columns, SQL over `{t}` (with `{matches}` where the comparison stands, else at its end), or a SELECT, with
    `{matches}`, of the keys of rows whose relations match. `combines` takes `$and` and `$or` of the filters,
    `with_deleted` the parameter of that name; `idle` are parameters that are checked and change nothing.
    `brings` are names that come along with another; `twins` are amounts with a `raw_` twin; `amend` is what a route
    makes of every selection; `params` are bound where a route gives none of that name, for what `fields` may lead to.
    `hidden` columns are never shown; `along` comes with every dotted choice from this entity (its id by default);
    `instead` maps a name that may be asked for to the one that shows it.
    """

    source: type[DeclarativeBase] | Table | Fragment
    key: str
    plural: str
    defaults: tuple[str, ...] = ("id",)
    always: tuple[str, ...] = ("id",)
    allowed: tuple[str, ...] | None = None
    max_hops: int | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sortable: Mapping[str, str] = field(default_factory=dict)
    order: str | None = None
    limit: int = 50
    accepts: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    combines: bool = False
    with_deleted: bool = False
    idle: tuple[str, ...] = ()
    unknown: Literal["reject", "ignore"] = "reject"
    relations: Mapping[str, Relation] | Callable[[], Mapping[str, Relation]] = field(default_factory=dict)
    computed: Mapping[str, Column] = field(default_factory=dict)
    joins: Mapping[str, str] = field(default_factory=dict)
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    twins: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    along: tuple[str, ...] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    amend: Callable[[Selection], Selection] | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    def but(self, **changes: Any) -> Resource:  # noqa: ANN401 - any of the fields above
        """Return this resource as another route reads it."""
        return replace(self, **changes)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Every published name but the relations."""
        own = self.source.columns if isinstance(self.source, Fragment) else columns_of(self.source)
        shown = with_twins({**own, **self.computed}, self.twins)
        return {name: each for name, each in shown.items() if name not in self.hidden}

    @cached_property
    def narrowed_by(self) -> Mapping[str, Filter]:
        """The filters, `q` among them where something is searched."""
        return {**self.filters, **({"q": seeking(self.rows, self.primary_key[0], self.search)} if self.search else {})}

    @cached_property
    def needs(self) -> Mapping[str, frozenset[str]]:
        """The parameters without which a name is left out, those of its joins included."""
        return {
            name: parameters_in(column.sql).union(*(parameters_in(self.joins[join]) for join in self.joined([column])))
            for name, column in self.columns.items()
        }

    def joined(self, columns: Iterable[Column]) -> list[str]:
        """Return the joins that `columns` use, in the order of their declaration; a join may use earlier ones."""
        used = frozenset[str]().union(*(aliases_in(column.sql) for column in columns))
        for name in reversed(list(self.joins)):
            if name in used:
                used |= aliases_in(self.joins[name])
        return [name for name in self.joins if name in used]

    @cached_property
    def links(self) -> Mapping[str, Relation]:
        """The relations; read late, since resources refer to each other."""
        return self.relations() if callable(self.relations) else self.relations

    @cached_property
    def primary_key(self) -> tuple[str, ...]:
        """The columns by which rows are told apart."""
        if isinstance(self.source, Fragment):
            return self.source.primary_key
        return tuple(column.name for column in _table(self.source).primary_key)

    @property
    def hops(self) -> int:
        """The longest path of relations: 3 on a route with an allow list, unless it says otherwise (contract 3)."""
        if self.max_hops is not None:
            return self.max_hops
        return MOST_HOPS if self.allowed is None else 3

    @cached_property
    def rows(self) -> str:
        """What stands after FROM."""
        if isinstance(self.source, Fragment):
            return f"({self.source.sql})"
        return quoted(_table(self.source).name)

    @cached_property
    def comes_along(self) -> tuple[str, ...]:
        """The names that a dotted choice from this entity shows unasked."""
        if self.along is not None:
            return self.along
        return ("id",) if "id" in self.columns else ()


def _table(source: type[DeclarativeBase] | Table) -> Table:
    table = source if isinstance(source, Table) else source.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{source} is mapped to a selectable: declare a Fragment")
    return table
