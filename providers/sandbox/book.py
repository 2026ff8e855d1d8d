"""The sandbox's state: intents and the answers of keys, all rebuilt from the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ulid import ULID

from kit import clock
from providers.sandbox import intents, log, wishes
from providers.sandbox.happenings import Happening, happening
from providers.sandbox.intents import ZERO, Intent
from providers.sandbox.moods import Knobs, UnknownMood, parse
from providers.sandbox.wishes import NotPossible, Step

PROBLEM_AFTER: dict[str, Any] = {"error": {"code": "internal", "message": "Something went wrong on our side."}}
DECLINED: dict[str, Any] = {"error": {"code": "card_declined", "message": "Your card was declined."}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One request that may change something."""

    call: str
    intent: str | None
    key: str | None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> str:
        """Return what the key stands for; the same key with other params is an error."""
        return json.dumps([self.call, self.intent, self.body], sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status and body of an answer."""

    status: int
    body: dict[str, Any]


class Book:
    """Every intent and every key's first answer."""

    def __init__(self, path: Path) -> None:
        self.intents: dict[str, Intent] = {}
        self.answers: dict[str, log.Answer] = {}
        self.happenings: list[Happening] = []
        self.knobs = Knobs()
        self.on_commit: Callable[[], None] = lambda: None
        self._log = log.EffectLog(path)
        for entry in log.read(path):
            self._take(entry)

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def turn(self, knobs: Knobs) -> None:
        """Set the knobs, for good: a restart keeps them."""
        self._commit(log.Entry(knobs=knobs.as_json()))

    def of_session(self, session: str) -> list[Intent]:
        """Return the intents made for one of our sessions."""
        there = [intent.id for intent in self.intents.values() if intent.session == session]
        return [intent for id_ in there if (intent := self.find(id_)) is not None]

    def find(self, id_: str) -> Intent | None:
        """Return the intent as it is now: what was held too long has fallen back to the shopper."""
        intent = self.intents.get(id_)
        if intent is None or not intent.is_over(clock.now()):
            return intent
        self._commit(log.Entry(effects=self._as_effects(intent, wishes.cancel(intent), None)))
        return self.intents[id_]

    def behavior(self, wish: Wish) -> str:
        """Return the behavior that rules `wish`: the intent's, or the one it asks to be created with."""
        if wish.intent is not None:
            return self.intents[wish.intent].behavior if wish.intent in self.intents else ""
        return str(_metadata(wish).get("behavior") or "")

    def carry_out(self, wish: Wish, mood: str) -> Reply:
        """Do what is wished, log it with its answer, and return the answer."""
        effects: tuple[log.Effect, ...] = ()
        try:
            effects = self._effects(wish, mood)
            after = self._after(wish, effects)
            reply = Reply(status=200, body=after.as_json())
        except NotPossible as refusal:
            status = 404 if refusal.code == "not_found" else 400
            reply = Reply(status=status, body={"error": {"code": refusal.code, "message": str(refusal)}})
        if mood == "error_after":
            reply = Reply(status=500, body=PROBLEM_AFTER)
        return self._settle(wish, effects, reply)

    def decline(self, wish: Wish) -> Reply:
        """Store and return a raised decline."""
        return self._settle(wish, (), Reply(status=402, body=DECLINED))

    def _settle(self, wish: Wish, effects: tuple[log.Effect, ...], reply: Reply) -> Reply:
        answer = None
        if wish.key is not None:
            answer = log.Answer(key=wish.key, params=wish.params, status=reply.status, body=reply.body)
        self._commit(log.Entry(effects=effects, answer=answer))
        return reply

    def _commit(self, entry: log.Entry) -> None:
        self._log.append(entry)
        self._take(entry)
        self.on_commit()

    def _take(self, entry: log.Entry) -> None:
        for effect in entry.effects:
            self.intents[effect.intent] = intents.apply(self.intents.get(effect.intent), effect)
            self.happenings.append(happening(len(self.happenings), effect))
        if entry.answer is not None:
            self.answers[entry.answer.key] = entry.answer
        if entry.knobs is not None:
            self.knobs = Knobs(**entry.knobs)

    def _after(self, wish: Wish, effects: tuple[log.Effect, ...]) -> Intent:
        intent = self.find(wish.intent or "")
        for effect in effects:
            intent = intents.apply(intent, effect)
        if intent is None:
            raise NotPossible("not_found", "There is no such intent.")
        return intent

    def _effects(self, wish: Wish, mood: str) -> tuple[log.Effect, ...]:
        if wish.call == "create":
            return (_created(wish),)
        intent = self.find(wish.intent or "")
        if intent is None:
            raise NotPossible("not_found", "There is no such intent.")
        steps = _steps(intent, wish, mood)
        if self.knobs.fee:
            kept = Step(kind="fee", amount=Decimal(self.knobs.fee))
            steps = [each for step in steps for each in ((step, kept) if step.kind == "capture" else (step,))]
        return self._as_effects(intent, steps, wish.key, str(wish.body.get("currency") or ""))

    def _as_effects(
        self, intent: Intent, steps: list[Step], key: str | None, currency: str = ""
    ) -> tuple[log.Effect, ...]:
        now, lasts = clock.now(), self.knobs.hold_seconds
        until = "" if lasts is None else (now + timedelta(seconds=lasts)).isoformat()
        return tuple(
            log.Effect(
                kind=step.kind,
                intent=intent.id,
                session=intent.session,
                key=key,
                amount=step.amount,
                currency=currency or intent.currency,
                at=now.isoformat(),
                word=step.word,
                provider=intent.provider,
                ref=step.ref,
                until=until if step.kind == "authorise" else "",
            )
            for step in steps
        )


def _steps(intent: Intent, wish: Wish, mood: str) -> list[Step]:
    if wish.call in {"authorise", "confirm"}:
        return (wishes.authorise if wish.call == "authorise" else wishes.confirm)(intent, mood)
    match wish.call:
        case "capture":
            return wishes.capture(intent, _amount(wish, intent.held), mood)
        case "refund":
            return wishes.refund(intent, _amount(wish, intent.captured - intent.refunded), mood)
        case "cancel":
            return wishes.cancel(intent)
        case "update":
            return wishes.update(intent, _amount(wish, None))
        case "dashboard":
            asked = None if wish.body.get("amount") is None else _amount(wish, None)
            return wishes.in_dashboard(intent, wish.body, asked)
    raise ValueError(wish.call)


def _created(wish: Wish) -> log.Effect:
    metadata = _metadata(wish)
    behavior = str(metadata.get("behavior") or "")
    try:
        parse(behavior)
    except UnknownMood as error:
        raise NotPossible("unknown_behavior", str(error)) from error
    return log.Effect(
        kind="create",
        intent=f"intent_{ULID()}",
        session=str(metadata.get("session_id") or ""),
        key=wish.key,
        amount=_amount(wish, None),
        currency=str(wish.body.get("currency") or ""),
        at=clock.now().isoformat(),
        behavior=behavior,
        provider=str(metadata.get("provider") or ""),
    )


def _metadata(wish: Wish) -> dict[str, Any]:
    metadata = wish.body.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _amount(wish: Wish, otherwise: Decimal | None) -> Decimal:
    try:
        amount = otherwise if wish.body.get("amount") is None else Decimal(str(wish.body["amount"]))
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < ZERO:
        raise NotPossible("invalid_amount", "An amount is a decimal number, as text, and not negative.")
    return amount
