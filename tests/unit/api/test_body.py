"""Bodies: what is read exactly, what is refused, and the contract's sentences (section 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Gt, Le
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from api.body import Body, Email, Number, Part, Record, parse
from api.validation import explain, shown
from kit.errors import CommerceError


class Rule(Part):
    attribute: str
    operator: Literal["eq", "in"]


class Strict(Body):
    code: str = ""


class Example(Body):
    title: str = ""
    status: Literal["draft", "published"] = "draft"
    quantity: Annotated[Number, Gt(0), Le(10)] = Decimal(1)
    is_open: bool = False
    email: Email | None = None
    rules: list[Rule] = Field(default_factory=list)
    strict: Strict | None = None
    metadata: Record | None = None
    either: Rule | list[Rule] | None = None
    names: str | list[str] = ""


def refusal(**body: Any) -> str:  # noqa: ANN401 - what a caller sends
    with pytest.raises(ValidationError) as caught:
        Example(**body)
    faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in caught.value.errors()]
    return explain(faults).removeprefix("Invalid request: ")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"title": 5}, "Expected type: 'string' for field 'title', got: '5'"),
        ({"title": None}, "Expected type: 'string' for field 'title', got: 'null'"),
        ({"status": "live"}, "Expected: 'draft, published' for field 'status', but got: 'live'"),
        ({"quantity": "2"}, "Expected type: 'number' for field 'quantity', got: '2'"),
        ({"quantity": True}, "Expected type: 'number' for field 'quantity', got: 'true'"),
        ({"quantity": 0}, "Value for field 'quantity' too small, expected at least: '0'"),
        ({"quantity": 11}, "Value for field 'quantity' too big, expected at most: '10'"),
        ({"is_open": "yes"}, "Expected type: 'boolean' for field 'is_open', got: 'yes'"),
        ({"email": "nope"}, "Invalid email address"),
        ({"rules": {}}, "Expected type: 'array' for field 'rules', got: '[object Object]'"),
        ({"rules": [{"attribute": "x"}]}, "Field 'rules, 0, operator' is required"),
        ({"rules": [{"attribute": "x", "operator": "like"}]}, "Field 'rules, 0, operator' is required"),
        ({"rules": [3]}, "Field 'rules, 0' is required"),
        ({"metadata": []}, "Expected type: 'object' for field 'metadata', got: ''"),
        ({"foo": 1, "bar": 2}, "Unrecognized fields: 'foo, bar'"),
        ({"strict": {"x": 1}}, "Unrecognized fields: 'x'"),
        ({"either": {"attribute": "x"}}, "Field 'either, operator' is required"),
        ({"either": [{"operator": "eq"}]}, "Field 'either, 0, attribute' is required"),
        ({"either": "x"}, "Expected type: 'object, array' for field 'either', got: 'x'"),
        ({"names": {}}, "Expected type: 'string, array' for field 'names', got: '[object Object]'"),
    ],
)
def test_a_fault_is_told_in_the_contract_s_words(body: dict[str, Any], sentence: str) -> None:
    assert refusal(**body) == sentence


def test_faults_come_in_the_order_of_the_fields_and_unknown_keys_last() -> None:
    assert refusal(foo="bar", status="live", title=5) == (
        "Expected type: 'string' for field 'title', got: '5'; "
        "Expected: 'draft, published' for field 'status', but got: 'live'; Unrecognized fields: 'foo'"
    )


def test_at_most_three_faults_are_told() -> None:
    assert refusal(title=5, status="live", quantity="2", foo=1).count("; ") == 2


def test_unknown_keys_of_a_part_are_dropped() -> None:
    example = Example(rules=[{"attribute": "x", "operator": "eq", "more": 1}])  # type: ignore[list-item]  # as JSON has it
    assert example.rules[0].model_dump() == {"attribute": "x", "operator": "eq"}


def test_given_tells_null_from_left_out() -> None:
    assert Example(email=None, metadata={"a": 1}).given() == {"email": None, "metadata": {"a": 1}}


def test_amounts_are_read_exactly_and_metadata_as_other_clients_have_it() -> None:
    body = parse(b'{"quantity": 0.1, "metadata": {"weight": 0.1, "deep": [1.5]}}')
    example = Example(**body)
    assert example.quantity == Decimal("0.1")
    assert example.metadata == {"weight": 0.1, "deep": [1.5]}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"name": ', "Unexpected end of JSON input"),
        (b'{"name"', "Unexpected end of JSON input"),
        (b"{'name': 1}", "Expecting property name enclosed in double quotes in JSON at position 1"),
        (b'{"a": 1} x', "Extra data in JSON at position 9"),
        (b"\xff", "The body is not UTF-8."),
        (b'{"a": NaN}', "NaN is not a number that can be stored."),
        (b'{"a": 1e999}', "1e999 is not a number that can be stored."),
        (b"1" * 400, "11111111111111111111... is not a number that can be stored."),
        (b'{"a": "\\u0000"}', "A text holds a character that cannot be stored."),
        (b'{"\\u0000": 1}', "A text holds a character that cannot be stored."),
        (b'["\\ud800"]', "A text holds a character that cannot be stored."),
        (b"[" * 100_000, "The body is nested too deeply."),
    ],
)
def test_what_is_no_json_that_can_be_stored_is_refused(raw: bytes, message: str) -> None:
    with pytest.raises(CommerceError) as caught:
        parse(raw)
    assert (caught.value.type, caught.value.message) == ("invalid_data", message)


def test_nothing_reads_as_an_empty_object() -> None:
    assert parse(b"") == {}


def test_pairs_of_surrogates_are_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


@given(st.binary())
def test_parsing_is_total(raw: bytes) -> None:
    try:
        parse(raw)
    except CommerceError as refused:
        assert refused.type == "invalid_data"  # noqa: PT017 - both outcomes are right


def test_values_are_shown_as_javascript_prints_them() -> None:
    assert [shown(value) for value in (None, False, 2, [1, None, "x"], {"a": 1})] == [
        *("null", "false", "2", "1,,x", "[object Object]")
    ]
