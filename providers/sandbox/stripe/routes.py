"""The calls that the stand-in knows, by method and path, as functions of a draft and parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from providers.sandbox.stripe import customers, intents, lists, refunds
from providers.sandbox.stripe.problems import Json
from providers.sandbox.stripe.store import Draft


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `name` is what faults are set for."""

    name: str
    method: str
    pattern: re.Pattern[str]
    run: Callable[[Draft, str, Json], Json]
    is_public: bool = False  # a browser may call it with a publishable key and the client secret

    def takes(self, method: str, path: str) -> re.Match[str] | None:
        """Return the path's match when this is the call."""
        return self.pattern.fullmatch(path) if method == self.method else None


def _call(
    name: str, method: str, path: str, run: Callable[[Draft, str, Json], Json], *, is_public: bool = False
) -> Call:
    return Call(name, method, re.compile("/v1" + path.replace("{id}", "([^/]+)")), run, is_public)


def _got(kind: str) -> Callable[[Draft, str, Json], Json]:
    return lambda draft, id_, _: draft.get(kind, id_)


def _list(kind: str, path: str) -> Callable[[Draft, str, Json], Json]:
    return lambda draft, _, query: lists.page(draft.store, kind, f"/v1{path}", query)


def _of_customer(draft: Draft, id_: str, query: Json) -> Json:
    draft.get("customer", id_)
    return lists.page(draft.store, "payment_method", f"/v1/customers/{id_}/payment_methods", query | {"customer": id_})


INTENT: Final = "payment_intent"
CALLS: Final = (
    _call("payment_intents.create", "POST", "/payment_intents", lambda d, _, p: intents.create(d, p)),
    _call("payment_intents.list", "GET", "/payment_intents", _list(INTENT, "/payment_intents")),
    _call("payment_intents.retrieve", "GET", "/payment_intents/{id}", _got(INTENT), is_public=True),
    _call(
        "payment_intents.update",
        "POST",
        "/payment_intents/{id}",
        lambda d, i, p: intents.update(d, d.get(INTENT, i), p),
    ),
    _call(
        "payment_intents.confirm",
        "POST",
        "/payment_intents/{id}/confirm",
        lambda d, i, p: intents.confirm(d, d.get(INTENT, i), p),
        is_public=True,
    ),
    _call(
        "payment_intents.capture",
        "POST",
        "/payment_intents/{id}/capture",
        lambda d, i, p: intents.capture(d, d.get(INTENT, i), p),
    ),
    _call(
        "payment_intents.cancel",
        "POST",
        "/payment_intents/{id}/cancel",
        lambda d, i, p: intents.cancel(d, d.get(INTENT, i), p),
    ),
    _call("charges.retrieve", "GET", "/charges/{id}", _got("charge")),
    _call("refunds.create", "POST", "/refunds", lambda d, _, p: refunds.create(d, p)),
    _call("refunds.list", "GET", "/refunds", _list("refund", "/refunds")),
    _call("refunds.retrieve", "GET", "/refunds/{id}", _got("refund")),
    _call("disputes.list", "GET", "/disputes", _list("dispute", "/disputes")),
    _call("disputes.retrieve", "GET", "/disputes/{id}", _got("dispute")),
    _call("balance_transactions.retrieve", "GET", "/balance_transactions/{id}", _got("balance_transaction")),
    _call("events.list", "GET", "/events", _list("event", "/events")),
    _call("events.retrieve", "GET", "/events/{id}", _got("event")),
    _call("customers.create", "POST", "/customers", lambda d, _, p: customers.create(d, p)),
    _call("customers.retrieve", "GET", "/customers/{id}", _got("customer")),
    _call("customers.update", "POST", "/customers/{id}", lambda d, i, p: customers.update(d, d.get("customer", i), p)),
    _call("customers.delete", "DELETE", "/customers/{id}", lambda d, i, _: customers.delete(d, d.get("customer", i))),
    _call("customers.payment_methods", "GET", "/customers/{id}/payment_methods", _of_customer),
    _call("payment_methods.retrieve", "GET", "/payment_methods/{id}", _got("payment_method")),
    _call(
        "payment_methods.attach",
        "POST",
        "/payment_methods/{id}/attach",
        lambda d, i, p: customers.attach(d, intents.method_of(d, i), p.get("customer")),
    ),
    _call(
        "payment_methods.detach",
        "POST",
        "/payment_methods/{id}/detach",
        lambda d, i, _: customers.attach(d, d.get("payment_method", i), None),
    ),
    _call("setup_intents.create", "POST", "/setup_intents", lambda d, _, p: customers.begin_setup(d, p)),
    _call("setup_intents.retrieve", "GET", "/setup_intents/{id}", _got("setup_intent"), is_public=True),
    _call(
        "setup_intents.confirm",
        "POST",
        "/setup_intents/{id}/confirm",
        lambda d, i, p: customers.confirm_setup(d, d.get("setup_intent", i), p),
        is_public=True,
    ),
    _call(
        "setup_intents.cancel",
        "POST",
        "/setup_intents/{id}/cancel",
        lambda d, i, _: customers.cancel_setup(d, d.get("setup_intent", i)),
    ),
)
