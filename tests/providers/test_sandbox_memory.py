"""The sandbox's log: what was answered survives kill -9, and the audit judges by it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import ProviderError, SessionRequest, Unknown
from providers.sandbox import audit, log
from providers.sandbox.book import Book, Wish
from providers.sandbox.payment import SandboxPayments
from tests.support.sandbox import Ask, Sandbox, opened

PRICE = Decimal("12.50")


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Return a sandbox that a test may kill."""
    server = Sandbox(tmp_path / "own.jsonl")
    yield server
    server.stop()


@pytest.fixture
def mortal(own_sandbox: Sandbox) -> SandboxPayments:
    return SandboxPayments(own_sandbox.url, session_seconds=5, money_seconds=5)


async def test_a_killed_sandbox_loses_nothing_it_answered(
    own_sandbox: Sandbox, mortal: SandboxPayments, ask: Ask
) -> None:
    held, failed = await opened(mortal, ask()), await opened(mortal, ask("error_after"))
    first = await mortal.authorise(held)
    with pytest.raises(Unknown):
        await mortal.authorise(failed)
    own_sandbox.turn(weights={"cancel": {"outage": 1}})
    before = audit.audit(own_sandbox.log)
    own_sandbox.kill()
    own_sandbox.start()
    assert audit.audit(own_sandbox.log) == before
    assert await mortal.authorise(held) == first
    raw = httpx2.post(
        f"{own_sandbox.url}/intents/{failed.reference}/authorise",
        json={},
        headers={"idempotency-key": f"authorise:{failed.key}"},
    )
    assert (raw.status_code, raw.headers["idempotent-replayed"]) == (500, "true")
    with pytest.raises(Unknown):  # the knobs survive too
        await mortal.release(held)
    await mortal.close()


async def test_a_kill_amid_requests_keeps_every_answer_and_doubles_none(
    own_sandbox: Sandbox, mortal: SandboxPayments, ask: Ask
) -> None:
    requests = [ask() for _ in range(30)]

    async def buy(request: SessionRequest) -> str | None:
        try:
            return str((await mortal.authorise(request)).status)
        except ProviderError:
            return None

    running = [asyncio.create_task(buy(request)) for request in requests]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    own_sandbox.kill()
    answered = await asyncio.gather(*running)
    sessions = audit.audit(own_sandbox.log)
    for request, status in zip(requests, answered, strict=True):
        assert status is None or sessions[request.session_id][0].held == PRICE
    own_sandbox.start()
    assert [await buy(request) for request in requests] == [SessionStatus.AUTHORIZED] * len(requests)
    assert audit.unexplained(own_sandbox.log, {r.session_id: PRICE for r in requests}) == []
    assert all(len(intents) == 1 for intents in audit.audit(own_sandbox.log).values())
    await mortal.close()


def test_a_torn_last_line_is_dropped_when_writing_begins(tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_bytes(b'{"effects":[],"knobs":{}}\n{"effects":[{"kind":"auth')
    assert len(list(log.read(path))) == 1
    writer = log.EffectLog(path)
    writer.append(log.Entry(knobs={"seed": 1}))
    writer.close()
    assert [entry.knobs for entry in log.read(path)] == [{}, {"seed": 1}]


def test_a_line_is_on_disk_before_anyone_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: object) -> object:
            calls.append(name)
            return real(*arguments)

        return call

    for name in ("write", "fsync"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    book = Book(tmp_path / "synced.jsonl")
    book.carry_out(Wish(call="create", intent=None, key="k", body={"amount": "1", "currency": "eur"}), "calm")
    book.close()
    assert calls == ["write", "fsync"]


def post(sandbox: Sandbox, key: str | None, **body: object) -> httpx2.Response:
    headers = {} if key is None else {"idempotency-key": key}
    return httpx2.post(f"{sandbox.url}/intents", json=body, headers=headers)


class TestIdempotencyKeys:
    def test_the_first_answer_is_replayed(self, sandbox: Sandbox) -> None:
        first = post(sandbox, "keys-1", amount="1", currency="eur")
        again = post(sandbox, "keys-1", amount="1", currency="eur")
        assert first.json() == again.json()
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"

    def test_other_params_are_an_error(self, sandbox: Sandbox) -> None:
        post(sandbox, "keys-2", amount="1", currency="eur")
        other = post(sandbox, "keys-2", amount="2", currency="eur")
        assert (other.status_code, other.json()["error"]["code"]) == (400, "key_reused")

    def test_a_missing_key_and_a_wrong_amount_are_errors(self, sandbox: Sandbox) -> None:
        assert post(sandbox, None, amount="1").json()["error"]["code"] == "key_missing"
        for n, amount in enumerate(("-1", "NaN", "ten", None)):
            assert post(sandbox, f"keys-3-{n}", amount=amount).json()["error"]["code"] == "invalid_amount"

    def test_an_unknown_intent_is_not_found(self, sandbox: Sandbox) -> None:
        assert httpx2.get(f"{sandbox.url}/intents/intent_x").status_code == 404
        assert sandbox.confirm("intent_x").status_code == 404


class TestAudit:
    def test_every_effect_must_be_explained(self, tmp_path: Path) -> None:
        path = tmp_path / "judged.jsonl"
        writer = log.EffectLog(path)
        placed, lost, freed = (effects(name) for name in ("placed", "lost", "freed"))
        for found in (placed[:2], lost[:2], freed):
            writer.append(log.Entry(effects=tuple(found)))
        writer.close()
        assert audit.unexplained(path, {"placed": PRICE, "nowhere": Decimal(1)}) == [
            "lost: 12.50 at the provider, 0 explained by an order",
            "nowhere: 0 at the provider, 1 explained by an order",
        ]

    def test_a_key_that_held_twice_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "double.jsonl"
        made, hold, *_ = effects("double")
        writer = log.EffectLog(path)
        writer.append(log.Entry(effects=(made, hold, hold)))
        writer.close()
        assert audit.impossible(path) == ["authorise:double: authorise happened 2 times"]

    def test_money_held_after_a_cancel_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "late.jsonl"
        made, hold, void, cancel = effects("late")
        writer = log.EffectLog(path)
        writer.append(log.Entry(effects=(made, cancel, hold)))
        writer.close()
        assert audit.impossible(path) == ["late: intent_late holds money after its cancel"]
        assert void.amount == PRICE

    def test_the_log_says_who_when_and_how_much(self, sandbox: Sandbox) -> None:
        post(sandbox, "said", amount="3.20", currency="eur", metadata={"session_id": "payses_said"})
        lines = [json.loads(line) for line in sandbox.log.read_text().splitlines()]
        (effect,) = next(line["effects"] for line in lines if line.get("answer", {}).get("key") == "said")
        assert {
            "kind": "create",
            "session": "payses_said",
            "key": "said",
            "amount": "3.20",
            "currency": "eur",
        }.items() <= (effect.items())
        assert effect["at"].endswith("+00:00")


def effects(session: str) -> list[log.Effect]:
    def effect(kind: str) -> log.Effect:
        return log.Effect(
            kind=kind,
            intent=f"intent_{session}",
            session=session,
            key=f"{kind}:{session}",
            amount=PRICE,
            currency="eur",
            at="2026-01-01T00:00:00+00:00",
        )

    return [effect(kind) for kind in ("create", "authorise", "void", "cancel")]
