"""What a cart write asks outside of its transaction: questions, and what was said to them (docs/adr/0010)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeAlias

from commerce.fulfillment.port import DataRequest, PriceRequest
from commerce.tax.port import TaxRequest
from kit import clock
from kit.decimals import to_number

Json: TypeAlias = Mapping[str, Any]

KEPT_FOR: Final = timedelta(hours=1)
"""How long an answer counts: tariffs and tax rates change, though nobody touches the cart."""


@dataclass(frozen=True, eq=False)
class Question:
    """Something that only a provider knows."""

    provider_id: str
    request: PriceRequest | DataRequest | TaxRequest

    @cached_property
    def fingerprint(self) -> str:
        """What two questions have in common that need one answer; holds no id that a second try would make anew."""
        asked = [type(self.request).__name__, self.provider_id, asdict(self.request)]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=_text).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Answer:
    """What a provider said, as plain JSON in which amounts and rates are texts, and when."""

    said: Json
    at: datetime = field(default_factory=clock.now)

    @property
    def is_fresh(self) -> bool:
        """Whether it still counts."""
        return clock.now() - self.at < KEPT_FOR

    def as_json(self) -> dict[str, Any]:
        """Return what a cart keeps of it."""
        return {"said": self.said, "at": self.at.isoformat()}


@dataclass(frozen=True)
class Told:
    """What was asked for one write, by fingerprint; None where nothing was heard. `is_final`: nothing more is asked."""

    answers: Mapping[str, Answer | None] = field(default_factory=dict)
    is_final: bool = False


NOTHING_TOLD: Final = Told()


class NeedsError(Exception):
    """A write cannot go on without answers: it is rolled back, they are asked for, and it is tried again."""

    def __init__(self, questions: Iterable[Question]) -> None:
        super().__init__("a provider has to be asked")
        self.questions: Sequence[Question] = tuple(questions)


@dataclass(frozen=True)
class Heard:
    """What is known of a question: `said` is None when nobody ever answered it."""

    question: Question
    answer: Answer | None
    is_confirmed: bool

    @property
    def said(self) -> Json | None:
        """The answer's JSON."""
        return self.answer.said if self.answer else None


def kept_answers(row: Json | None) -> dict[str, Answer]:
    """Return the answers that a cart keeps, by the fingerprints of their questions."""
    return {key: Answer(each["said"], datetime.fromisoformat(each["at"])) for key, each in (row or {}).items()}


def recall(question: Question, kept: Mapping[str, Answer], told: Told) -> Heard | None:
    """Return what is known of the question, None while it has to be asked.

    An answer that no longer counts stands in where the provider is not heard: better the same question's old answer
    than none, and the cart cannot be completed with it.
    """
    old, new = kept.get(question.fingerprint), told.answers.get(question.fingerprint)
    if new is not None or (old is not None and old.is_fresh):
        return Heard(question, new or old, is_confirmed=True)
    if told.is_final or question.fingerprint in told.answers:
        return Heard(question, old, is_confirmed=False)
    return None


def recall_all(questions: Iterable[Question], kept: Mapping[str, Answer], told: Told) -> list[Heard]:
    """Return what is known of each question. Errors: NeedsError with those that have to be asked."""
    found = [(question, recall(question, kept, told)) for question in questions]
    missing = [question for question, heard in found if heard is None]
    if missing:
        raise NeedsError(missing)
    return [heard for _, heard in found if heard is not None]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return to_number(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a question")
