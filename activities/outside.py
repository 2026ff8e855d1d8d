"""Ask providers what a cart write needs to know, between two tries of its transaction (docs/adr/0010)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar

import structlog

from activities.patience import Patience
from commerce.fulfillment.port import CalculatedPrice, DataRequest, FulfillmentProvider, RefusedError
from commerce.tax.port import TaxProvider, TaxRequest, ToldRate, ToldRates
from kit.decimals import to_number
from operations.outside import NOTHING_TOLD, Answer, Json, NeedsError, Question, Told

log = structlog.get_logger("outside")

T = TypeVar("T")
DEADLINE: Final = 3.0  # seconds that a shopper waits for an answer
TOO_MUCH: Final = Decimal(10**15)
ROUNDS: Final = 4  # a calm cart needs two, what a method keeps and then what it costs; a busy one changes meanwhile


class OutsideActivities:
    """The providers of shipping and of taxes; a method is one round of calls."""

    def __init__(self, fulfillment: Mapping[str, FulfillmentProvider], taxes: Mapping[str, TaxProvider]) -> None:
        self._fulfillment = fulfillment
        self._taxes = taxes
        self._patience = Patience()

    async def ask(self, questions: Sequence[Question]) -> dict[str, Answer | None]:
        """Ask all at once and return the answers by fingerprint, None for what was not heard in time."""
        heard = await asyncio.gather(*(self._heard(question) for question in questions))
        return {question.fingerprint: answer for question, answer in zip(questions, heard, strict=True)}

    async def _heard(self, question: Question) -> Answer | None:
        provider_id = question.provider_id
        if not self._patience.lasts(provider_id):
            return None
        try:
            async with asyncio.timeout(DEADLINE) as deadline:
                answer = Answer(_plain(await self._said(question)))
        except Exception as error:  # noqa: BLE001 - whatever a provider does, the shopper's change is not lost for it
            log.warning("provider_failed", provider_id=provider_id, error=str(error) or type(error).__name__)
            note = self._patience.hung if deadline.expired() else self._patience.heard
            note(provider_id)
            return None
        self._patience.heard(provider_id)
        return answer

    async def _said(self, question: Question) -> Json:
        request = question.request
        if isinstance(request, TaxRequest):
            return _rates(request, await _of(self._taxes, question).rates(request))
        provider = _of(self._fulfillment, question)
        try:
            if isinstance(request, DataRequest):
                return {"data": dict(await provider.validate_data(request.option_data, request.data))}
            return _price(await provider.calculate_price(request))
        except RefusedError as error:
            return {"refused": error.message}


async def until_told(outside: OutsideActivities, attempt: Callable[[Told], Awaitable[T]]) -> T:
    """Return what `attempt` returns, asking outside for what it needs; each try is a transaction of its own.

    The last try is told that nothing more is asked, so it never raises NeedsError.
    """
    told = NOTHING_TOLD
    for _ in range(ROUNDS):
        try:
            return await attempt(told)
        except NeedsError as needs:
            told = Told({**told.answers, **await outside.ask(needs.questions)})
    return await attempt(Told(told.answers, is_final=True))


def _of(providers: Mapping[str, T], question: Question) -> T:
    if question.provider_id not in providers:
        raise LookupError("not installed in this process")
    return providers[question.provider_id]


def _plain(said: Json) -> Json:
    """Return an answer as a row can hold it. Errors: TypeError, ValueError."""
    text = json.dumps(said, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text or not text.encode():  # PostgreSQL has neither NUL nor half a character
        raise ValueError("The answer holds a text that cannot be stored.")
    plain: Json = json.loads(text)
    return plain


def _price(price: CalculatedPrice) -> Json:
    return {"amount": _amount(price.amount), "is_tax_inclusive": bool(price.is_tax_inclusive)}


def _rates(request: TaxRequest, told: ToldRates) -> Json:
    if (len(told.items), len(told.shipping)) != (len(request.items), len(request.shipping)):
        raise ValueError("The rates are not those of the items and the shipping that were asked about.")
    return {
        "items": [[_rate(rate) for rate in rates] for rates in told.items],
        "shipping": [[_rate(rate) for rate in rates] for rates in told.shipping],
    }


def _rate(rate: ToldRate) -> list[str]:
    return [_amount(rate.rate), str(rate.code), str(rate.name)]


def _amount(value: Decimal) -> str:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value < TOO_MUCH:
        raise ValueError(f"{value!r} is neither an amount nor a rate.")
    return to_number(value)
