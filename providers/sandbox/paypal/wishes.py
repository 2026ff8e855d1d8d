"""The calls of PayPal's API that change something, each as one function from a wish to its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from providers.sandbox.paypal import news, orders, payments, shapes
from providers.sandbox.paypal.book import Change
from providers.sandbox.paypal.problems import NotPossible, Reply
from providers.sandbox.paypal.records import Authorization

ORDERS: Final = frozenset({"create", "authorize", "capture_order"})
LIFETIMES: Final = {True: timedelta(hours=6), False: timedelta(days=45)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request that may change something."""

    call: str
    id: str
    key: str | None
    body: Any
    base_url: str
    is_full: bool  # `Prefer: return=representation`

    @property
    def params(self) -> str:
        """Return what the key stands for; the same key with other params is an error."""
        return json.dumps([self.call, self.id, self.body], sort_keys=True)

    @property
    def lifetime(self) -> timedelta:
        """Return how long PayPal keeps the key."""
        return LIFETIMES[self.call in ORDERS]

    @property
    def name(self) -> str:
        """Return what a mood is drawn by."""
        return self.key or self.id


def carry_out(change: Change, wish: Wish, mood: str) -> Reply:
    """Do what is wished and return the answer; NotPossible when the state forbids it."""
    if wish.call != "patch" and not isinstance(wish.body, dict):
        raise NotPossible("MALFORMED_REQUEST_JSON")
    status, body = _WISHES[wish.call](change, wish, mood)
    if not wish.is_full:
        body = shapes.minimal(body)
        status = 204 if wish.call == "void" else status
    return Reply(status=status, body=body)


def _create(change: Change, wish: Wish, _: str) -> tuple[int, dict[str, Any]]:
    return 201, shapes.order(change, orders.create(change, wish.body), wish.base_url)


def _patch(change: Change, wish: Wish, _: str) -> tuple[int, dict[str, Any]]:
    orders.patch(change, wish.id, wish.body)
    return 204, {}


def _authorize(change: Change, wish: Wish, mood: str) -> tuple[int, dict[str, Any]]:
    return _paid(change, wish, "authorize", mood)


def _capture_order(change: Change, wish: Wish, mood: str) -> tuple[int, dict[str, Any]]:
    return _paid(change, wish, "capture", mood)


def _paid(change: Change, wish: Wish, call: str, mood: str) -> tuple[int, dict[str, Any]]:
    order = orders.pay(change, wish.id, call, mood)
    news.paid(change, order, wish.base_url)
    return 201, shapes.order(change, order, wish.base_url)


def _capture(change: Change, wish: Wish, mood: str) -> tuple[int, dict[str, Any]]:
    made = payments.capture(change, wish.id, wish.body, mood)
    news.captured(change, made, wish.base_url)
    return 201, shapes.capture(change, made, wish.base_url)


def _reauthorize(change: Change, wish: Wish, mood: str) -> tuple[int, dict[str, Any]]:
    made = payments.reauthorize(change, wish.id, wish.body, mood)
    news.authorised(change, made, wish.base_url)
    return 201, shapes.authorization(change, made, wish.base_url)


def _void(change: Change, wish: Wish, _: str) -> tuple[int, dict[str, Any]]:
    freed = payments.void(change, wish.id)
    news.authorised(change, freed, wish.base_url)
    return 200, shapes.authorization(change, change.get(Authorization, freed.id), wish.base_url)


def _refund(change: Change, wish: Wish, mood: str) -> tuple[int, dict[str, Any]]:
    made = payments.refund(change, wish.id, wish.body, mood)
    news.refunded(change, made, wish.base_url)
    return 201, shapes.refund(change, made, wish.base_url)


_WISHES: Final[dict[str, Callable[[Change, Wish, str], tuple[int, dict[str, Any]]]]] = {
    "create": _create,
    "patch": _patch,
    "authorize": _authorize,
    "capture_order": _capture_order,
    "capture": _capture,
    "reauthorize": _reauthorize,
    "void": _void,
    "refund": _refund,
}
