"""What goes wrong between our provider clients and the provider, request by request.

The clients and the providers' stand-ins are real, and so is the HTTP between them; the fault is put in just below the
client, so that it meets exactly the request that a cell names while a hundred other cells run beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import stripe

from tests.matrix.cells import Cell

LATE, SLOW = 0.4, 0.3  # seconds
OUTAGE_ANSWERS: Final = 3
FINAL_ANSWERS: Final = {"paypal": 3}  # PayPal does not say that it repeats an answer: nobody could tell it from news
WORDS: Final = {"message": "The matrix says no.", "code": "card_declined", "type": "card_error"}
BODY: Final = {"error": WORDS, "name": "UNPROCESSABLE_ENTITY", "message": WORDS["message"]}
DECLINED: Final = {**BODY, "details": [{"issue": "INSTRUMENT_DECLINED", "description": WORDS["message"]}]}
STATUS: Final = {"error_before": 500, "error_after": 500, "outage": 503, "rate_limited": 429, "refuse": 401}


class TornError(Exception):
    """The connection is gone; `is_timeout`: or so it seems."""

    def __init__(self, *, is_timeout: bool = False) -> None:
        super().__init__("torn")
        self.is_timeout = is_timeout


@dataclass
class Reply:
    """An answer that is made here."""

    status: int
    body: Mapping[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """One call of the port that is under way."""

    name: str
    requests: int = 0
    is_refused: bool = False


@dataclass
class Life:
    """A process, as far as this run is concerned: from its death on it does nothing more."""

    is_over: bool = False


@dataclass
class Run:
    """A cell under way, and what it passed."""

    cell: Cell
    faults: dict[str, str]
    kills: dict[str, int]
    edges: dict[str, int] = field(default_factory=dict)
    requests: dict[str, bool] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    ends: dict[str, tuple[Reply, int]] = field(default_factory=dict)  # key -> its first answer, and how often
    landing: set[asyncio.Task[None]] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    has_begun: bool = False
    is_calm: bool = False

    @property
    def is_spent(self) -> bool:
        """Tell whether everything that was to go wrong did."""
        wanted = {f"{place}={fault}" for place, fault in self.cell.faults if place != "webhook"}
        return wanted <= set(self.met) and len(self.died) == len(self.kills)

    @classmethod
    def of(cls, cell: Cell) -> Run:
        return cls(cell, dict(cell.faults), dict(cell.kills))


RUN: ContextVar[Run | None] = ContextVar("run", default=None)
CALL: ContextVar[Call | None] = ContextVar("call", default=None)
LIFE: ContextVar[Life | None] = ContextVar("life", default=None)

Send = Callable[[], Awaitable[Any]]


async def meet(key: str | None, send: Send) -> Any:  # noqa: ANN401 - the client's own answer, or a Reply
    """Send a request of the call under way, or let happen to it what its cell wants. TornError: no answer."""
    run, call = RUN.get(), CALL.get()
    if run is None or call is None:
        return await send()
    place = f"{call.name}.{call.requests}"
    call.requests += 1
    run.requests.setdefault(place, key is not None)
    if (known := _repeated(run, key)) is not None:
        return known
    if call.is_refused and not run.is_calm:
        return Reply(401, BODY)
    fault = None if run.is_calm else run.faults.pop(place, None)
    if fault is None:
        return await send()
    run.met.append(f"{place}={fault}")
    return await _happen(run, call, place, fault, key, send)


async def _happen(run: Run, call: Call, place: str, fault: str, key: str | None, send: Send) -> Any:  # noqa: ANN401, PLR0917 - as above
    match fault:
        case "slow":
            await asyncio.sleep(SLOW)
            return await send()
        case "reset_before":
            raise TornError
        case "late_landing":
            task = asyncio.create_task(_land(send))
            run.landing.add(task)
            task.add_done_callback(run.landing.discard)
            raise TornError
        case "reset_after" | "timeout_after":
            await _dropped(send)
            raise TornError(is_timeout=fault == "timeout_after")
        case "decline":
            paypal = run.cell.vendor == "paypal"
            return _ends(run, key, Reply(422 if paypal else 402, DECLINED if paypal else BODY))
        case "error_after":
            await _dropped(send)
            return _ends(run, key, Reply(500, BODY))
        case "outage":
            if run.met.count(f"{place}=outage") > OUTAGE_ANSWERS:
                return await send()
            run.faults[place] = "outage"  # once more
        case "refuse":
            call.is_refused = True
    return Reply(STATUS[fault], BODY, {"retry-after": "1"} if fault == "rate_limited" else {})


def _repeated(run: Run, key: str | None) -> Reply | None:
    if key is None or key not in run.ends:
        return None
    reply, times = run.ends[key]
    if times >= FINAL_ANSWERS.get(run.cell.vendor, times + 1):
        return None
    run.ends[key] = (reply, times + 1)
    return Reply(reply.status, reply.body, {"Idempotent-Replayed": "true"})


def _ends(run: Run, key: str | None, reply: Reply) -> Reply:
    if key is not None:
        run.ends[key] = (reply, 1)
    return reply


async def _land(send: Send) -> None:
    await asyncio.sleep(LATE)
    with suppress(Exception):  # nobody hears of it
        await _dropped(send)


async def _dropped(send: Send) -> None:
    answer = await send()
    if isinstance(answer, httpx2.Response):
        await answer.aread()
        await answer.aclose()


class FaultyTransport(httpx2.AsyncBaseTransport):
    """Below the clients of the sandbox and of PayPal."""

    def __init__(self, below: httpx2.AsyncBaseTransport) -> None:
        self._below = below

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/oauth2/token"):
            return await self._below.handle_async_request(request)
        await request.aread()
        key = request.headers.get("idempotency-key") or request.headers.get("paypal-request-id")
        try:
            told = await meet(key, lambda: self._below.handle_async_request(request))
        except TornError as error:
            kind = httpx2.ReadTimeout if error.is_timeout else httpx2.ReadError
            raise kind("torn", request=request) from error
        if isinstance(told, Reply):
            return httpx2.Response(told.status, json=dict(told.body), headers=told.headers, request=request)
        response: httpx2.Response = told
        return response

    async def aclose(self) -> None:
        await self._below.aclose()


def put_below(client: httpx2.AsyncClient) -> None:
    """Put faults below an HTTP client."""
    client._transport = FaultyTransport(client._transport)
    client._mounts = {}


def put_below_stripe(client: stripe.AIOHTTPClient) -> None:
    """Put faults below Stripe's SDK."""
    below = client.request_async

    async def request_async(method: str, url: str, headers: Mapping[str, str], post_data: Any = None) -> Any:  # noqa: ANN401 - the SDK's
        key = next((text for name, text in headers.items() if name.lower() == "idempotency-key"), None)
        try:
            told = await meet(key if method == "post" else None, lambda: below(method, url, headers, post_data))
        except TornError as error:
            raise stripe.APIConnectionError("torn") from error
        return (str(told.body), told.status, told.headers) if isinstance(told, Reply) else told

    client.request_async = request_async  # type: ignore[method-assign]
