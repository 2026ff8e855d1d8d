"""reconcile-payments: once a day, everything that moved lately or is still held is compared with its provider."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from temporalio import workflow

from activities.reconcile import Compared, ComparePage, EndDay, ReconcileActivities
from durable.types import ReconcilePaymentsInput
from workflows import options
from workflows.desk import Desk

SHOWN = 200  # divergences that a report names; the rest are counted


@workflow.defn(name="reconcile-payments")
class ReconcilePaymentsWorkflow(Desk):
    """Parks with `retry` and `cancel` when a step fails for an hour; a provider's silence about a session does not."""

    @workflow.run
    async def run(self, day: ReconcilePaymentsInput) -> dict[str, int]:
        """Hear what was missed, compare page by page, keep the report; return the number of each outcome."""
        heard = await self.attend("list the events of providers", lambda: self._listed(ComparePage(day.since)))
        found, sessions, after = list(heard.found), 0, ""
        while True:
            page = ComparePage(day.since, after)
            compared = await self.attend("compare with providers", lambda page=page: self._compare(page))  # type: ignore[misc]
            found, sessions = [*found, *compared.found], sessions + compared.sessions
            if compared.after is None:
                break
            after = compared.after
        outcomes = dict(Counter(one.outcome for one in found))
        report: dict[str, Any] = {
            "sessions": sessions,
            "outcomes": outcomes,
            "kinds": dict(Counter(str(one.kind) for one in found)),
            "divergences": [asdict(one) for one in found[:SHOWN]],
        }
        await self.attend("keep the report", lambda: self._end(EndDay(day.day, report)))
        return outcomes

    async def _listed(self, page: ComparePage) -> Compared:
        return await workflow.execute_activity_method(ReconcileActivities.listed, page, **options.RECONCILE)

    async def _compare(self, page: ComparePage) -> Compared:
        return await workflow.execute_activity_method(ReconcileActivities.compare, page, **options.RECONCILE)

    async def _end(self, command: EndDay) -> None:
        await workflow.execute_activity_method(ReconcileActivities.end, command, **options.DB_PATIENT)
