"""Compare providers with our books, a page a step; what is safe to heal is followed, the rest is a person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.follow import FollowActivities, Heard
from activities.payment import AskAboutSession, failure
from commerce.payment.port import PaymentProvider, ProviderError, StatusResult
from kit import failpoints
from kit.db import Database
from operations.compare_books import Divergence, Kind, Ours, compare, read_ours
from operations.load_session import load_session
from operations.receive_event import receive_event
from operations.reconcile import end_day, missed_events, sessions_to_compare, show_right, warn


@dataclass(frozen=True)
class ComparePage:
    """Compare the sessions after the id `after`; `fix` heals and warns, without it nothing is written."""

    since: str
    after: str = ""
    fix: bool = True


@dataclass(frozen=True)
class Compared:
    """A page's end: how many sessions, what was found, and where the next page begins (None: it was the last)."""

    sessions: int
    found: list[Divergence] = field(default_factory=list)
    after: str | None = None


@dataclass(frozen=True)
class EndDay:
    """Keep the report of a day."""

    day: str
    report: dict[str, Any]


class ReconcileActivities:
    """Asks providers and compares; one that does not answer is a divergence of its own, not a failure."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider], follow: FollowActivities) -> None:
        self._database = database
        self._providers = {id_: one for id_, one in providers.items() if one.events is not None}
        self._follow = follow

    @activity.defn(name="payment.reconcile_events")
    async def listed(self, command: ComparePage) -> Compared:
        """Find the events that providers list and we never heard, and hear them now."""
        found: list[Divergence] = []
        for id_, provider in self._providers.items():
            try:
                found += await self._missed(id_, provider, command)
            except ProviderError as error:
                raise failure(error) from error
        return Compared(0, found)

    @activity.defn(name="payment.reconcile")
    async def compare(self, command: ComparePage) -> Compared:
        """Compare a page of sessions with their providers."""
        since = datetime.fromisoformat(command.since)
        async with self._database.reading() as connection:
            ids = await sessions_to_compare(connection, since, list(self._providers), command.after)
        found: list[Divergence] = []
        for id_ in ids:
            found += await self._one(id_, fix=command.fix)
        return Compared(len(ids), found, ids[-1] if ids else None)

    @activity.defn(name="payment.end_reconciliation")
    async def end(self, command: EndDay) -> None:
        """Keep the report."""
        await self._database.transact(partial(end_day, day=command.day, report=command.report))

    async def _one(self, id_: str, *, fix: bool) -> list[Divergence]:
        try:
            found = await self._differences(id_)
            if not fix:
                return [*found, *await self._shown(id_, fix=False)]
            left = await self._heal(id_) if found else []
        except (ProviderError, ApplicationError) as error:
            return [Divergence(Kind.NOT_ANSWERED, id_, None, "asked", error.message, outcome="attention")]
        shown = await self._shown(id_, fix=True)
        if left:
            await self._database.transact(partial(warn, session_id=id_, left=left))
        return [*(_judged(one, left) for one in found), *shown]

    async def _heal(self, id_: str) -> list[Divergence]:
        """Follow the provider, and return what still differs; money that an order is just being made of does not."""
        heard = await self._follow.follow(AskAboutSession(id_))
        left = await self._differences(id_)
        return [one for one in left if heard is not Heard.AGAIN or one.kind is not Kind.MONEY_WITHOUT_ORDER]

    async def _differences(self, id_: str) -> list[Divergence]:
        async with self._database.reading() as connection:
            loaded = await load_session(connection, id_)
        if loaded is None:
            return []
        async with failpoints.provider_call("provider.status"):
            told: StatusResult = await self._providers[loaded.provider_id].status(loaded.request)
        async with self._database.reading() as connection:  # after the asking: what it says is at least as old
            ours: Ours | None = await read_ours(connection, id_)
        return [] if ours is None else compare(ours, told)

    async def _shown(self, id_: str, *, fix: bool) -> list[Divergence]:
        wrong = await self._database.transact(partial(show_right, session_id=id_, keep=fix))
        if wrong is None:
            return []
        outcome = "healed" if fix else "found"
        return [Divergence(Kind.SHOWN_WRONG, id_, None, wrong, "as the ledger has it", outcome=outcome)]

    async def _missed(self, id_: str, provider: PaymentProvider, command: ComparePage) -> list[Divergence]:
        if provider.events is None:
            return []
        listed = [event async for event in provider.events.since(datetime.fromisoformat(command.since))]
        async with self._database.reading() as connection:
            missed = await missed_events(connection, id_, listed)
        for event, session_id in missed if command.fix else ():
            heard = replace(event, session_id=session_id)
            await self._database.transact(
                partial(receive_event, provider_id=id_, event=heard, body=b""), "payment.receive_event"
            )
        outcome = "healed" if command.fix else "found"
        return [
            Divergence(Kind.MISSED_EVENT, session_id, None, "never heard", f"{event.id} {event.kind}", id_, outcome)
            for event, session_id in missed
        ]


def _judged(one: Divergence, left: Sequence[Divergence]) -> Divergence:
    is_left = any((each.kind, each.theirs) == (one.kind, one.theirs) for each in left)
    return replace(one, outcome="attention" if is_left else "healed")
