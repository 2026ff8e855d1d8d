"""The `fields` language, without a database."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import CommerceError
from kit.query import Selection, parse
from kit.query.selection import MOST_CHARACTERS, MOST_ENTRIES, MOST_RELATIONS

DEFAULTS = ("id", "name", "*countries", "items.id", "items.product.id")


def flat(selection: Selection, prefix: str = "") -> set[str]:
    """Return the paths of a selection, `rel.*` for all own columns."""
    paths = {prefix + name for name in selection.names} | ({f"{prefix}*"} if selection.star else set())
    for name, child in selection.children:
        paths |= flat(child, f"{prefix}{name}.")
    return paths


ALL = {"id", "name", "countries.*", "items.id", "items.product.id"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (None, ALL),
        ("", {"id"}),
        (",", {"id"}),
        (" , ,", {"id"}),
        ("title", {"id", "title"}),
        ("title,handle", {"id", "title", "handle"}),
        ("id, handle, title", {"id", "handle", "title"}),
        ("title,+more,*rel,other.*", {"id", "title", "more", "rel.*", "other.*"}),
        ("+title", ALL | {"title"}),
        (" title", ALL | {"title"}),
        ("+title,", ALL | {"title"}),
        ("*rel", ALL | {"rel.*"}),
        ("rel.*", ALL | {"rel.*"}),
        ("+rel.*", ALL | {"rel.*"}),
        ("+*rel", ALL | {"rel.*"}),
        (" *rel , *a.b", ALL | {"rel.*", "a.b.*"}),
        ("*items.thumbnail", ALL | {"items.thumbnail.*"}),
        ("-name", ALL - {"name"}),
        ("-countries", ALL - {"countries.*"}),
        ("-items", ALL - {"items.id", "items.product.id"}),
        ("-*items", ALL - {"items.id", "items.product.id"}),
        ("-items.product", ALL - {"items.product.id"}),
        ("-item", ALL),
        ("-id", ALL),
        ("-name,+name", ALL),
        ("+name,-name", ALL - {"name"}),
        ("variants.id,-variants", {"id", "variants", "variants.id"}),
        ("a.b.c.d", {"id", "a.b.c.d"}),
        ("a..b,.a,a.", {"id"}),
        ("*", ALL | {"*"}),
        ("+", ALL),
        ("-", {"id"}),
    ],
)
def test_entries_replace_or_amend_the_defaults(fields: str | None, expected: set[str]) -> None:
    assert flat(parse(fields, DEFAULTS)) == expected


def test_the_order_of_entries_does_not_matter() -> None:
    assert parse("a,b.c,b.d", ()) == parse("b.d,b.c,a", ())


ALLOWED = ("region.name", "*payment_collection", "items", "items.total", "items.product.categories.handle")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("region.name", {"id", "region.name"}),
        ("region.secret", {"id"}),
        ("secret,name", {"id", "name"}),
        ("+secret", ALL),
        ("*items", ALL | {"items.*"}),
        ("items.total,items.secret", {"id", "items.total"}),
        ("payment_collection.amount", {"id", "payment_collection.amount"}),
        ("payment_collection.sessions.data", {"id"}),
        ("*payment_collection.sessions", ALL),
        ("countries.name,*countries", {"id", "countries.name", "countries.*"}),
        ("*", ALL),
        ("*items.product.categories.products.variants", ALL),
    ],
)
def test_names_outside_the_allow_list_are_dropped(fields: str, expected: set[str]) -> None:
    assert flat(parse(fields, DEFAULTS, ALLOWED, 3)) == expected


def test_a_path_through_too_many_relations_is_refused_when_it_is_allowed() -> None:
    deep = ("a.b.c.d", "*a.b.c.d", "a.b.c.d.e")
    assert flat(parse("a.b.c.d", (), deep, 3)) == {"id", "a.b.c.d"}
    for fields in ("*a.b.c.d", "a.b.c.d.e"):
        with pytest.raises(CommerceError, match="too deep") as caught:
            parse(fields, (), deep, 3)
        assert caught.value.type == "invalid_data"


@pytest.mark.parametrize(
    "fields",
    [
        "a" * (MOST_CHARACTERS + 1),
        "a," * (MOST_ENTRIES + 1),
        ",".join(f"r{n}.x" for n in range(MOST_RELATIONS + 1)),
        ".".join("a" * 20),
    ],
)
def test_a_list_beyond_reason_is_refused(fields: str) -> None:
    with pytest.raises(CommerceError):
        parse(fields, DEFAULTS)


def test_what_is_asked_can_be_looked_up() -> None:
    selection = parse("*variants.calculated_price,+items.total", ("id",))
    assert selection.asks("variants.calculated_price")
    assert selection.asks("variants")
    assert selection.asks("items.total")
    assert not selection.asks("items.subtotal")
    assert not selection.asks("total")


PIECES = st.sampled_from([*"+-* ,..", "id", "name", "items", "product", ".*", "\x00", "\ud800", "é", "$", "["])


@given(st.text() | st.lists(PIECES).map("".join), st.none() | st.just(ALLOWED))
def test_no_text_raises_anything_but_a_refusal(fields: str, allowed: tuple[str, ...] | None) -> None:
    with suppress(CommerceError):
        assert "id" in parse(fields, DEFAULTS, allowed, 3).names
