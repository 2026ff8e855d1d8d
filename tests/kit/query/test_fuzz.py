"""No query string may cause a 500: whatever is asked, the answer is JSON or a refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.db import Database
from kit.errors import CommerceError
from kit.query import LIVE, Resource, fetch_list, fetch_one, read_list, read_one
from tests.kit.query.shop import BOOKS, CHAPTERS

STORE = BOOKS.but(allowed=("pages", "author.books.title", "tags", "metadata"), max_hops=3)
IGNORING = BOOKS.but(unknown="ignore")
RESOURCES = (BOOKS, STORE, IGNORING, CHAPTERS)

Pairs = list[tuple[str, str]]
Ask = Callable[[Resource, Pairs], str]


@pytest.fixture(scope="module")
def ask(shop_url: str) -> Iterator[Ask]:
    """Yield a function that sends a query string through everything down to PostgreSQL."""
    with asyncio.Runner() as runner:
        database = Database(shop_url, pool_size=1)

        async def answer(resource: Resource, query: Pairs) -> str:
            async with database.reading() as connection:
                return await fetch_list(connection, resource, read_list(resource, query), where=[LIVE])

        async def detail(resource: Resource, query: Pairs) -> str | None:
            selection = read_one(resource, query).selection
            async with database.reading() as connection:
                return await fetch_one(connection, resource, selection, where=["{t}.id = :id"], params={"id": "b1"})

        def both(resource: Resource, query: Pairs) -> str:
            fields = [pair for pair in query if pair[0] == "fields"]
            json.loads(runner.run(detail(resource, fields)) or "null")
            return runner.run(answer(resource, query))

        yield both
        runner.run(database.close())


ODD = st.sampled_from(
    [
        *(
            "\x00",
            "a\x00b",
            "\ud800",
            "é",
            "🦀",
            "",
            " ",
            "null",
            "true",
            "NaN",
            "Infinity",
            "-0",
            "1e99",
            "1e999",
            "0x1",
        ),
        *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "9" * 400, "0." + "1" * 400, "1_000"),
        *("٣", "2026-11-23", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "20260101"),
        *("24:00", "2026-W01-1", "now", "infinity", "b1", "b1,b2", "'", '"', "\\", "$1", "{t}", ":id", "%", ";"),
    ]
)
WORDS = st.sampled_from(
    [
        *(
            "id",
            "title",
            "author",
            "author.name",
            "author.books",
            "chapters",
            "chapters.book",
            "chapters.title",
            "tags",
        ),
        *(
            "opening",
            "pages",
            "price",
            "in_print",
            "created_at",
            "metadata",
            "totals",
            "total",
            "worth",
            "fees",
            "secret",
        ),
        *("raw_fee", "chapters.raw_fee", "nope", "author.author", "chapter_count", "book", "book.author.name", "fee"),
    ]
)
FIELDS = st.lists(st.tuples(st.sampled_from(["", "+", " ", "-", "*", "+*"]), WORDS | ODD, st.sampled_from(["", ".*"])))
OPERATORS = ("$eq", "$ne", "$in", "$nin", "$like", "$ilike", "$re", "$contains", "$gt", "$gte", "$lt", "$lte")
SIGNS = st.sampled_from(
    [
        "",
        "[]",
        "[0]",
        "[$in][]",
        "[$ne][]",
        "[a][b]",
        "[",
        "]",
        ".",
        ".x",
        "[\x00]",
        *(f"[{each}]" for each in OPERATORS),
    ]
)
INSIDE = st.sampled_from(["$or[0]", "$and[0]", "$and[1]", "$or[0][$and][0]", "$or[]", "$or", "$or[x]", "$or[0][$or]"])
PATTERNS = st.text("ab(){}[]*+?|^$.\\1,:=!<%_", max_size=12)
NAMES = st.sampled_from([*BOOKS.narrowed_by, "limit", "offset", "order", "fields", "$or", "with_deleted", "region_id"])
PARAMETER = st.one_of(
    st.tuples(NAMES, ODD | WORDS | st.text(max_size=20)),
    st.tuples(st.tuples(NAMES | st.text(max_size=5), SIGNS).map("".join), ODD | st.text(max_size=20)),
    st.tuples(
        st.tuples(INSIDE, st.sampled_from(sorted(BOOKS.narrowed_by)), SIGNS).map(
            lambda each: f"{each[0]}[{each[1]}]{each[2]}"
        ),
        ODD | WORDS | PATTERNS,
    ),
    st.tuples(st.sampled_from(["author_id[$re]", "author_id[$like]", "author_id[$ilike]", "q"]), PATTERNS),
    st.tuples(st.just("fields"), FIELDS.map(lambda entries: ",".join("".join(entry) for entry in entries))),
    st.tuples(st.just("order"), st.tuples(st.sampled_from(["", "-", "+", " "]), WORDS | ODD).map("".join)),
    st.tuples(st.sampled_from(["limit", "offset"]), st.integers(-3, 10_002).map(str)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(RESOURCES), st.lists(PARAMETER, max_size=4))
def test_any_query_string_is_answered_or_refused(ask: Ask, resource: Resource, query: Pairs) -> None:
    try:
        answer = json.loads(ask(resource, query))
    except CommerceError as error:
        refusal = error
    else:
        assert set(answer) == {resource.plural, "count", "offset", "limit"}
        return
    assert refusal.type == "invalid_data"
    refusal.message.encode()
    assert "\x00" not in refusal.message


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(BOOKS.filters)), st.sampled_from(["", "[]"]), ODD | st.text())
def test_any_value_of_a_filter_is_taken_or_refused(ask: Ask, name: str, brackets: str, value: str) -> None:
    query = [(name + brackets, value), ("fields", "id")]
    try:
        json.loads(ask(BOOKS, query))
    except CommerceError as error:
        refusal: CommerceError | None = error
    else:
        refusal = None
    assert refusal is None or refusal.type == "invalid_data"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["author", "books", "chapters", "book", "tags", "opening"]), min_size=1, max_size=9))
def test_any_path_of_relations_is_answered_or_refused(ask: Ask, path: list[str]) -> None:
    try:
        json.loads(ask(BOOKS, [("fields", f"*{'.'.join(path)}")]))
    except CommerceError as error:
        refusal = error.message
    else:
        refusal = "too deep"
        assert len(path) <= BOOKS.hops
    assert "too deep" in refusal
