"""What a reader gets: JSON built by PostgreSQL, in the contract's shape."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from kit.errors import CommerceError
from kit.query import LIVE, Selection, fetch_all, fetch_object, fetch_one, many, one, parse
from tests.kit.query.shop import AUTHORS, BOOKS, CHAPTERS, TAGS, Shop

STUB = {"book_id": "b1", "deleted_at": None, "book": {"id": "b1"}}
OPENING = {"id": "c1", "title": "Opening", "fee": 0, "raw_fee": {"value": "0", "precision": 20}, "rank": 1, **STUB}
MIDDLE = {"id": "c2", "title": "Middle", "fee": 1.5, "raw_fee": {"value": "1.5", "precision": 20}, "rank": 2, **STUB}
END = {"id": "c5", "title": "End", "fee": None, "raw_fee": None, "rank": 3, **STUB}


class TestShape:
    async def test_a_list_shows_the_defaults_and_counts_all_that_match(self, shop: Shop) -> None:
        assert await shop.list("limit=1") == {
            "books": [
                {
                    "id": "b1",
                    "title": "One",
                    "author_id": "a1",
                    "price": 19.9,
                    "created_at": "2026-11-23T02:41:29.400Z",
                    "author": {"id": "a1", "name": "Ann", "deleted_at": None},
                    "chapters": [END, MIDDLE, OPENING],
                }
            ],
            "count": 4,
            "offset": 0,
            "limit": 1,
        }

    async def test_dates_are_utc_with_milliseconds_and_numbers_trimmed(self, shop: Shop) -> None:
        book = await shop.one("b2", "fields=*")
        assert book["created_at"] == "2026-11-23T10:00:00.000Z"
        assert book["deleted_at"] is None
        async with shop.database.reading() as connection:
            text = await fetch_object(connection, BOOKS, parse("price", ()), where=["{t}.id = 'b2'"])
        assert text == '{"id":"b2","price":42}'

    async def test_nothing_is_null_and_no_rows_are_an_empty_list(self, shop: Shop) -> None:
        book = await shop.one("b4", "fields=*,*author,*chapters,*tags,+opening.title,+total,+fees")
        for name in ("in_print", "metadata", "author", "author_id", "opening", "total", "fees"):
            assert book[name] is None
        assert book["chapters"] == book["tags"] == []

    async def test_a_name_may_be_shown_as_another(self, shop: Shop) -> None:
        books = BOOKS.but(relations={"tags": BOOKS.links["tags"]}, instead={"author": "author_id", "nobody": "nothing"})
        for fields in ("author", "*author", "author.name", "author_id"):
            assert await shop.one("b1", f"fields={fields},nobody", books) == {"id": "b1", "author_id": "a1"}

    async def test_json_columns_stay_json(self, shop: Shop) -> None:
        book = await shop.one("b1", "fields=metadata,total,tax_total,totals.total")
        assert book == {
            "id": "b1",
            "metadata": {"k": [1]},
            "totals": {"total": 20.5},
            "total": 20.5,
            "tax_total": None,
        }

    async def test_a_hidden_column_is_shown_by_no_means(self, shop: Shop) -> None:
        for fields in ("secret", "*", "+secret", "*secret", "secret.x"):
            assert "hush" not in json.dumps(await shop.list(f"fields={fields}", AUTHORS))
        book = await shop.one("b1", "fields=*author,author.secret")
        assert book["author"] == {"id": "a1", "name": "Ann", "deleted_at": None}

    async def test_unknown_names_are_ignored(self, shop: Shop) -> None:
        assert await shop.one("b1", "fields=id,nope.foo,bar,*baz,title.x") == {"id": "b1"}
        assert await shop.one("b1", "fields=author.nope") == {"id": "b1", "author_id": "a1", "author": {"id": "a1"}}

    async def test_a_bare_relation_shows_nothing_unless_it_has_a_stub(self, shop: Shop) -> None:
        assert await shop.one("b1", "fields=author,chapters") == {"id": "b1"}
        assert await shop.one("c1", "fields=book", CHAPTERS) == {"id": "c1", "book": {"id": "b1"}}

    async def test_a_stub_may_be_sql_where_the_key_is_elsewhere(self, shop: Shop) -> None:
        opening = "SELECT json_build_object('id', min(c.id)) FROM q_chapter c WHERE c.book_id = {t}.id"
        books = BOOKS.but(
            relations={"opening": one(lambda: CHAPTERS, on="{t}.book_id = {parent}.id", where=LIVE, stub=opening)}
        )
        assert (await shop.one("b1", "fields=*", books))["opening"] == {"id": "c1"}
        assert (await shop.one("b1", "fields=*,opening.rank", books))["opening"] == {"id": "c1", "rank": 1}
        assert await shop.one("b1", "fields=id", books) == {"id": "b1"}

    async def test_a_scalar_may_be_marked_as_a_relation(self, shop: Shop) -> None:
        assert await shop.one("b1", "fields=id,*title,*metadata") == {
            "id": "b1",
            "title": "One",
            "metadata": {"k": [1]},
        }

    async def test_a_row_without_any_chosen_column_is_an_empty_object(self, shop: Shop) -> None:
        assert await shop.one("b1", "fields=tags.nope") == {"id": "b1", "tags": [{}, {}]}

    async def test_numbers_with_many_digits_keep_twenty_in_their_twin(self, shop: Shop) -> None:
        book = await shop.one("b2", "fields=chapters.raw_fee")
        assert book["chapters"] == [{"id": "c4", "raw_fee": {"value": "12345678901234567890", "precision": 20}}]


class TestRelations:
    async def test_paths_go_through_relations_and_bring_keys_along(self, shop: Shop) -> None:
        book = await shop.one("b1", "fields=chapters.title,tags.note,author.books.title")
        assert book == {
            "id": "b1",
            "author_id": "a1",
            "author": {"id": "a1", "books": [{"id": "b1", "title": "One"}]},
            "chapters": [
                {"id": "c5", "title": "End"},
                {"id": "c2", "title": "Middle"},
                {"id": "c1", "title": "Opening"},
            ],
            "tags": [{"note": "fresh"}, {"note": None}],
        }

    async def test_deleted_rows_are_not_led_to(self, shop: Shop) -> None:
        assert (await shop.one("b3", "fields=*author"))["author"] is None

    async def test_along_is_the_declaration_s_choice(self, shop: Shop) -> None:
        bare = CHAPTERS.but(along=())
        books = BOOKS.but(relations={"chapters": many(lambda: bare, on="book_id", where=LIVE)})
        assert (await shop.one("b2", "fields=chapters.title", books))["chapters"] == [{"title": "Only"}]

    async def test_one_of_many_is_the_first_by_its_order(self, shop: Shop) -> None:
        assert (await shop.one("b1", "fields=opening.title"))["opening"] == {"id": "c1", "title": "Opening"}

    async def test_what_is_always_in_cannot_be_taken_away(self, shop: Shop) -> None:
        books = BOOKS.but(always=("id", "title", "*tags"))
        tags = [{"value": "old", "note": None}]
        for fields in ("pages", "-title,-tags,-author,-chapters,-price,-created_at,+pages"):
            found = await shop.one("b2", f"fields={fields}", books)
            assert found == {"id": "b2", "title": "Two", "pages": None, "tags": tags}


class TestComputed:
    async def test_a_name_without_its_parameters_is_left_out(self, shop: Shop) -> None:
        assert await shop.one("b1", "fields=worth") == {"id": "b1"}
        assert await shop.one("b1", "fields=worth", rate=2) == {"id": "b1", "worth": 39.8}

    async def test_a_join_s_parameters_count_too(self, shop: Shop) -> None:
        books = BOOKS.but(joins={"fee": "LEFT JOIN LATERAL (SELECT :n::int AS sum) {fee} ON true"})
        assert await shop.one("b1", "fields=fees", books) == {"id": "b1"}
        assert await shop.one("b1", "fields=fees", books, n=3) == {"id": "b1", "fees": 3}

    async def test_a_join_may_use_an_earlier_one(self, shop: Shop) -> None:
        books = BOOKS.but(
            joins={
                "base": "LEFT JOIN LATERAL (SELECT {t}.pages * 2 AS n) {base} ON true",
                "other": "LEFT JOIN LATERAL (SELECT 1 / 0 AS n) {other} ON true",
                "fee": "LEFT JOIN LATERAL (SELECT {base}.n + 1 AS sum) {fee} ON true",
            }
        )
        assert await shop.one("b1", "fields=fees", books) == {"id": "b1", "fees": 201}

    async def test_star_does_not_mean_computed_names(self, shop: Shop) -> None:
        assert not {"worth", "fees", "total"} & set(await shop.one("b1", "fields=*", rate=2))


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("id=b1", ["b1"]),
            ("id[]=b1&id[]=b2&id[]=zz", ["b1", "b2"]),
            ("id[0]=b1&id[1]=b3", ["b1", "b3"]),
            ("id[]=b1,b2", ["b1", "b2"]),
            ("id=b1,b2", []),
            ("id=", []),
            ("title=One&author_id=a1", ["b1"]),
            ("title=One&author_id=a2", []),
            ("author_id=null", ["b4"]),
            ("author_id[]=null&author_id[]=a2", ["b2", "b4"]),
            ("title=null", []),
            ("pages=7", ["b3", "b4"]),
            ("price=19.9", ["b1"]),
            ("price[]=42.000,1e3", ["b2", "b4"]),
            ("in_print=true", ["b1"]),
            ("in_print[]=true&in_print[]=false", ["b1", "b2"]),
            ("created_at=2026-11-23T02:41:29.400Z", ["b1"]),
            ("created_at=2026-11-24", ["b3"]),
            ("tag=old", ["b1", "b2"]),
            ("tag[]=new&tag[]=old", ["b1", "b2"]),
            ("chapters[title]=Only", ["b2"]),
            ("chapters.title[]=Only,Middle", ["b1", "b2"]),
            ("weight[]=heavy", ["b1"]),
            ("pages[$eq]=7&title=Four", ["b4"]),
            ("pages[$eq][]=7&pages[$eq][]=100", ["b1", "b3", "b4"]),
            ("pages[$ne]=7", ["b1"]),
            ("pages[$ne][]=7&pages[$ne][]=100", []),
            ("pages[$in][0]=7&pages[$in][1]=1", ["b3", "b4"]),
            ("pages[$in]=7", ["b3", "b4"]),
            ("pages[$nin][0]=7&pages[$nin][1]=1", ["b1"]),
            ("pages[$gt]=7", ["b1"]),
            ("pages[$gte]=7&pages[$lt]=100", ["b3", "b4"]),
            ("pages[$gte]=7&pages[$lte]=100", ["b1", "b3", "b4"]),
            ("pages.$gt=7", ["b1"]),
            ("created_at[$gte]=2026-11-23T10:00:00Z&created_at[$lt]=2026-11-25", ["b2", "b3"]),
            ("author_id[$eq]=null", ["b4"]),
            ("author_id[$ne]=null", ["b1", "b2", "b3"]),
            ("author_id[$in][]=null&author_id[$in][]=a1", ["b1", "b4"]),
            ("author_id[$nin][]=null&author_id[$nin][]=a1", ["b2", "b3"]),
            ("author_id[$like]=_1", ["b1"]),
            ("author_id[$like]=A%25", []),
            ("author_id[$ilike]=A%25", ["b1", "b2", "b3"]),
            ("author_id[$contains]=1", ["b1"]),
            ("author_id[$contains]=%25", []),
            ("author_id[$re]=^a[13]$", ["b1", "b3"]),
            ("$or[0][id]=b1&$or[1][pages]=7", ["b1", "b3", "b4"]),
            ("$or[0][id]=b1&$or[0][title]=Two&$or[1][id]=b2", ["b2"]),
            ("$and[0][id][]=b1&$and[0][id][]=b2&$and[1][author_id]=a1", ["b1"]),
            ("$and[0][$or][0][id]=b1&$and[0][$or][1][id]=b3&$and[1][pages][$gt]=50", ["b1"]),
            ("$or[0][$and][0][pages]=7&$or[0][$and][1][title]=Four&$or[1][q]=only&author_id[$ne]=a1", ["b2"]),
            ("q=o", ["b1", "b2", "b4"]),
            ("q=ONLY", ["b2"]),
            ("q=7&title=Four", ["b4"]),
            ("q=%25", []),
            ("q=_ne", []),
            ("q=%5C", []),
            ("q=", ["b1", "b2", "b3", "b4"]),
            ("$or[0][q]=&$or[1][id]=b1", ["b1", "b2", "b3", "b4"]),
            ("with_deleted=true&pages=7", ["b3", "b4", "b5"]),
            ("with_deleted=false&pages=7", ["b3", "b4"]),
        ],
    )
    async def test_a_filter_narrows_the_rows(self, shop: Shop, query: str, ids: list[str]) -> None:
        answer = await shop.list(f"{query}&fields=id")
        assert [each["id"] for each in answer["books"]] == ids
        assert answer["count"] == len(ids)

    async def test_soft_deletion_is_an_argument(self, shop: Shop) -> None:
        async with shop.database.reading() as connection:
            text = await fetch_all(connection, BOOKS, Selection(("id",)), where=[])
        assert [each["id"] for each in json.loads(text)] == ["b1", "b2", "b3", "b4", "b5"]

    async def test_a_pattern_that_is_none_is_refused_by_the_database(self, shop: Shop) -> None:
        for pattern in ("(", "[", "*a", "a**", "\\", "(?:", "[[:x:]]", "a{21"):
            with pytest.raises(CommerceError) as caught:
                await shop.list(f"author_id[$re]={quote(pattern)}")
            assert caught.value.type == "invalid_data", pattern

    async def test_own_columns_are_searched_without_gathering_keys(self, shop: Shop) -> None:
        books = BOOKS.but(search=("title", "{t}.pages::text"))
        assert await shop.ids("q=o", books) == ["b1", "b2", "b4"]
        assert await shop.ids("q=7", books) == ["b3", "b4"]

    async def test_a_scope_takes_parameters(self, shop: Shop) -> None:
        async with shop.database.reading() as connection:
            text = await fetch_all(
                connection,
                BOOKS,
                Selection(("id",)),
                where=[LIVE, "{t}.author_id = ANY(:authors::text[])"],
                params={"authors": ["a1", "a2"]},
            )
        assert [each["id"] for each in json.loads(text)] == ["b1", "b2"]


class TestPages:
    async def test_pages_follow_each_other(self, shop: Shop) -> None:
        assert await shop.ids("limit=2") == ["b1", "b2"]
        assert await shop.ids("limit=2&offset=2") == ["b3", "b4"]
        assert await shop.list("offset=5000&limit=3") == {"books": [], "count": 4, "offset": 5000, "limit": 3}

    async def test_a_page_of_none_still_counts(self, shop: Shop) -> None:
        assert await shop.list("limit=0") == {"books": [], "count": 4, "offset": 0, "limit": 0}

    @pytest.mark.parametrize(
        ("order", "ids"),
        [
            ("title", ["b4", "b1", "b3", "b2"]),
            ("-title", ["b2", "b3", "b1", "b4"]),
            ("%2Btitle", ["b4", "b1", "b3", "b2"]),
            ("pages", ["b3", "b4", "b1", "b2"]),
            ("-pages", ["b2", "b1", "b4", "b3"]),
            ("author.name", ["b1", "b2", "b3", "b4"]),
            ("-author.name", ["b4", "b3", "b2", "b1"]),
            ("-chapter_count", ["b1", "b2", "b4", "b3"]),
            ("", ["b1", "b2", "b3", "b4"]),
        ],
    )
    async def test_rows_come_in_the_order_asked_for_then_by_key(self, shop: Shop, order: str, ids: list[str]) -> None:
        assert await shop.ids(f"order={order}&fields=title") == ids
        sought = [each for each in ids if each != "b3"]
        assert await shop.ids(f"order={order}&fields=title&q=o") == sought
        assert await shop.ids(f"order={order}&fields=title&q=o&limit=1&offset=1") == sought[1:2]

    async def test_a_resource_has_an_order_of_its_own(self, shop: Shop) -> None:
        books = BOOKS.but(order="{t}.created_at DESC")
        assert await shop.ids("", books) == ["b4", "b3", "b2", "b1"]
        assert await shop.ids("q=o&limit=2", books) == ["b4", "b2"]

    async def test_an_order_goes_through_several_relations(self, shop: Shop) -> None:
        assert await shop.ids("order=-book.author.name", CHAPTERS) == ["c4", "c5", "c2", "c1"]

    @pytest.mark.parametrize(
        "order",
        ["nope", "author", "author.nope", "author.secret", "chapters.title", "metadata", "worth", "title,id", "-"],
    )
    async def test_an_order_that_names_nothing_is_refused(self, shop: Shop, order: str) -> None:
        for limit in (0, 10):
            with pytest.raises(CommerceError) as caught:
                await shop.list(f"order={order}&limit={limit}")
            assert caught.value.message == f"Order field {order.removeprefix('-')} is not valid"


class TestOne:
    async def test_what_is_not_in_scope_is_none(self, shop: Shop) -> None:
        async with shop.database.reading() as connection:
            for id_ in ("nope", "b5"):
                where = ["{t}.id = :id", LIVE]
                assert await fetch_one(connection, BOOKS, Selection(), where=where, params={"id": id_}) is None

    async def test_a_transaction_sees_its_own_writes(self, shop: Shop) -> None:
        async def work(session: AsyncSession) -> str | None:
            await run(session, "UPDATE q_tag SET note = 'written' WHERE value = 'new'")
            return await fetch_one(session, TAGS, parse("note", ()), where=["{t}.value = 'new'"])

        assert await shop.database.transact(work) == '{"tag":{"note":"written"}}'
        await shop.database.transact(
            lambda session: run(session, "UPDATE q_tag SET note = 'fresh' WHERE value = 'new'")
        )
