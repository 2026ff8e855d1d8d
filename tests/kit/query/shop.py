"""A little shop of the read engine's own, so that its tests need no commerce module."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
from sqlalchemy import BigInteger, Boolean, Column, MetaData, Numeric, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from kit.db import Database
from kit.query import (
    ANY,
    LIVE,
    Filter,
    Kind,
    Link,
    Resource,
    computed,
    fetch_list,
    fetch_one,
    inside,
    many,
    one,
    ops,
    plain,
    read_list,
    read_one,
)
from kit.tables import MOMENT

METADATA = MetaData()

AUTHOR = Table(
    "q_author",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("secret", Text),
    Column("deleted_at", MOMENT),
)
BOOK = Table(
    "q_book",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text),
    Column("author_id", Text),
    Column("pages", BigInteger),
    Column("price", Numeric),
    Column("in_print", Boolean),
    Column("totals", JSONB),
    Column("metadata", JSONB),
    Column("created_at", MOMENT),
    Column("deleted_at", MOMENT),
)
CHAPTER = Table(
    "q_chapter",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("book_id", Text),
    Column("title", Text),
    Column("fee", Numeric),
    Column("rank", BigInteger),
    Column("deleted_at", MOMENT),
)
TAG = Table("q_tag", METADATA, Column("value", Text, primary_key=True), Column("note", Text))
BOOK_TAG = Table("q_book_tag", METADATA, Column("book_id", Text), Column("tag_value", Text))

AUTHORS = Resource(
    AUTHOR,
    key="author",
    plural="authors",
    hidden=frozenset({"secret"}),
    relations={"books": many(lambda: BOOKS, on="author_id", where=LIVE)},
)
CHAPTERS = Resource(
    CHAPTER,
    key="chapter",
    plural="chapters",
    twins=("fee",),
    relations={"book": one(lambda: BOOKS, on="book_id", where=ANY, stub=True)},
)
TAGS = Resource(TAG, key="tag", plural="tags")
BOOKS = Resource(
    BOOK,
    key="book",
    plural="books",
    defaults=("id", "title", "price", "created_at", "*author", "*chapters"),
    filters={
        **plain("id", "title"),
        **ops("author_id", nullable=True),
        **ops("pages", kind=Kind.INTEGER),
        **plain("price", kind=Kind.NUMBER),
        **plain("in_print", kind=Kind.BOOLEAN),
        **ops("created_at", kind=Kind.MOMENT),
        "weight": Filter(
            "CASE WHEN {t}.pages > 50 THEN 'heavy' ELSE 'light' END {matches}", takes="list", values=("light", "heavy")
        ),
        "first_name": Filter("{t}.title {matches}", takes="one"),
        "tag": Filter("EXISTS (SELECT 1 FROM q_book_tag x WHERE x.book_id = {t}.id AND x.tag_value {matches})"),
        "chapters.title": Filter("EXISTS (SELECT 1 FROM q_chapter x WHERE x.book_id = {t}.id AND x.title {matches})"),
    },
    sortable={"chapter_count": "(SELECT count(*) FROM q_chapter c WHERE c.book_id = {t}.id)"},
    accepts=("region_id",),
    search=("title", "{t}.pages::text", "SELECT c.book_id FROM q_chapter c WHERE c.title {matches} OR c.id {matches}"),
    combines=True,
    with_deleted=True,
    relations={
        "author": one(lambda: AUTHORS, on="author_id", where=LIVE),
        "chapters": many(lambda: CHAPTERS, on="book_id", where=LIVE, order="{t}.rank DESC, {t}.id"),
        "tags": many(lambda: TAGS, on=Link("q_book_tag", "book_id", "tag_value"), to="value", where=ANY),
        "opening": one(
            lambda: CHAPTERS, on="{t}.book_id = {parent}.id AND {t}.fee IS NOT NULL", where=LIVE, order="{t}.rank"
        ),
    },
    computed={
        **inside("totals", "total", "tax_total"),
        "worth": computed("{t}.price * :rate::numeric", Kind.NUMBER),
        "fees": computed("{fee}.sum", Kind.NUMBER),
    },
    joins={"fee": "LEFT JOIN LATERAL (SELECT sum(c.fee) FROM q_chapter c WHERE c.book_id = {t}.id) {fee} ON true"},
)

ROWS = """
INSERT INTO q_author VALUES ('a1', 'Ann', 'hush', NULL), ('a2', 'Bob', 'hush', NULL), ('a3', 'Gone', 'hush', now());
INSERT INTO q_book VALUES
  ('b1', 'One', 'a1', 100, 19.90, true, '{"total": 20.5}', '{"k": [1]}', '2026-11-23T02:41:29.4Z', NULL),
  ('b2', 'Two', 'a2', NULL, 42.00, false, '{}', NULL, '2026-11-23 12:00:00+02', NULL),
  ('b3', 'Three', 'a3', 7, NULL, NULL, '{}', '{}', '2026-11-24T00:00:00Z', NULL),
  ('b4', 'Four', NULL, 7, 1000, NULL, '{}', NULL, '2026-11-25T00:00:00Z', NULL),
  ('b5', 'Deleted', 'a1', 7, 1, NULL, '{}', NULL, '2026-11-25T00:00:00Z', now());
INSERT INTO q_chapter VALUES
  ('c1', 'b1', 'Opening', 0, 1, NULL), ('c2', 'b1', 'Middle', 1.50, 2, NULL), ('c3', 'b1', 'Cut', 9, 3, now()),
  ('c4', 'b2', 'Only', 12345678901234567890.123456, 1, NULL), ('c5', 'b1', 'End', NULL, 3, NULL);
INSERT INTO q_tag VALUES ('new', 'fresh'), ('old', NULL);
INSERT INTO q_book_tag VALUES ('b1', 'new'), ('b1', 'old'), ('b2', 'old');
"""


async def build(url: str) -> None:
    """Make the tables in the database at `url` and fill them."""
    connection = await asyncpg.connect(url)
    try:
        for table in METADATA.sorted_tables:
            await connection.execute(str(CreateTable(table).compile(dialect=postgresql.dialect())))
        await connection.execute(ROWS)
    finally:
        await connection.close()


class Shop:
    """Reads the books as a route would: a query string in, the answer out."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def list(self, query: str, resource: Resource = BOOKS, **params: object) -> dict[str, Any]:
        request = read_list(resource, pairs(query))
        async with self.database.reading() as connection:
            text = await fetch_list(connection, resource, request, where=request.scope([LIVE]), params=params)
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def ids(self, query: str, resource: Resource = BOOKS) -> list[str]:
        answer = await self.list(query, resource)
        return [each["id"] for each in answer[resource.plural]]

    async def one(self, id_: str, query: str = "", resource: Resource = BOOKS, **params: object) -> dict[str, Any]:
        request = read_one(resource, pairs(query))
        async with self.database.reading() as connection:
            scope = ["{t}.id = :id", *request.scope([LIVE])]
            text = await fetch_one(connection, resource, request.selection, where=scope, params={"id": id_, **params})
        answer: dict[str, Any] = json.loads(text or "{}").get(resource.key, {})
        return answer


def pairs(query: str) -> list[tuple[str, str]]:
    """Return the pairs of a query string as a web framework hands them over."""
    return parse_qsl(query, keep_blank_values=True)
