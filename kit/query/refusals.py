"""The sentences with which a query string is refused (contract section 4, validation message)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from kit.errors import CommerceError, invalid_data

MOST_ECHOED: Final = 200  # characters of a caller's own text that an answer repeats
MOST_TOLD: Final = 3


class ParameterError(CommerceError):
    """One thing that is wrong with a query string."""

    def __init__(self, sentence: str) -> None:
        super().__init__("invalid_data", f"Invalid request: {sentence}")
        self.sentence = sentence


class Faults:
    """What is wrong with one query string, gathered so that a caller hears of three faults at once."""

    def __init__(self) -> None:
        self._sentences: list[str] = []

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep a fault found in the block, which ends there."""
        try:
            yield
        except ParameterError as error:
            self._sentences.append(error.sentence)

    def settle(self) -> None:
        """Raise invalid_data if there was any fault."""
        if self._sentences:
            raise invalid_data(f"Invalid request: {'; '.join(self._sentences[:MOST_TOLD])}")


def wrong_type(field: str, expected: str, got: object) -> ParameterError:
    """Return the refusal of a value that is not an `expected` ("number", or "string, array" for either).

    Of what is wrong inside `$and` or `$or` the peer says that it is missing (recorded: `query_grammar/and_or_nested`).
    """
    if field.startswith("$") and ", " in field:
        return ParameterError(f"Field '{_echo(field)}' is required")
    return ParameterError(f"Expected type: '{expected}' for field '{_echo(field)}', got: '{_echo(got)}'")


def wrong_choice(field: str, choices: Iterable[str], got: str) -> ParameterError:
    """Return the refusal of a value that is none of the `choices`."""
    return ParameterError(f"Expected: '{', '.join(choices)}' for field '{_echo(field)}', but got: '{_echo(got)}'")


def too_small(field: str, least: int) -> ParameterError:
    """Return the refusal of a number below `least`."""
    return ParameterError(f"Value for field '{field}' too small, expected at least: '{least}'")


def too_large(field: str, most: int) -> ParameterError:
    """Return the refusal of a number or a length above `most`."""
    return ParameterError(f"Value for field '{field}' too large, expected at most: '{most}'")


def unrecognized(names: Iterable[str]) -> ParameterError:
    """Return the refusal of parameters that the route does not have."""
    return ParameterError(f"Unrecognized fields: '{_echo(', '.join(names))}'")


def bad_order(field: object) -> CommerceError:
    """Return the refusal of an `order` that names nothing to sort by."""
    return invalid_data(f"Order field {_echo(field)} is not valid")


def bad_pattern(field: str) -> ParameterError:
    """Return the refusal of a pattern that the field cannot be compared with."""
    return ParameterError(f"Field '{_echo(field)}' does not take such a pattern")


def too_deep_filters(depth: int) -> ParameterError:
    """Return the refusal of `$and` and `$or` inside each other more than `depth` times."""
    return ParameterError(f"Field '$and' or '$or' goes too deep, expected at most: '{depth}' inside each other")


def too_deep(hops: int) -> ParameterError:
    """Return the refusal of a path in `fields` that goes through more than `hops` relations."""
    return ParameterError(f"Field 'fields' goes too deep, expected at most: '{hops}' relations")


def _echo(value: object) -> str:
    """Return `value` as JavaScript prints it inside a string, since the peer's messages are made that way."""
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join(_echo(each) for each in value[:20])[:MOST_ECHOED]
    return (
        str(value)[:MOST_ECHOED].encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    )
