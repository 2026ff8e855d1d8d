"""The worker: wiring only. Runs workflows, activities, the outbox relay and the sweep until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

import structlog
from temporalio.worker import Worker

from activities.outside import OutsideActivities
from activities.registry import SUBSCRIBERS, all_activities
from durable.client import Durable, connect
from durable.event_file import EventFile
from durable.inbox import keep_asking
from durable.keep import either
from durable.queues import MAX_CACHED
from durable.relay import Relay
from durable.runtime import quiet
from durable.search_attributes import ensure_search_attributes, keep_search_attributes
from durable.subscribers import Subscribers, installed
from durable.sweep import Sweep, keep_sweeping
from durable.workers import Crew, build_worker, keep_working
from kit import failpoints, logs
from kit.db import Database
from kit.settings import Settings
from operations.outbox import erase_secrets, purge_outbox, redeliver_lost
from operations.purge_expired import purge_expired
from operations.purge_idempotency_keys import purge_idempotency_keys
from operations.receive_event import AT_ONCE, ask_about_events, purge_provider_events
from operations.reconcile import begin_day
from operations.sweep_checkouts import (
    adopt_orphans,
    ask_about_open,
    hand_over_overdue,
    release_creating,
    release_ended,
    resolve_handed_over,
)
from operations.sweep_payments import cancel_pending, move_pending
from operations.watch_expiry import ask_about_new, watch_expiring
from providers.registry import fulfillment_providers, payment_providers, tax_providers
from workflows.registry import WORKFLOWS

log = structlog.get_logger("worker")

EDGE: Final = "checkout.sweep"


def sweeps(confirmed_by_client: Sequence[str], telling: Sequence[str] = (), at_once: int = AT_ONCE) -> list[Sweep]:
    """Return what the sweep loop does, in order; `telling` are the providers that tell us of what happens at them."""
    return [
        Sweep("handed_over", hand_over_overdue, EDGE),
        Sweep("orphans", adopt_orphans, EDGE),
        Sweep("to_resolve", resolve_handed_over, EDGE),
        Sweep("never_created", release_creating, EDGE),
        Sweep("to_release", release_ended, EDGE),
        Sweep("to_ask_about", partial(ask_about_open, confirmed_by_client=confirmed_by_client), EDGE),
        Sweep("to_move", move_pending, "payment.sweep"),
        Sweep("to_cancel", cancel_pending, "payment.sweep"),
        Sweep("events_to_ask_about", partial(ask_about_events, at_once=at_once), "payment.sweep"),
        Sweep("new_to_ask_about", partial(ask_about_new, telling=telling), "payment.sweep"),
        Sweep("to_expire", watch_expiring, "payment.sweep"),
        Sweep("to_reconcile", begin_day),
        Sweep("to_redeliver", redeliver_lost),
        Sweep("erased_secrets", erase_secrets),
        Sweep("purged_events", purge_outbox),
        Sweep("purged_provider_events", purge_provider_events),
        Sweep("purged_keys", purge_idempotency_keys),
        Sweep("purged_expired", purge_expired),
    ]


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set, then drain: no new steps, running ones may end."""
    database = Database(settings.database_url, pool_size=settings.db_pool_size, statement_timeout="60s")
    payments = payment_providers(settings)
    confirmed_by_client = [id_ for id_, provider in payments.items() if provider.confirmed_by_client]
    # A provider that takes any amount keeps no money of anybody: it has no fees and no end to tell.
    telling = [id_ for id_, each in payments.items() if each.events is not None and not each.takes_any_amount]
    subscribers = Subscribers([*SUBSCRIBERS, *installed()])
    shippers, taxers = fulfillment_providers(settings), tax_providers(settings)
    outside = OutsideActivities(shippers, taxers)
    crew = Crew(WORKFLOWS, all_activities(database, subscribers, payments, settings.attempt_deadline_seconds, outside))
    durable = Durable(settings.temporal_address, settings.temporal_namespace, settings.temporal_task_queue_prefix)
    file = EventFile(settings.events_file) if settings.events_file else None
    running, at_once = {queue: asyncio.Event() for queue in MAX_CACHED}, settings.webhook_sessions_at_once
    try:
        async with asyncio.TaskGroup() as tasks:
            for queue, is_running in running.items():
                make = partial(_make_worker, settings, queue, crew)
                tasks.create_task(keep_working(f"worker {queue}", make, is_running, stop))
            tasks.create_task(Relay(database, durable, subscribers, file).run(stop))
            tasks.create_task(keep_sweeping(database, sweeps(confirmed_by_client, telling, at_once), stop))
            tasks.create_task(keep_asking(database, at_once, stop))
            tasks.create_task(keep_search_attributes(durable, stop))
            tasks.create_task(_tell_ready(settings, running.values(), stop))
    finally:
        parts = (*payments.values(), *shippers.values(), *taxers.values())
        await asyncio.gather(*(provider.close() for provider in parts))
        await database.close()


async def _make_worker(settings: Settings, queue: str, crew: Crew) -> Worker:
    # A client of its own for each queue: two workers of one client would share its one registration.
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    await ensure_search_attributes(client)
    prefix = settings.temporal_task_queue_prefix
    return build_worker(client, queue, crew, prefix=prefix, graceful=settings.graceful_shutdown_seconds)


async def _tell_ready(settings: Settings, running: Iterable[asyncio.Event], stop: asyncio.Event) -> None:
    for event in running:
        await either(event, stop)
    if not stop.is_set():
        log.info("ready")
        if settings.ready_file:
            settings.ready_file.touch()


async def main(settings: Settings | None = None) -> None:
    """Run until SIGTERM or SIGINT."""
    settings = settings or Settings()
    logs.configure(settings.log_level)
    quiet()
    failpoints.configure(settings.failpoints_file)
    logging.getLogger("temporalio.activity").setLevel(logging.ERROR)  # durable/interceptor.py logs them, one line each
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(settings, stop)
    log.info("stopped")


if __name__ == "__main__":
    asyncio.run(main())
