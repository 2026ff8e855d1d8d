"""Categories; with `include_ancestors_tree` or `include_descendants_tree` the whole branch, whatever its depth.

A branch is JSON that the page's own statement writes: one walk over the index of parents, no level of it known before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from commerce.product.taxonomy import ProductCategory
from kit.query.columns import Column, Kind, columns_of, computed, quoted
from kit.query.filters import plain
from kit.query.parameters import Value
from kit.query.refusals import wrong_type
from kit.query.request import Request, read_list, read_one
from kit.query.resource import LIVE, Link, Relation, Resource, many, one
from kit.query.values import read_value
from queries.store_product import SOLD
from queries.store_taxonomy_fields import OF_CATEGORIES
from queries.taxonomy import CATEGORY, SHOWN
from queries.taxonomy_products import products_of

ANCESTORS: Final = "include_ancestors_tree"
DESCENDANTS: Final = "include_descendants_tree"

_NAMED: Final = ("id", "name", "description", "handle")
_KEPT: Final = ("rank", "external_id", "parent_category_id", "created_at", "updated_at", "metadata")
_KIN: Final = ("*parent_category", "*category_children")
_MEMBERS: Final = Link("product_category_product", "product_category_id", "product_id")

# One row of the tree as JSON text; the alias `c` is every row's.
_OWN: Final = ", ".join(
    f"{column.printed().replace('{t}', 'c')} AS {quoted(name)}" for name, column in columns_of(ProductCategory).items()
)
_ROW: Final = f"(SELECT row_to_json(own) FROM (SELECT {_OWN}) own)"


def _descendants(where: str) -> Column:
    """Return `category_children` down to the leaves.

    Every row below is written in the order of a walk down the tree: its opening after a comma where something of its
    own height stands before it, and the ends of all that the next row lies outside of.
    """
    shown = where.replace("{t}", "c")
    place = """lpad(c.rank::text, 19, '0') || c.id COLLATE "C\""""
    return computed(f"""
      WITH RECURSIVE below AS (
        SELECT c.id, 1 AS depth, ARRAY[{place}] AS place FROM product_category c
        WHERE c.parent_category_id = {{t}}.id AND {shown}
        UNION ALL
        SELECT c.id, b.depth + 1, b.place || ({place}) FROM below b
        JOIN product_category c ON c.parent_category_id = b.id WHERE {shown}
      ), walk AS (
        SELECT id, depth, place, lag(depth) OVER way AS before, lead(depth, 1, 1) OVER way AS after
        FROM below WINDOW way AS (ORDER BY place)
      )
      SELECT coalesce('[' || string_agg(
        CASE WHEN before >= depth THEN ',' ELSE '' END || left({_ROW}::text, -1) || ',"category_children":['
        || repeat(']}}', greatest(depth - after + 1, 0)), '' ORDER BY place) || ']', '[]')::json
      FROM walk JOIN product_category c ON c.id = walk.id""")


def _ancestors(where: str, *, children: bool) -> Column:
    """Return `parent_category` up to the root; with `children` each ancestor shows the level below it."""
    shown = where.replace("{t}", "c")
    level = f"""(SELECT coalesce(json_agg({_ROW} ORDER BY c.rank, c.id), '[]')::text
      FROM product_category c WHERE c.parent_category_id = above.id AND {shown})"""
    beside = f""" || ',"category_children":' || {level}""" if children else ""
    return computed(f"""
      WITH RECURSIVE above AS (
        SELECT c.id, c.parent_category_id, 1 AS height FROM product_category c
        WHERE c.id = {{t}}.parent_category_id AND {shown}
        UNION ALL
        SELECT c.id, c.parent_category_id, a.height + 1 FROM above a
        JOIN product_category c ON c.id = a.parent_category_id WHERE {shown}
      )
      SELECT (string_agg(left({_ROW}::text, -1){beside} || ',"parent_category":', '' ORDER BY height)
        || 'null' || repeat('}}', count(*)::int))::json
      FROM above JOIN product_category c ON c.id = above.id""")


def _kin(where: str, sold: str) -> Callable[[], Mapping[str, Relation]]:
    """Return what leads from one category to others, and to its products."""

    def relations() -> Mapping[str, Relation]:
        return {
            "parent_category": one(lambda: category, on="parent_category_id", where=where),
            "category_children": many(lambda: category, on="parent_category_id", where=where),
            **products_of(_MEMBERS, sold)(),
        }

    category = CATEGORY.but(relations=relations)
    return relations


ADMIN_CATEGORY: Final = CATEGORY.but(
    defaults=(*_NAMED, "is_active", "is_internal", *_KEPT, *_KIN),
    filters={**CATEGORY.filters, **plain("is_internal", "is_active", kind=Kind.BOOLEAN)},
    relations=_kin(LIVE, LIVE),
    order="{t}.id",
    accepts=(ANCESTORS, DESCENDANTS),
    with_deleted=True,
)
STORE_CATEGORY: Final = CATEGORY.but(
    defaults=(*_NAMED, *_KEPT, *_KIN),
    allowed=OF_CATEGORIES,
    filters={**CATEGORY.filters, **plain("name")},
    relations=_kin(SHOWN, SOLD),
    order="{t}.id",
    accepts=(ANCESTORS, DESCENDANTS),
    idle=("with_deleted",),
)
_SCOPES: Final = {ADMIN_CATEGORY: LIVE, STORE_CATEGORY: SHOWN}


def with_trees(category: Resource, pairs: Sequence[tuple[str, str]], *, listed: bool = False) -> Resource:
    """Return `category` with the branches that the query string asks for, of a list or of one row.

    Errors: invalid_data for a bad query string.
    """
    if {ANCESTORS, DESCENDANTS}.isdisjoint(name for name, _ in pairs):
        return category
    asked = read_list(category, pairs) if listed else read_one(category, pairs)
    children = asked.selection.child("category_children") is not None
    return _branched(category, _is_asked(asked, ANCESTORS), _is_asked(asked, DESCENDANTS), children)


def _is_asked(asked: Request, name: str) -> bool:
    value: Value | None = asked.rest.get(name)
    if value is not None and not isinstance(value, str):
        raise wrong_type(name, "boolean", value)
    return value is not None and bool(read_value(name, Kind.BOOLEAN, value))


@cache  # twelve at most: statements are kept per resource
def _branched(category: Resource, ancestors: bool, descendants: bool, children: bool) -> Resource:  # noqa: FBT001 - cached
    if not ancestors and not descendants:
        return category
    where = _SCOPES[category]
    branches = {
        **({"parent_category": _ancestors(where, children=children)} if ancestors else {}),
        **({"category_children": _descendants(where)} if descendants else {}),
    }
    links = {name: relation for name, relation in category.links.items() if name not in branches}
    return category.but(relations=links, computed=branches, order="{t}.rank")
