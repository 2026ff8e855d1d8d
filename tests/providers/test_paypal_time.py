"""What time does at PayPal: keys are forgotten, authorisations are vouched for anew, orders lapse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ulid import ULID

from commerce.payment.models import SessionStatus
from commerce.payment.port import ZERO, Declined, Holding, PaymentRequest, Refused, SessionRequest, Unknown
from kit import clock
from providers.paypal import keys
from providers.paypal.payment import PayPalPayments
from providers.sandbox.paypal import orders
from tests.support.paypal import PayPalServer
from tests.support.sandbox import opened

PRICE = Decimal("12.50")
START = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
At = Callable[..., None]


@pytest.fixture
def stand_in(tmp_path: Path, at: At) -> Iterator[PayPalServer]:
    """Return a stand-in of this test's own: its time is the test's."""
    at()
    server = PayPalServer(tmp_path / "effects.jsonl")
    yield server
    assert server.faults == []
    server.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Return what sets the time, ours and PayPal's, to some while after the start."""
    return lambda **after: monkeypatch.setattr(clock, "now", lambda: START + timedelta(**after))


@pytest.fixture
def session() -> SessionRequest:
    """Return a session that was made at the start."""
    id_ = f"payses_{ULID.from_datetime(START)}"
    return SessionRequest(session_id=id_, key=id_, amount=PRICE, currency_code="eur")


def key_of(born: timedelta = timedelta(), row: str = "capt") -> str:
    """Return the key of a row that was made some while after the start."""
    return f"{row}_{str(ULID.from_datetime(START + born))[:10]}{'0' * 16}:1"


def wish(session: SessionRequest, *, born: timedelta = timedelta(), amount: str = "12.50") -> PaymentRequest:
    """Return a capture or refund whose row was made some while after the start."""
    assert session.reference is not None
    key = key_of(born)
    return PaymentRequest(
        session_id=session.session_id,
        key=key,
        reference=session.reference,
        amount=Decimal(amount),
        currency_code="eur",
        data=session.data,
    )


async def held(provider: PayPalPayments, stand_in: PayPalServer, session: SessionRequest) -> SessionRequest:
    session = await opened(provider, session)
    stand_in.shopper(session.reference)
    return replace(session, data=(await provider.authorise(session)).data)


async def test_a_session_older_than_its_key_is_not_sent_again(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    at(hours=5, minutes=49)
    await buttons.create_session(session)
    at(hours=6)
    with pytest.raises(Refused, match="older than PayPal's memory"):
        await buttons.create_session(session)
    assert len(stand_in.effects("create")) == 1


async def test_an_approved_order_older_than_its_key_is_not_paid(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "ORDER_LIVES", timedelta(hours=72))  # PayPal keeps orders longer for some merchants
    session = await opened(buttons, session)
    stand_in.shopper(session.reference)
    at(hours=7)
    assert (await buttons.authorise(session)).status == SessionStatus.CANCELED
    assert (await buttons.status(session)).status == SessionStatus.CANCELED
    assert stand_in.effects("authorise") == []
    assert (await buttons.release(session)).reference == session.reference


async def test_p04_paypal_past_its_key_is_asked_and_not_sent_again(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await held(buttons, stand_in, session)
    taken = await buttons.capture(wish(session, amount="5"))
    back = await buttons.refund(replace(wish(session, amount="1"), key=key_of(row="ref")))
    at(days=46)
    assert await buttons.capture(wish(session, amount="5")) == taken
    assert await buttons.refund(replace(wish(session, amount="1"), key=key_of(row="ref"))) == back
    other = wish(session, born=timedelta(seconds=1), amount="5")
    for call in (buttons.capture, buttons.refund):
        with pytest.raises(Refused, match="has nothing under that key"):
            await call(other)
    assert (stand_in.moved(session, "capture"), stand_in.moved(session, "refund")) == (["5.00"], ["1.00"])


async def test_p04_mutation_a_key_that_is_believed_for_ever_is_sent_again(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await held(buttons, stand_in, session)
    await buttons.capture(wish(session, amount="5"))
    at(days=46)
    monkeypatch.setattr(keys, "is_spent", lambda *_: False)
    await buttons.refund(wish(session, amount="1"))
    assert stand_in.moved(session, "refund") == ["1.00"], "what the test above must not see"


def test_the_age_of_a_key_is_that_of_its_row(at: At) -> None:
    at(days=45)
    old = f"capt_{ULID.from_datetime(START)}:7"
    assert keys.is_spent(old, keys.PAYMENTS)
    assert not keys.is_spent(f"capt_{ULID.from_datetime(START + timedelta(hours=1))}:7", keys.PAYMENTS)
    assert not keys.is_spent("of no age", keys.PAYMENTS)


async def test_an_old_authorisation_is_renewed_before_it_is_captured(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await held(buttons, stand_in, session)
    at(days=5)
    taken = await buttons.capture(wish(session, born=timedelta(days=5), amount="5"))
    assert taken.data["authorization_id"] != session.data["authorization_id"]
    assert taken == await buttons.capture(wish(session, born=timedelta(days=5), amount="5"))
    found = await buttons.status(session)
    assert (found.held, found.captured) == (Decimal("7.50"), Decimal(5))
    assert found.expires_at == START + timedelta(days=8)
    assert stand_in.moved(session, "authorise") == ["12.50", "12.50"]
    assert stand_in.moved(session, "void") == ["12.50"]
    freed = await buttons.cancel(wish(session, born=timedelta(days=5)))
    assert freed.amount == Decimal("7.50")
    assert stand_in.moved(session, "void") == ["12.50", "7.50"]


async def test_what_paypal_will_not_renew_is_captured_as_it_is(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await held(buttons, stand_in, session)
    at(days=5)
    stand_in.next("reauthorize=decline")
    taken = await buttons.capture(wish(session, born=timedelta(days=5)))
    assert (taken.amount, taken.data["authorization_id"]) == (PRICE, session.data["authorization_id"])


async def test_an_authorisation_that_lapsed_holds_nothing(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await held(buttons, stand_in, session)
    at(days=29, minutes=1)
    found = await buttons.status(session)
    assert (found.held, found.holding, found.status) == (ZERO, Holding.RELEASED, SessionStatus.CANCELED)
    with pytest.raises(Declined):
        await buttons.capture(wish(session, born=timedelta(days=29)))
    assert (await buttons.release(session)).voided == PRICE


async def test_an_order_that_paypal_forgot_is_over_when_no_call_of_ours_can_be_under_way(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await opened(buttons, session)
    at(hours=4)
    assert (await buttons.status(session)).holding == Holding.UNKNOWN
    with pytest.raises(Unknown):
        await buttons.release(session)
    with pytest.raises(Unknown):
        await buttons.authorise(session)
    at(hours=6)
    assert (await buttons.status(session)).holding == Holding.RELEASED
    assert (await buttons.authorise(session)).status == SessionStatus.CANCELED
    assert (await buttons.release(session)).reference == session.reference
    assert stand_in.effects("authorise") == []


async def test_an_order_that_held_money_is_not_over_because_another_account_does_not_know_it(
    buttons: PayPalPayments, stand_in: PayPalServer, session: SessionRequest, at: At
) -> None:
    session = await held(buttons, stand_in, session)
    lost = replace(session, reference="0AB12345CD678901E")
    at(hours=6)
    assert (await buttons.status(lost)).holding == Holding.UNKNOWN
    with pytest.raises(Refused, match="is this the right account"):
        await buttons.release(lost)
    with pytest.raises(Refused, match="is this the right account"):
        await buttons.capture(wish(lost))
