"""Reconciliation beyond what promise 21 plants: fees, silence, and the day that is asked for once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from activities.follow import FollowActivities
from activities.reconcile import ComparePage, ReconcileActivities
from commerce.payment.port import SessionRequest, StatusResult, Unknown
from euryale.cli.reconcile import as_json, compare_all, read_since, show
from kit import clock
from kit.db import run
from kit.errors import CommerceError
from operations.compare_books import Kind
from operations.reconcile import begin_day, end_day
from providers.recorded.events import RecordedEvents
from providers.recorded.memory import Memory
from tests.support.checkout_steps import PROVIDER, Steps
from tests.support.told import Followed, movement, paid_order, told

TAKEN = (movement("ch_1", 20),)


@dataclass
class Says:
    """A provider that says what it is given, and tells of nothing."""

    says: StatusResult | Exception
    id: str = PROVIDER
    events: RecordedEvents = field(default_factory=lambda: RecordedEvents(Memory()))

    async def status(self, _: SessionRequest) -> StatusResult:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
async def paid(steps: Steps) -> Followed:
    return await paid_order(steps)


def steps_with(paid: Followed, says: StatusResult | Exception) -> ReconcileActivities:
    providers: Any = {PROVIDER: Says(says)}
    return ReconcileActivities(paid.steps.database, providers, FollowActivities(paid.steps.database, providers))


async def found(paid: Followed, says: StatusResult | Exception) -> list[tuple[Kind, str]]:
    since = clock.now() - timedelta(hours=1)
    return [(one.kind, one.outcome) for one in await compare_all(steps_with(paid, says), since, fix=True)]


async def test_fees_that_came_later(paid: Followed) -> None:
    says = told(captures=TAKEN, data={})
    assert await found(paid, says) == [(Kind.MOVED_ELSEWHERE, "healed")]
    assert await found(paid, replace(says, fees=Decimal("0.5"))) == [(Kind.FEES_DIFFER, "healed")]
    assert await found(paid, replace(says, fees=Decimal("0.5"))) == []


async def test_a_provider_that_does_not_answer_is_reported(paid: Followed) -> None:
    assert await found(paid, Unknown("no answer")) == [(Kind.NOT_ANSWERED, "attention")]


async def test_what_is_old_and_over_is_not_asked_about(paid: Followed) -> None:
    await found(paid, told(captures=TAKEN, data={}))
    async with paid.steps.database.engine.begin() as connection:
        await run(connection, "UPDATE payment_session SET updated_at = now() - interval '9 days'")
        await run(
            connection,
            "UPDATE payment SET updated_at = now() - interval '9 days', followed_at = now() - interval '9 days'",
        )
    assert await found(paid, Unknown("not asked")) == []


async def test_a_page_says_where_the_next_begins(paid: Followed) -> None:
    steps = steps_with(paid, told(20, data={}))
    since = (clock.now() - timedelta(hours=1)).isoformat()
    page = await steps.compare(ComparePage(since))
    assert (page.sessions, page.found, page.after) == (1, [], paid.session_id)
    last = await steps.compare(ComparePage(since, paid.session_id))
    assert (last.sessions, last.after) == (0, None)


async def test_a_day_is_asked_for_once_and_again_when_its_run_was_lost(steps: Steps) -> None:
    transact = steps.database.transact
    assert [await transact(begin_day) for _ in range(2)] == [0, 0], "on the first day of a shop there is nothing yet"
    async with steps.database.engine.begin() as connection:
        await run(connection, "UPDATE reconciliation SET day = '2026-01-01'")
    assert [await transact(begin_day) for _ in range(2)] == [1, 0]
    day = clock.now().date().isoformat()
    assert await steps.asked("reconcile-payments") == [day]
    async with steps.database.engine.begin() as connection:
        await run(connection, "UPDATE reconciliation SET asked_at = now() - interval '2 hours'")
    assert await transact(begin_day) == 1
    await transact(lambda s: end_day(s, day, {"sessions": 0}))
    async with steps.database.engine.begin() as connection:
        await run(connection, "UPDATE reconciliation SET asked_at = now() - interval '2 hours'")
    assert await transact(begin_day) == 0
    assert await steps.value("SELECT report FROM reconciliation WHERE day = $1", day) == {"sessions": 0}


async def test_the_report_is_a_table_and_json(paid: Followed) -> None:
    since = clock.now() - timedelta(hours=1)
    report = await compare_all(steps_with(paid, told(captures=TAKEN, data={})), since, fix=False)
    console = Console(width=300, record=True, quiet=False, file=None)
    with console.capture() as printed:
        show(report, console)
        show([], console)
    assert "moved_elsewhere" in printed.get()
    assert "say the same" in printed.get()
    assert '"kind": "moved_elsewhere"' in as_json(report)


def test_since_is_a_date_or_a_moment() -> None:
    assert read_since("2026-01-31").isoformat() == "2026-01-31T00:00:00+00:00"
    assert read_since("2026-01-31T10:00:00+02:00").utcoffset() == timedelta(hours=2)
    with pytest.raises(CommerceError, match="not 'yesterday'"):
        read_since("yesterday")
