"""One call from its bytes to its answer: the API key, the idempotency key, the fault, the deed."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.server import ResetConnection
from providers.sandbox.stripe import forms, lists
from providers.sandbox.stripe.faults import INSIDE, ON_THE_WAY, Fault, Faults
from providers.sandbox.stripe.problems import Json, Problem, broken, missing
from providers.sandbox.stripe.routes import CALLS, Call
from providers.sandbox.stripe.store import Answer, Draft, Store
from providers.sandbox.stripe.webhooks import Postman

PUBLIC_KEY, SECRET_KEYS = "pk_", ("sk_", "rk_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request, understood."""

    call: Call
    id: str
    params: Json
    key: str | None

    @property
    def stands_for(self) -> str:
        """Return what the key stands for; with anything else it is refused."""
        return json.dumps([self.call.name, self.id, self.params], sort_keys=True)


class Desk:
    """Serves the vendor's API."""

    def __init__(self, store: Store, postman: Postman) -> None:
        self.store = store
        self.postman = postman
        self.faults = Faults()
        self._in_use: set[str] = set()
        self._landing: set[asyncio.Task[None]] = set()

    async def serve(self, request: Request) -> Response:
        """Answer one request of the vendor's API."""
        try:
            wish = await _understood(request)
            if fault := self.faults.pick(wish.call.name, ON_THE_WAY):
                return _on_the_way(fault)
            self._let_in(request, wish)
            known = self._known(wish)
        except Problem as problem:
            return _answer(problem.status, problem.body(), problem.headers)
        return known or await self._do(wish, self.faults.pick(wish.call.name, INSIDE))

    async def _do(self, wish: Wish, fault: Fault | None) -> Response:
        kind = fault.kind if fault is not None else ""
        seconds = fault.seconds if fault is not None else 0.0
        if kind == "late_landing":
            task = asyncio.create_task(self._land(wish, seconds))
            self._landing.add(task)
            task.add_done_callback(self._landing.discard)
            return ResetConnection()
        if kind == "slow":
            await self._dawdle(wish, seconds)
        status, body = self.carry_out(wish, kind)
        if kind == "apply_then_timeout":
            await asyncio.sleep(seconds)
        return ResetConnection() if kind == "reset_after" else _answer(status, body)

    def carry_out(self, wish: Wish, kind: str = "") -> tuple[int, Json]:
        """Do what is wished, on disk with its answer, and return the answer."""
        draft = Draft(self.store, key=wish.key)
        is_kept = True
        try:
            if kind == "error_before":
                raise broken()
            found = wish.call.run(draft, wish.id, wish.params)
            expand = forms.listed(wish.params.get("expand"))
            status, body = 200, found if found["object"] == "list" else lists.expanded(draft.find, found, expand)
        except Problem as problem:
            status, body, is_kept = problem.status, problem.body(), problem.is_kept
        if kind == "error_after":
            status, body, is_kept = HTTPStatus.INTERNAL_SERVER_ERROR, broken().body(), True
        if wish.call.method != "GET" and is_kept:
            answer = Answer(params=wish.stands_for, status=int(status), body=body, at=self.store.now())
            self.store.commit(draft, wish.key, answer)
            self.postman.post(draft.events)
        return status, body

    async def _land(self, wish: Wish, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if wish.key is None or self.store.answer_of(wish.key) is None:
            self.carry_out(wish)

    async def _dawdle(self, wish: Wish, seconds: float) -> None:
        name = wish.key or ""
        self._in_use.add(name)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._in_use.discard(name)

    def _known(self, wish: Wish) -> Response | None:
        if wish.key is None or wish.call.method != "POST":
            return None
        if wish.key in self._in_use:
            message = "There is currently another in-progress request using this Idempotent Key."
            raise Problem(HTTPStatus.CONFLICT, message, type="idempotency_error", code="idempotency_key_in_use")
        first = self.store.answer_of(wish.key)
        if first is None:
            return None
        if first.params != wish.stands_for:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{wish.key}' if you meant to execute a different request."
            )
            raise Problem(HTTPStatus.BAD_REQUEST, message, type="idempotency_error")
        return _answer(first.status, first.body, {"idempotent-replayed": "true"})

    def _let_in(self, request: Request, wish: Wish) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ") or wish.params.get("key", "")
        if key.startswith(SECRET_KEYS):
            return
        if not key.startswith(PUBLIC_KEY):
            raise Problem(HTTPStatus.UNAUTHORIZED, "Invalid API Key provided.")
        kind = "payment_intent" if wish.call.name.startswith("payment_intents") else "setup_intent"
        if not wish.call.is_public:
            message = "This API call cannot be made with a publishable API key."
            raise Problem(HTTPStatus.FORBIDDEN, message, code="secret_key_required")
        found = self.store.find(kind, wish.id)
        if found is None or not secrets.compare_digest(found["client_secret"], wish.params.get("client_secret", "")):
            raise missing(kind, wish.id)


async def _understood(request: Request) -> Wish:
    path, method = request.url.path, request.method
    text = (await request.body()).decode() if method == "POST" else request.url.query
    for call in CALLS:
        if match := call.takes(method, path):
            id_ = match.group(1) if match.groups() else ""
            key = request.headers.get("idempotency-key") if method == "POST" else None
            return Wish(call=call, id=id_, params=forms.read(text), key=key)
    raise Problem(HTTPStatus.NOT_FOUND, f"Unrecognized request URL ({method}: {path}).")


def _on_the_way(fault: Fault) -> Response:
    if fault.kind == "reset_before":
        return ResetConnection()
    problem = {
        "outage": Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Stripe is not available.", type="api_error"),
        "rate_limited": Problem(
            HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", code="rate_limit", headers={"retry-after": "1"}
        ),
        "refuse": Problem(HTTPStatus.UNAUTHORIZED, "Invalid API Key provided."),
    }[fault.kind]
    return _answer(problem.status, problem.body(), problem.headers)


def _answer(status: int, body: Json, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, {"request-id": f"req_{secrets.token_hex(7)}", **(headers or {})})
