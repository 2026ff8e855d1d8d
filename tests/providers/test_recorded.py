"""The recordings' test provider answers as the recordings show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from commerce.payment.events import BadSignature, Delivery
from commerce.payment.models import SessionStatus
from commerce.payment.port import Declined, Holding
from providers.recorded.payment import RecordedPayments
from tests.support.sandbox import Ask, Money


async def test_data_is_what_the_recordings_show(ask: Ask) -> None:
    request = ask(amount="24.375")
    session = await RecordedPayments().create_session(request)
    price = {"amount": 24.375, "currency_code": "eur"}
    assert session.data == {"behavior": "authorize", "session_id": request.session_id, **price}
    whole = await RecordedPayments().create_session(ask(amount="5.00"))
    assert repr(whole.data["amount"]) == "5"


@pytest.mark.parametrize(
    ("behavior", "status", "is_authorized"),
    [
        ("authorize", SessionStatus.AUTHORIZED, True),
        ("capture", SessionStatus.CAPTURED, True),
        ("decline", SessionStatus.ERROR, False),
        ("canceled", SessionStatus.CANCELED, False),
        ("pending", SessionStatus.PENDING, False),
        ("requires_more", SessionStatus.REQUIRES_MORE, False),
    ],
)
async def test_authorising_answers_the_behavior(
    ask: Ask, *, behavior: str, status: SessionStatus, is_authorized: bool
) -> None:
    answer = await RecordedPayments().authorise(ask(behavior))
    assert (answer.status, answer.data["authorized"]) == (status, is_authorized)
    assert bool(answer.held or answer.captured) == is_authorized


async def test_pending_authorization_is_authorized_the_second_time(ask: Ask) -> None:
    request = ask("pending_authorization")
    first = await RecordedPayments().authorise(request)
    second = await RecordedPayments().authorise(replace(request, data=first.data))
    assert (first.status, second.status) == (SessionStatus.PENDING_AUTHORIZATION, SessionStatus.AUTHORIZED)
    assert (first.data["pa_seen"], first.data["authorized"]) == (True, False)


async def test_the_throwing_behaviors_decline(ask: Ask, money: Money) -> None:
    provider = RecordedPayments()
    with pytest.raises(Declined, match="authorization refused"):
        await provider.authorise(ask("throw"))
    with pytest.raises(Declined, match="initiation refused"):
        await provider.create_session(ask("init_fail"))
    with pytest.raises(Declined, match="capture refused"):
        await provider.capture(money(ask("capture_fail"), "x", "1", "c"))
    with pytest.raises(Declined, match="refund refused"):
        await provider.refund(money(ask("refund_fail"), "x", "1", "r"))


async def test_a_new_session_has_the_status_asked_for(ask: Ask) -> None:
    session = await RecordedPayments().create_session(ask("throw", init_status="requires_more"))
    assert session.status == SessionStatus.REQUIRES_MORE


async def test_a_captured_session_is_refunded_on_release(ask: Ask) -> None:
    request = ask("capture")
    captured = replace(request, data=(await RecordedPayments().authorise(request)).data)
    assert (await RecordedPayments().status(captured)).holding == Holding.CAPTURED
    assert (await RecordedPayments().release(captured)).refunded == request.amount


async def test_a_webhook_is_believed_and_remembered(ask: Ask, tmp_path: Path) -> None:
    api, worker = RecordedPayments(tmp_path), RecordedPayments(tmp_path)
    session = ask("pending_authorization", pa_seen=True, authorized=False)
    assert (await worker.status(session)).holding == Holding.NOTHING
    body = json.dumps({"type": "authorized", "session_id": session.session_id, "amount": 12.5}).encode()
    assert api.events is not None
    told = await api.events.verify(Delivery(body=body, headers={}))
    assert (told.kind, told.session_id) == ("authorized", session.session_id)
    assert (await api.events.verify(Delivery(body=body, headers={}))).id == told.id
    assert (await worker.status(session)).held == session.amount
    await api.events.verify(Delivery(body=body.replace(b"authorized", b"captured"), headers={}))
    found = await worker.status(session)
    assert (found.status, found.held, found.captured) == (SessionStatus.CAPTURED, 0, session.amount)
    assert [each.key for each in found.captures] == [None]


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
async def test_what_is_no_webhook_is_refused(body: bytes) -> None:
    events = RecordedPayments().events
    assert events is not None
    with pytest.raises(BadSignature):
        await events.verify(Delivery(body=body, headers={}))


async def test_what_was_moved_by_our_keys_is_remembered(ask: Ask, money: Money) -> None:
    provider, session = RecordedPayments(), ask(authorized=True)
    taken = await provider.capture(money(session, session.session_id, "5", "capt_1:1"))
    assert taken == await provider.capture(money(session, session.session_id, "5", "capt_1:1"))
    await provider.refund(money(session, session.session_id, "2", "ref_1:1"))
    found = await provider.status(session)
    assert (found.held, found.captured, found.refunded) == (session.amount - 5, 5, 2)
    assert found.captures[0].key == f"{session.session_id}/capt_1:1"
    assert found.captures[0].reference == taken.reference
