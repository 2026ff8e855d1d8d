"""The compiler: a resource, a selection and the shape of a request become one SELECT that answers in JSON text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final

from kit.query.binding import Binder, Slot, Statement
from kit.query.columns import Column, Kind, quoted
from kit.query.filters import Condition, Term
from kit.query.refusals import bad_order
from kit.query.resource import Fragment, Relation, Resource
from kit.query.selection import Selection

STATEMENTS: Final = 512  # compiled texts kept; a text is some 10 kB at most
LIMIT: Final = ":limit::bigint"
OFFSET: Final = ":offset::bigint"
ROW: Final = '"_row"'
PLACE: Final = '"_place"'


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

    The page is cut before anything is projected: a skipped row costs no sub-select. It binds `limit` and `offset`.
    Errors: invalid_data when `order` names nothing to sort by.
    """
    writer = _Writer(shape.given)
    inner = writer.ordered(resource, shape.order, "t0")
    page = (
        f"(SELECT t0.* FROM {writer.rows(resource)} t0{writer.conditions(shape, 't0')}"
        f"{inner} LIMIT {writer.write(LIMIT)} OFFSET {writer.write(OFFSET)})"
    )
    rows = writer.object(resource, selection, "t0", nested=False, tail=inner, source=page)
    return writer.binder.statement(
        f"SELECT coalesce(json_agg(row_to_json({ROW})), '[]'::json)::text FROM ({rows}) {ROW}"
    )


@dataclass(frozen=True)
class Listing:
    """How the rows of a list are found: SQL of how many match and of the array of one page's keys, over one binding.

    `matching` is the SQL of all that match, which is what a count depends on, by the first `shared` values alone. With
    `gathered` all matches are found first by that SQL, under the name `found`, for the count and the page at once.
    Without `keys` the rows have none that tells them apart: then `compile_page` finds them itself.
    """

    matching: str
    count: str
    keys: str
    shared: int
    gathered: str
    slots: tuple[Slot, ...]

    def bind(self, params: Mapping[str, object], values: Sequence[object] = ()) -> tuple[object, ...]:
        """Return the values in order. Errors: KeyError for a parameter that the caller forgot to give."""
        return Statement("", self.slots).bind(params, values)


@lru_cache(maxsize=STATEMENTS)
def compile_list(resource: Resource, shape: Shape) -> Listing:
    """Return what finds a page of a list and counts it; with keys it binds `limit` and `offset` too.

    Errors: invalid_data when `order` names nothing to sort by, where there are keys.
    """
    writer = _Writer(shape.given)
    rows, tail = writer.rows(resource), writer.conditions(shape, "t0")
    count = f"SELECT count(*) FROM {rows} t0{tail}"
    shared = writer.binder.statement("").slots
    if isinstance(resource.source, Fragment) or len(resource.primary_key) > 1:
        return Listing(count, count, "", len(shared), gathered="", slots=shared)
    key = quoted(resource.primary_key[0])
    matching, gathered = f"SELECT t0.{key} FROM {rows} t0{tail}", ""
    keys = matching + writer.ordered(resource, shape.order, "t0")
    if any(_seeks(term) for term in shape.terms):
        # What a page is sorted by is gathered too: joined to its table again, a page of few matches would be looked
        # for along the whole table whenever PostgreSQL takes them for many.
        place, way = writer.place(resource, shape.order, "t0")
        gathered = f"SELECT t0.{key}, {place} AS {PLACE} FROM {rows} t0{tail}" if place else matching
        keys = f"SELECT {key} FROM found ORDER BY {f'{PLACE}{way}, ' if place else ''}{key}{way}"
        count = "SELECT count(*) FROM found"
    # Bound, so that no plan for all pages, which knows neither, looks cheap enough to be kept for a rare filter.
    keys += f" LIMIT {writer.write(LIMIT)} OFFSET {writer.write(OFFSET)}"
    return Listing(matching, count, keys, len(shared), gathered, writer.binder.statement("").slots)


def _seeks(term: Term) -> bool:
    return term.filter.seeks if isinstance(term, Condition) else any(map(_seeks, term.terms))


@lru_cache(maxsize=STATEMENTS)
def compile_rows(resource: Resource, selection: Selection, given: frozenset[str]) -> Statement:
    """Return the statement whose single value is the JSON text of the array of the rows `keys`, in their order.

    It depends on nothing but what is shown, so PostgreSQL plans it once.
    """
    writer = _Writer(given)
    key = quoted(resource.primary_key[0])
    source = (
        f'(SELECT t0.*, "_key"."place" AS "_place" FROM unnest({writer.write(":keys::text[]")}) WITH ORDINALITY'
        f' AS "_key"("key", "place") JOIN {writer.rows(resource)} t0 ON t0.{key} = "_key"."key")'
    )
    rows = writer.object(resource, selection, "t0", nested=False, tail=' ORDER BY t0."_place"', source=source)
    return writer.binder.statement(
        f"SELECT coalesce(json_agg(row_to_json({ROW})), '[]'::json)::text FROM ({rows}) {ROW}"
    )


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
        first, way = _sorting(resource, order)
        keys = [f"{{t}}.{quoted(column)}{way}" for column in resource.primary_key]
        return self.write(f" ORDER BY {', '.join([*([first + way] if first else []), *keys])}", t=alias)

    def place(self, resource: Resource, order: str | None, alias: str) -> tuple[str, str]:
        """Return the one column to sort by before the key, empty when there is none, and the way of both."""
        first, way = _sorting(resource, order)
        if first and not order:
            first = f"row_number() OVER (ORDER BY {first})"
        return self.write(first, t=alias), way

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
            yield name, Column(f"({relation.stub})", Kind.JSON)


def _related(resource: Resource, selection: Selection) -> Iterator[tuple[str, Relation, Selection]]:
    for name, child in selection.children:
        relation = resource.links.get(name)
        if relation is not None:
            yield name, relation, child


def _sorting(resource: Resource, order: str | None) -> tuple[str, str]:
    """Return SQL over `{t}` to sort by before the key, the resource's own without an `order`, and which way to go.

    Errors: invalid_data when `order` names nothing to sort by.
    """
    if not order:
        return resource.order or "", ""
    name = order.removeprefix("-")
    expression = _sorted_by(resource, name.split("."))
    if expression is None:
        raise bad_order(name)
    return expression, " DESC" if order.startswith("-") else ""


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
