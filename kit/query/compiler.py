"""The compiler: a resource, a selection and the shape of a request become one SELECT that answers in JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final

from kit.query.binding import Binder, Statement
from kit.query.columns import Column, Kind, quoted
from kit.query.filters import Condition, Term
from kit.query.refusals import bad_order
from kit.query.resource import Fragment, Relation, Resource
from kit.query.selection import Selection

STATEMENTS: Final = 512  # compiled texts kept; a text is some 10 kB at most
LIMIT: Final = ":limit::bigint"
OFFSET: Final = ":offset::bigint"
ROW: Final = '"_row"'


@dataclass(frozen=True)
class Shape:
    """What the text of a statement depends on beside resource and selection; never a value.

    `where` are conditions over `{t}` with `:name` parameters (scope, soft deletion); `given` the parameters that the
    caller will bind, since computed names whose parameters are missing are left out.
    """

    where: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    order: str | None = None
    given: frozenset[str] = frozenset()


@lru_cache(maxsize=STATEMENTS)
def compile_one(resource: Resource, selection: Selection, shape: Shape) -> Statement:
    """Return the statement whose single value is the object's JSON text, no row when there is none."""
    writer = _Writer(shape.given)
    rows = writer.object(resource, selection, "t0", nested=False, tail=writer.conditions(shape, "t0"))
    return writer.binder.statement(f"SELECT row_to_json({ROW})::text FROM ({rows}) {ROW}")


@lru_cache(maxsize=STATEMENTS)
def compile_page(resource: Resource, selection: Selection, shape: Shape) -> Statement:
    """Return the statement whose single value is the JSON text of a page's array.

    The page is cut before anything is projected: a skipped row costs no sub-select. It binds `limit` and
    `offset`.
    Errors: invalid_data when `order` names nothing to sort by.
    """
    writer = _Writer(shape.given)
    inner, page = writer.ordered(resource, shape.order, "t0"), writer.page(resource, shape)
    rows = writer.object(resource, selection, "t0", nested=False, tail=inner, source=page)
    return writer.binder.statement(
        f"SELECT coalesce(json_agg(row_to_json({ROW})), '[]'::json)::text FROM ({rows}) {ROW}"
    )


@lru_cache(maxsize=STATEMENTS)
def compile_count(resource: Resource, shape: Shape) -> Statement:
    """Return the statement that counts all rows that a list's pages are cut from."""
    writer = _Writer(shape.given)
    tail = writer.conditions(shape, "t0")
    return writer.binder.statement(f"SELECT count(*) FROM {writer.rows(resource)} t0{tail}")


class _Writer:
    """Writes one statement; aliases are numbered through it."""

    def __init__(self, given: frozenset[str]) -> None:
        self.binder = Binder()
        self._given = given
        self._aliases = 0

    def write(self, sql: str, **aliases: str) -> str:
        return self.binder.write(sql, aliases)

    def rows(self, resource: Resource) -> str:
        return self.write(resource.rows)

    def object(
        self,
        resource: Resource,
        selection: Selection,
        alias: str,
        *,
        nested: bool,
        tail: str,
        source: str | None = None,
        link: str = "",
    ) -> str:
        """Return the SELECT whose rows are the objects; `tail` is what follows its FROM."""
        columns = list(_chosen(resource, selection, nested=nested, given=self._given))
        aliases = {"t": alias, **{name: f"{name}_{alias}" for name in resource.joins}}
        shown = [f"{self.write(column.printed(), **aliases)} AS {quoted(name)}" for name, column in columns]
        used = resource.joined(column for _, column in columns)
        joins = "".join(f" {self.write(resource.joins[name], **aliases)}" for name in used)
        for name, relation, child in _related(resource, selection):
            shown.append(f"{self._relation(relation, child, alias)} AS {quoted(name)}")
        return f"SELECT {', '.join(shown)} FROM {source or self.rows(resource)} {alias}{link}{joins}{tail}"

    def page(self, resource: Resource, shape: Shape) -> str:
        """Return the rows of one page, which stand after FROM; of a table, its keys alone are cut first.

        An index has those, so that the rows far before a page are not even read.
        """
        rows = self.rows(resource)
        tail = self.conditions(shape, "t0") + self.ordered(resource, shape.order, "t0")
        # Bound, so that no plan for all pages, which knows neither, looks cheap enough to be kept for a rare filter.
        tail += f" LIMIT {self.write(LIMIT)} OFFSET {self.write(OFFSET)}"
        if isinstance(resource.source, Fragment):
            return f"(SELECT t0.* FROM {rows} t0{tail})"
        keys = ", ".join(f"t0.{quoted(column)}" for column in resource.primary_key)
        names = ", ".join(map(quoted, resource.primary_key))
        return f'(SELECT t0.* FROM {rows} t0 JOIN (SELECT {keys} FROM {rows} t0{tail}) "_cut" USING ({names}))'

    def conditions(self, shape: Shape, alias: str) -> str:
        """Return the WHERE of scope and filters, both or none."""
        parts = [self.write(sql, t=alias) for sql in shape.where if sql]
        numbers = count()
        parts += [self._term(term, numbers, alias) for term in shape.terms]
        return f" WHERE {' AND '.join(f'({part})' for part in parts)}" if parts else ""

    def ordered(self, resource: Resource, order: str | None, alias: str) -> str:
        """Return the ORDER BY: what was asked, else the resource's own, then the key, so that pages never overlap.

        The key goes the way that was asked for, as the peer's does: so one index over both serves both ways.
        """
        keys = [f"{{t}}.{quoted(column)}" for column in resource.primary_key]
        parts = [resource.order] if resource.order and not order else []
        if order:
            name = order.removeprefix("-")
            expression = _sorted_by(resource, name.split("."))
            if expression is None:
                raise bad_order(name)
            parts = [expression]
            if order.startswith("-"):
                parts, keys = [f"{expression} DESC"], [f"{key} DESC" for key in keys]
        return self.write(f" ORDER BY {', '.join([*parts, *keys])}", t=alias)

    def _term(self, term: Term, numbers: Iterator[int], alias: str) -> str:
        """Return the SQL of a term; `numbers` counts the values of the conditions in the order they are written."""
        if isinstance(term, Condition):
            comparison = term.comparison.value
            if "{value}" in comparison:
                place = self.binder.place(next(numbers))
                comparison = self.write(comparison, value=place, type=term.filter.kind.value)
            return self.write(term.filter.sql, t=alias, matches=comparison)
        inner = [f"({self._term(each, numbers, alias)})" for each in term.terms]
        return f" {term.word} ".join(inner) or "TRUE"

    def _relation(self, relation: Relation, selection: Selection, parent: str) -> str:
        """Return the sub-select that is a relation's JSON: an object or null, an array."""
        self._aliases += 1
        alias, link = f"t{self._aliases}", f"l{self._aliases}"
        target = relation.target()
        is_unique = relation.to == target.primary_key
        aliases = {"t": alias, "parent": parent, "link": link}
        joined = f" CROSS JOIN {quoted(relation.link.name)} {link}" if relation.link else ""
        tail = " WHERE " + " AND ".join(
            f"({self.write(sql, **aliases)})" for sql in (relation.on, relation.where) if sql
        )
        if not is_unique:
            keys = ", ".join(f"{{t}}.{quoted(column)}" for column in target.primary_key)
            tail += self.write(f" ORDER BY {relation.order or target.order or keys}", **aliases)
        if not relation.is_many and not is_unique:
            tail += " LIMIT 1"
        rows = self.object(target, selection, alias, nested=True, tail=tail, link=joined)
        if relation.is_many:
            return f"(SELECT coalesce(json_agg(row_to_json({ROW})), '[]'::json) FROM ({rows}) {ROW})"
        return f"(SELECT row_to_json({ROW}) FROM ({rows}) {ROW})"


def _chosen(
    resource: Resource, selection: Selection, *, nested: bool, given: frozenset[str]
) -> Iterator[tuple[str, Column]]:
    """Yield the columns that the selection means, in the resource's order; what is unknown is left out."""
    asked = set(selection.names)
    if nested and not selection.star:
        asked.update(resource.comes_along)
    for name, child in selection.children:
        column, relation = resource.columns.get(name), resource.links.get(name)
        if column is not None and (column.kind is Kind.JSON or child == Selection(star=True)):
            asked.add(name)  # a scalar marked as a relation (`*items.thumbnail`), or a path into stored JSON
        if relation is not None and relation.reference:
            asked.add(relation.reference)
    asked.update(*(resource.brings.get(name, ()) for name in asked))
    named = (*selection.names, *(name for name, _ in selection.children))
    asked.update(resource.instead[name] for name in named if name in resource.instead)
    for name, column in resource.columns.items():
        if (name in asked or (selection.star and column.star)) and resource.needs[name] <= given:
            yield name, column
    for name, relation in resource.links.items():
        if relation.stub and selection.child(name) is None and (selection.star or name in selection.names):
            key = f"{{t}}.{quoted(relation.reference or name)}"
            yield name, Column(f"CASE WHEN {key} IS NOT NULL THEN json_build_object('id', {key}) END", Kind.JSON)


def _related(resource: Resource, selection: Selection) -> Iterator[tuple[str, Relation, Selection]]:
    for name, child in selection.children:
        relation = resource.links.get(name)
        if relation is not None:
            yield name, relation, child


def _sorted_by(resource: Resource, path: list[str]) -> str | None:
    """Return the SQL over `{t}` that `order` sorts by: a column, or one of a row that this one leads to."""
    name, *rest = path
    if not rest:
        column = resource.columns.get(name)
        if name in resource.sortable or column is None:
            return resource.sortable.get(name)
        is_stored = column.kind is not Kind.JSON and name not in resource.computed
        return column.sql if is_stored else None
    relation = resource.links.get(name)
    if relation is None or relation.is_many or relation.link:
        return None
    target = relation.target()
    expression = _sorted_by(target, rest)
    if expression is None:
        return None
    where = " AND ".join(f"({sql})" for sql in (relation.on, relation.where) if sql)
    row = f'"_sort{len(rest)}"'
    return (f"(SELECT {expression} FROM {target.rows} {{t}} WHERE {where} LIMIT 1)".replace("{t}", row)).replace(
        "{parent}", "{t}"
    )
