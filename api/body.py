"""Request bodies: exact numbers, no text that PostgreSQL cannot hold, unknown keys refused or dropped by level."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from kit.cards import has_card_number
from kit.errors import invalid_data

DIGITS: Final = 308  # what a JSON number of other clients, an IEEE double, can be at most
EMAIL: Final = re.compile(
    r"(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}"
)
BIGGEST: Final = 2**53 - 1  # the largest whole number that an IEEE double tells from its neighbours
T = TypeVar("T")


class Body(BaseModel):
    """A request body; an unknown key is refused. `!` in endpoints.csv gives a nested object the same base."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Return what the caller sent, defaults left out: a key set to null is not a key left out."""
        return self.model_dump(exclude_unset=True)


class Part(Body):
    """A nested object whose unknown keys are dropped."""

    model_config = ConfigDict(extra="ignore")


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number_type", "Expected a number")
    return Decimal(value)


def _moment(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("date_type", "Expected a date")
    try:
        moment = datetime.fromisoformat(value)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("date_type", "Expected a date") from None


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -BIGGEST <= value <= BIGGEST:
        raise PydanticCustomError("number_type", "Expected a number")
    if value != int(value):
        raise ValueError(f"{value} is not a whole number")
    return int(value)


def _flag(value: object) -> object:
    """Return a boolean that came as its text, as the peer takes it where the contract says `boolean | string`."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _email(value: str) -> str:
    if not EMAIL.fullmatch(value):
        raise ValueError("Invalid email address")
    return value


def _doubles(value: T) -> T | Any:  # noqa: ANN401 - a JSON value
    """Return free JSON with its numbers as other clients have them; no amount is ever read from it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    return [_doubles(item) for item in value] if isinstance(value, list) else value


def _cardless(value: T) -> T:
    if has_card_number(value):  # not repeated in the answer: clients log what they are told
        raise ValueError("A card number is not accepted here: only the payment provider's own form takes it")
    return value


Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
Record = Annotated[dict[str, Any], AfterValidator(_doubles)]
CardlessText = Annotated[str, AfterValidator(_cardless)]
CardlessRecord = Annotated[dict[str, Any], AfterValidator(_cardless), AfterValidator(_doubles)]


def parse(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of `raw`, fractions as Decimal, and nothing read as an empty object.

    Errors: `invalid_data` when it is no JSON, or holds a number or a text that cannot be stored.
    """
    try:
        value = json.loads(raw.decode() or "{}", parse_float=_decimal, parse_int=_integer, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(error.doc.rstrip())
        message = "Unexpected end of JSON input" if at_end else f"{error.msg} in JSON at position {error.pos}"
        raise invalid_data(message) from error
    except UnicodeDecodeError as error:
        raise invalid_data("The body is not UTF-8.") from error
    except RecursionError as error:
        raise invalid_data("The body is nested too deeply.") from error
    if b"\\u" in raw:  # only an escape can bring them: a bare one is no JSON
        for text in _texts(value):
            _refuse_unstorable(text)
    return value


def _decimal(digits: str) -> Decimal:
    number = Decimal(digits)
    if len(digits) > DIGITS or abs(number.adjusted()) > DIGITS:
        _refuse(digits[:20])
    return number


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        _refuse(f"{digits[:20]}...")
    return int(digits)


def _refuse(number: str) -> NoReturn:
    raise invalid_data(f"{number} is not a number that can be stored.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _refuse_unstorable(text: str) -> None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise invalid_data("A text holds a character that cannot be stored.")
