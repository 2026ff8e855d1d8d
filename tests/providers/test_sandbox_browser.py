"""Sessions that the shopper's browser confirms before we are asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import ZERO, Holding, Refused
from providers.sandbox import audit
from providers.sandbox.payment import SandboxPayments
from tests.support.sandbox import Ask, Sandbox, opened

PRICE = Decimal("12.50")


async def test_the_browser_holds_the_money_before_we_ask(browser: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(browser, ask())
    assert (await browser.authorise(session)).status == SessionStatus.PENDING
    assert sandbox.confirm(session.reference).status_code == 200
    assert (await browser.status(session)).holding == Holding.HELD
    answer = await browser.authorise(session)
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, PRICE)


async def test_asking_never_moves_money(browser: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(browser, ask())
    await browser.authorise(session)
    assert not audit.audit(sandbox.log)[session.session_id][0].is_holding


@pytest.mark.parametrize("other", [{"amount": Decimal(99)}, {"currency_code": "usd"}])
async def test_money_that_differs_from_our_columns_is_an_error(
    browser: SandboxPayments, sandbox: Sandbox, ask: Ask, other: dict[str, Any]
) -> None:
    session = await opened(browser, ask())
    sandbox.confirm(session.reference)
    answer = await browser.authorise(replace(session, **other))
    assert (answer.status, answer.held) == (SessionStatus.ERROR, PRICE)


async def test_a_canceled_session_cannot_be_confirmed(browser: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(browser, ask())
    await browser.release(session)
    late = sandbox.confirm(session.reference)
    assert (late.status_code, late.json()["error"]["code"]) == (400, "intent_canceled")
    assert not audit.audit(sandbox.log)[session.session_id][0].authorised


async def test_a_confirmed_session_keeps_its_price_and_is_not_deleted(
    browser: SandboxPayments, sandbox: Sandbox, ask: Ask
) -> None:
    session = await opened(browser, ask())
    sandbox.confirm(session.reference)
    with pytest.raises(Refused, match="holds money"):
        await browser.update_session(replace(session, amount=Decimal(1), key=f"{session.key}:2"))
    with pytest.raises(Refused, match="release it"):
        await browser.delete_session(session)
    assert (await browser.release(session)).voided == PRICE


async def test_a_decline_in_the_browser_holds_nothing(browser: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(browser, ask("decline"))
    sandbox.confirm(session.reference)
    answer = await browser.authorise(session)
    assert (answer.status, answer.held) == (SessionStatus.ERROR, ZERO)


async def test_confirmed_twice_is_held_once(pay: SandboxPayments, sandbox: Sandbox, ask: Ask) -> None:
    session = await opened(pay, ask())
    sandbox.confirm(session.reference)
    sandbox.confirm(session.reference)
    assert (await pay.authorise(session)).held == PRICE
    assert audit.audit(sandbox.log)[session.session_id][0].authorised == PRICE
