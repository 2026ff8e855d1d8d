"""Answers that are none: cut off, no JSON, not as described. Each is an outcome nobody knows, and leaks nothing."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from commerce.payment.port import Unknown
from kit.settings import Settings
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm

SECRET = "pi_1_secret_of_the_browser"
INTENT = json.dumps({"id": "pi_1", "object": "payment_intent", "client_secret": SECRET, "amount": 1250})


@dataclass
class Wire:
    """A server that answers everything with the same bytes."""

    answer: bytes = b""
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        await writer.drain()
        writer.close()


def said(status: str, body: str, length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length or len(body)}\r\n\r\n"
    return (head + body).encode()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    there = Wire()
    async with await asyncio.start_server(there.serve, "127.0.0.1", 0) as server:
        there.port = server.sockets[0].getsockname()[1]
        yield there


@pytest.fixture
async def provider(wire: Wire) -> AsyncIterator[StripePayments]:
    url = f"http://127.0.0.1:{wire.port}"
    made = StripePayments(Settings(stripe_api_key="sk_test_of_the_shop", stripe_base_url=url, provider_money_seconds=2))
    yield made
    await made.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage",
        said("200 OK", INTENT[:-20], len(INTENT)),
        said("200 OK", INTENT[:-1]),
        said("200 OK", "<html>"),
        said("200 OK", "[]"),
        said("200 OK", INTENT),
        said("200 OK", json.dumps({**json.loads(INTENT), "currency": "eur", "amount_capturable": "many"})),
        said("500 No", INTENT),
        said("502 Bad Gateway", f"<html>{INTENT}"),
        said("503 Later", json.dumps({"error": {"message": "Later."}})),
        said("418 Teapot", "{}"),
    ],
)
async def test_what_cannot_be_read_is_unknown_and_told_without_its_text(
    provider: StripePayments, wire: Wire, ask: Ask, answer: bytes
) -> None:
    wire.answer = answer
    for call in (provider.create_session(ask()), provider.status(replace(ask(), reference="pi_1"))):
        with pytest.raises(Unknown) as outcome:
            await call
        assert SECRET not in f"{outcome.value} {outcome.value.__cause__!r}"
        assert outcome.value.__cause__ is None


async def test_logs_hold_neither_the_key_nor_a_client_secret(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        session = await opened(stripe, ask())
        confirm(stripe_server, session.data)
        await stripe.authorise(session)
    told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert str(session.reference) in told
    assert session.data["client_secret"] not in told
    assert "sk_test_shop" not in told
