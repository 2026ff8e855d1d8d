"""What is sent to PostgreSQL: how many statements, the same text for the same shape, every value bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, islice

import pytest
from sqlalchemy import event

from kit.db import Database, value
from kit.errors import CommerceError
from kit.query import LIVE, Fragment, fetch_list, read_list, read_one
from kit.query.compiler import Shape, compile_list, compile_one, compile_page, compile_rows
from kit.query.refusals import MOST_ECHOED
from tests.kit.query.shop import BOOKS, Shop, pairs

EVERYTHING = "fields=*,*author,*author.books,*chapters,*chapters.book,*tags,*opening,fees"


@contextmanager
def sent(database: Database) -> Iterator[list[str]]:
    """Collect the statements that reach the driver."""
    seen: list[str] = []

    def note(*event_arguments: object) -> None:
        seen.append(str(event_arguments[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_a_long_list_costs_as_many_statements_as_a_short_one(shop: Shop) -> None:
    with sent(shop.database) as one:
        await shop.list(f"{EVERYTHING}&limit=1")
    with sent(shop.database) as many:
        await shop.list(f"{EVERYTHING}&limit=50")
    assert len(one) == len(many) == 2
    assert one == many


async def test_a_single_read_is_one_statement_and_an_empty_page_too(shop: Shop) -> None:
    with sent(shop.database) as seen:
        await shop.one("b1", EVERYTHING)
    assert len(seen) == 1
    with sent(shop.database) as seen:
        await shop.list("limit=0")
    assert len(seen) == 1


async def test_other_values_are_the_same_text(shop: Shop) -> None:
    with sent(shop.database) as seen:
        await shop.list("id=b1&pages=100&limit=20&fields=title")
        await shop.list("limit=20&pages=7&id=b3&fields=title,id")
    assert seen[:2] == seen[2:]


def compiled() -> tuple[int, int]:
    return compile_rows.cache_info().misses, compile_list.cache_info().misses


async def test_a_statement_is_compiled_once_for_a_shape(shop: Shop) -> None:
    books = BOOKS.but()  # no other test's statements
    await shop.list("id[]=b1&order=-title&fields=title,pages", books)
    before = compiled()
    await shop.list("id[]=b2&id[]=b3&order=-title&fields=pages,title", books)
    assert compiled() == before
    for query in ("id=b1&fields=title,pages", "id[]=b1&order=title&fields=title,pages"):
        await shop.list(query, books)
    assert compiled() == (before[0], before[1] + 2)  # the rows are shown by the same text, however they are found
    await shop.list("id[]=b1&order=-title&fields=title", books)
    assert compiled() == (before[0] + 1, before[1] + 2)


async def test_postgresql_prepares_each_of_many_statements_once(shop: Shop) -> None:
    queries = [f"fields={','.join(names)}" for names in islice(combinations(BOOKS.columns, 3), 200)]
    prepared = "FROM pg_prepared_statements WHERE statement LIKE 'SELECT coalesce%'"
    async with shop.database.reading() as connection:
        for query in (*queries, *queries):
            await fetch_list(connection, BOOKS, read_list(BOOKS, pairs(query)), where=[LIVE])
        kept = await value(connection, f"SELECT count(*) {prepared}")
        used = await value(connection, f"SELECT min(generic_plans + custom_plans) {prepared}")
    assert kept > 100
    assert used >= 2


def test_a_skipped_row_is_not_projected() -> None:
    request = read_list(BOOKS, pairs("order=-title"))
    listing = compile_list(BOOKS, Shape((LIVE,), order=request.order))
    assert "q_chapter" not in listing.keys
    pageless = BOOKS.but(source=Fragment("SELECT * FROM q_book", BOOKS.columns))
    assert not compile_list(pageless, Shape()).keys
    sql = compile_page(pageless, request.selection, Shape((LIVE,), order=request.order)).sql
    assert sql.index("LIMIT") < sql.index(") t0 ORDER BY")
    assert sql.count('"q_chapter"') == 1


def test_a_search_reads_its_table_once_whatever_it_is_sorted_by() -> None:
    for order in ("", "&order=-title", "&order=author.name"):
        request = read_list(BOOKS, pairs(f"q=x{order}"))
        listing = compile_list(BOOKS, Shape((LIVE,), request.narrowing.terms, request.order))
        assert "q_book" not in listing.keys + listing.count
        assert listing.gathered.count('"q_book" t0') == 1


async def test_what_has_no_key_of_its_own_is_listed_by_as_many_statements(shop: Shop) -> None:
    books = BOOKS.but(source=Fragment("SELECT * FROM q_book", {n: c for n, c in BOOKS.columns.items() if n != "fees"}))
    with sent(shop.database) as seen:
        assert await shop.ids("order=-title&limit=2&offset=1&q=o", books) == ["b1", "b4"]
    assert len(seen) == 2


def test_a_computed_name_is_compiled_only_when_it_is_asked_for() -> None:
    given = Shape((LIVE,), given=frozenset({"rate"}))
    plain = compile_one(BOOKS, read_one(BOOKS, []).selection, given)
    asking = compile_one(BOOKS, read_one(BOOKS, pairs("fields=worth,fees")).selection, given)
    assert "LATERAL" not in plain.sql
    assert plain.slots == ()
    assert "LATERAL" in asking.sql
    assert asking.slots == ("rate",)


EVIL = ["'; DROP TABLE q_book; --", "1' OR '1'='1", '"', "\\", "$1", "{t}", ":rate", "%s", "%(a)s", "a\nb", "🦀"]


def text_of(*query: tuple[str, str]) -> str:
    request = read_list(BOOKS, query)
    listing = compile_list(BOOKS, Shape((LIVE,), request.narrowing.terms, request.order))
    return listing.matching + listing.keys + compile_rows(BOOKS, request.selection, frozenset()).sql


@pytest.mark.parametrize("evil", EVIL)
async def test_what_a_caller_writes_never_becomes_sql(shop: Shop, evil: str) -> None:
    harmless = text_of(("title", "x"), ("fields", "id"))
    assert text_of(("title", evil), ("fields", "id")) == harmless
    assert text_of(("title", "x"), ("fields", f"id,{evil},*{evil}")) == harmless
    for pair in (("order", evil), (evil, "x"), ("pages", evil), ("limit", evil), (f"chapters[{evil}]", "x")):
        with pytest.raises(CommerceError) as caught:
            text_of(pair)
        assert len(caught.value.message) < MOST_ECHOED * 2
    async with shop.database.reading() as connection:
        request = read_list(BOOKS, [("title", evil)])
        assert '"count":0' in await fetch_list(connection, BOOKS, request, where=[LIVE])
