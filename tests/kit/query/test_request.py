"""Query strings in bracket style, read for a resource; without a database."""

from __future__ import annotations

import pytest

from kit.errors import CommerceError
from kit.query import read_list, read_one
from kit.query.parameters import MOST_PARAMETERS, Value, decode
from tests.kit.query.shop import BOOKS, pairs

STORE = BOOKS.but(allowed=("pages",))
ADMIN = BOOKS.but(unknown="ignore")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1", {"a": "1"}),
        ("a=", {"a": ""}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("a[]=1", {"a": ["1"]}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("a[]=1&a[5]=2", {"a": ["1", "2"]}),
        ("a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        ("a[b][]=1&a[b][]=2", {"a": {"b": ["1", "2"]}}),
        ("a.b=1", {"a": {"b": "1"}}),
        ("a.b[$gt]=1", {"a": {"b": {"$gt": "1"}}}),
        ("a.b.c=1", {"a": {"b.c": "1"}}),
        (".a=1&b.=2", {".a": "1", "b.": "2"}),
        ("$or[0][a]=1&$or[1][b]=2", {"$or": [{"a": "1"}, {"b": "2"}]}),
        ("a=1&a[b]=2", {"a": ["1", {"b": "2"}]}),
        ("a[=1&b]=2&[]=3&[c]=4", {"a[": "1", "b]": "2", "[]": "3", "[c]": "4"}),
    ],
)
def test_brackets_spell_a_tree(query: str, expected: dict[str, Value]) -> None:
    assert decode(pairs(query)) == expected


def test_paging_has_defaults_and_is_read_as_numbers() -> None:
    request = read_list(BOOKS, pairs("limit=5&offset=10"))
    assert (request.limit, request.offset) == (5, 10)
    request = read_list(BOOKS, [])
    assert (request.limit, request.offset, request.order) == (50, 0, None)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("foo=1", "Unrecognized fields: 'foo'"),
        ("foo=1&bar[x]=2", "Unrecognized fields: 'foo, bar'"),
        ("chapters[nope]=1", "Unrecognized fields: 'chapters.nope'"),
        ("a[]]=1", "Unrecognized fields: 'a[]]'"),
        ("limit=abc", "Expected type: 'number' for field 'limit', got: 'abc'"),
        ("limit=", "Expected type: 'number' for field 'limit', got: ''"),
        ("limit=1.5", "Expected type: 'number' for field 'limit', got: '1.5'"),
        ("limit=1&limit=2", "Expected type: 'number' for field 'limit', got: '1,2'"),
        ("limit=-1", "Value for field 'limit' too small, expected at least: '0'"),
        ("offset=-1", "Value for field 'offset' too small, expected at least: '0'"),
        ("limit=10001", "Value for field 'limit' too large, expected at most: '10000'"),
        ("offset=9223372036854775808", "Expected type: 'number' for field 'offset', got: '9223372036854775808'"),
        ("fields[]=a", "Expected type: 'string' for field 'fields', got: 'a'"),
        ("order[a]=b", "Expected type: 'string' for field 'order', got: '[object Object]'"),
        ("title[$ilike]=%25euro%25", "Expected type: 'string, array' for field 'title', got: '[object Object]'"),
        ("title[][a]=b", "Expected type: 'string, array' for field 'title', got: '[object Object]'"),
        ("price[$gt]=5", "Expected type: 'number, array' for field 'price', got: '[object Object]'"),
        ("weight=light", "Expected type: 'array' for field 'weight', got: 'light'"),
        ("weight[]=fat", "Expected: 'light, heavy' for field 'weight', but got: 'fat'"),
        ("first_name[]=a", "Expected type: 'string' for field 'first_name', got: 'a'"),
        ("pages[$gt]=x", "Expected type: 'number' for field 'pages, $gt', got: 'x'"),
        ("pages[$gt][]=1", "Expected type: 'number' for field 'pages, $gt', got: '1'"),
        ("pages[$in][a]=1", "Expected type: 'number, array' for field 'pages, $in', got: '[object Object]'"),
        ("pages[$near]=1", "Unrecognized fields: 'pages, $near'"),
        ("pages[$like]=1", "Field 'pages, $like' does not take such a pattern"),
        ("author_id[$like]=a%5C", "Field 'author_id, $like' does not take such a pattern"),
        ("author_id[$re]=(a)%5C1", "Field 'author_id, $re' does not take such a pattern"),
        ("author_id[$re]=a{200}", "Field 'author_id, $re' does not take such a pattern"),
        ("author_id[$re]=(?=a)", "Field 'author_id, $re' does not take such a pattern"),
        (f"author_id[$re]={'a' * 201}", "Value for field 'author_id, $re' too large, expected at most: '200'"),
        ("q[]=a", "Expected type: 'string' for field 'q', got: 'a'"),
        ("with_deleted=yes", "Expected type: 'boolean' for field 'with_deleted', got: 'yes'"),
        ("$or=a", "Expected type: 'array' for field '$or', got: 'a'"),
        ("$or[a]=b", "Expected type: 'array' for field '$or', got: '[object Object]'"),
        ("$or[]=a", "Field '$or, 0' is required"),
        ("$or[0][foo]=a", "Unrecognized fields: 'foo'"),
        ("$and[0][$or][0][title]=One&$and[1][weight]=light", "Field '$and, 1, weight' is required"),
        (
            "&".join(f"$or[{n}][title]=x" for n in range(101)),
            "Value for field 'filters' too large, expected at most: '100'",
        ),
        (
            "$or[0][$or][0][$or][0][$or][0]=x",
            "Field '$and' or '$or' goes too deep, expected at most: '3' inside each other",
        ),
        ("pages=x", "Expected type: 'number' for field 'pages', got: 'x'"),
        ("pages=9223372036854775808", "Expected type: 'number' for field 'pages', got: '9223372036854775808'"),
        ("price=NaN", "Expected type: 'number' for field 'price', got: 'NaN'"),
        ("price=1e999999", "Expected type: 'number' for field 'price', got: '1e999999'"),
        ("price[]=1,x", "Expected type: 'number' for field 'price', got: 'x'"),
        ("in_print=yes", "Expected type: 'boolean' for field 'in_print', got: 'yes'"),
        ("created_at=yesterday", "Expected type: 'date' for field 'created_at', got: 'yesterday'"),
        (
            "created_at=0001-01-01T00:00:00%2B14:00",
            "Expected type: 'date' for field 'created_at', got: '0001-01-01T00:00:00+14:00'",
        ),
        ("title=a%00b", "Expected type: 'string' for field 'title', got: 'a\N{REPLACEMENT CHARACTER}b'"),
        ("id=null&a[b][c][d][e][f][g][h][i][j]=1", "Value for field 'a' too large, expected at most: '8'"),
    ],
)
def test_what_cannot_be_is_refused_in_the_validation_form(query: str, message: str) -> None:
    with pytest.raises(CommerceError) as caught:
        read_list(BOOKS, pairs(query))
    assert (caught.value.type, caught.value.message) == ("invalid_data", f"Invalid request: {message}")


def test_three_faults_are_told_in_the_order_of_the_declaration() -> None:
    with pytest.raises(CommerceError) as caught:
        read_list(BOOKS, pairs("foo=1&pages=x&$or[0][price]=y&limit=a&title[a]=b"))
    assert caught.value.message == (
        "Invalid request: Expected type: 'number' for field 'limit', got: 'a'; "
        "Expected type: 'string, array' for field 'title', got: '[object Object]'; "
        "Expected type: 'number' for field 'pages', got: 'x'"
    )
    with pytest.raises(CommerceError) as caught:
        read_list(BOOKS, pairs("foo=1&$or[0][price]=y&limit=-1"))
    assert caught.value.message == (
        "Invalid request: Value for field 'limit' too small, expected at least: '0'; "
        "Field '$or, 0, price' is required; Unrecognized fields: 'foo'"
    )
    with pytest.raises(CommerceError, match="Expected type: 'string' for field 'fields', got: 'a'; Unrecognized"):
        read_one(BOOKS, pairs("foo=1&fields[]=a"))


def test_too_many_parameters_are_refused() -> None:
    with pytest.raises(CommerceError):
        read_list(BOOKS, [("id[]", "x")] * (MOST_PARAMETERS + 1))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(CommerceError):
        read_list(BOOKS, [("title", "\ud800")])


def test_a_route_may_ignore_what_it_does_not_know() -> None:
    assert read_list(ADMIN, pairs("foo=1&chapters[nope]=2&limit=3")).limit == 3
    assert read_one(ADMIN, pairs("foo=1")).rest == {}


def test_what_is_idle_is_checked_and_changes_nothing() -> None:
    idle = BOOKS.but(idle=("with_deleted", "$or", "pages"))
    asked = read_list(idle, pairs("with_deleted=true&$or[0][title]=One&pages[$gt]=5&title=Two"))
    assert not asked.with_deleted
    assert asked.narrowing == read_list(BOOKS, pairs("title=Two")).narrowing
    with pytest.raises(CommerceError, match=r"'pages, \$gt', got: 'x'$"):
        read_list(idle, pairs("pages[$gt]=x"))


def test_parameters_in_any_order_are_one_statement() -> None:
    asked = [read_list(BOOKS, pairs(query)) for query in ("q=a&title=b&$or[0][id]=c", "$or[0][id]=1&title=2&q=3")]
    assert asked[0].narrowing.terms == asked[1].narrowing.terms


def test_what_was_not_declared_is_not_known() -> None:
    bare = BOOKS.but(search=(), combines=False, with_deleted=False)
    with pytest.raises(CommerceError, match="Unrecognized fields: 'q, \\$or, with_deleted'"):
        read_list(bare, pairs("q=a&$or[0][id]=b&with_deleted=true"))


def test_a_single_read_knows_no_filters() -> None:
    with pytest.raises(CommerceError, match="Unrecognized fields: 'title, limit'"):
        read_one(BOOKS, pairs("title=x&limit=1"))
    assert read_one(BOOKS, pairs("title=x&limit=1&with_deleted=true"), as_list=True).with_deleted
    with pytest.raises(CommerceError, match="Unrecognized fields: 'nope'"):
        read_one(BOOKS, pairs("nope=x"), as_list=True)


@pytest.mark.parametrize("order", ["nope", "title,-pages", "-author.name", "$x"])
def test_a_route_with_an_allow_list_sorts_by_nothing_else(order: str) -> None:
    with pytest.raises(CommerceError) as caught:
        read_list(STORE, [("order", order)])
    assert caught.value.message == f"Order field {order.removeprefix('-')} is not valid"
    assert read_list(STORE, [("order", "-pages")]).order == "-pages"
    assert read_list(STORE, [("order", " title")]).order == "title"


def test_what_the_route_reads_itself_is_handed_over() -> None:
    request = read_list(BOOKS, pairs("region_id=reg_1&limit=1"))
    assert request.text("region_id") == "reg_1"
    assert request.texts("region_id") == ["reg_1"]
    assert read_list(BOOKS, pairs("region_id[]=a,b")).texts("region_id") == ["a", "b"]
    assert read_list(BOOKS, []).text("region_id") is None
    assert read_list(BOOKS, []).texts("region_id") is None
    with pytest.raises(CommerceError):
        read_list(BOOKS, pairs("region_id[]=a")).text("region_id")
    with pytest.raises(CommerceError):
        read_list(BOOKS, pairs("region_id=%00")).text("region_id")
