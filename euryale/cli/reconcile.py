"""What `euryale reconcile` does: compare providers with our books, and say what it found."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from activities.follow import FollowActivities
from activities.reconcile import ComparePage, ReconcileActivities
from euryale.cli.target import require_database
from kit import clock
from kit.db import Database
from kit.errors import invalid_data
from kit.settings import Settings
from operations.compare_books import Divergence
from operations.reconcile import LOOKS_BACK
from providers.registry import payment_providers

COLUMNS: Final = ("kind", "provider", "session", "order", "here", "at the provider", "outcome")


async def reconcile(settings: Settings, since: str | None, *, fix: bool) -> list[Divergence]:
    """Compare everything that moved since then or is still held, and heal it with `fix`.

    Errors: `invalid_data` for a `since` that is no moment; an ApplicationError when a provider's list cannot be read.
    """
    moment = read_since(since)
    await require_database(settings.database_url)
    database, providers = Database(settings.database_url, pool_size=2), payment_providers(settings)
    try:
        steps = ReconcileActivities(database, providers, FollowActivities(database, providers))
        return await compare_all(steps, moment, fix=fix)
    finally:
        await asyncio.gather(*(provider.close() for provider in providers.values()))
        await database.close()


async def compare_all(steps: ReconcileActivities, since: datetime, *, fix: bool) -> list[Divergence]:
    """Do what `reconcile-payments` does, without Temporal."""
    page = ComparePage(since.isoformat(), fix=fix)
    found = list((await steps.listed(page)).found)
    after: str | None = ""
    while after is not None:
        compared = await steps.compare(ComparePage(since.isoformat(), after, fix=fix))
        found, after = [*found, *compared.found], compared.after
    return found


def read_since(given: str | None) -> datetime:
    """Return the moment that is meant: three days ago when none is given, UTC when no zone is."""
    if given is None:
        return clock.now() - LOOKS_BACK
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise invalid_data(f"--since takes a date or a moment, such as 2026-01-31, not {given!r}.") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def as_json(found: list[Divergence]) -> str:
    """Return the report as JSON."""
    rows: list[dict[str, Any]] = [asdict(one) for one in found]
    return json.dumps({"divergences": rows}, indent=2, ensure_ascii=False)


def show(found: list[Divergence], console: Console) -> None:
    """Print the report as a table."""
    if not found:
        console.print("Providers, ledger and orders say the same.")
        return
    table = Table(*COLUMNS, title=f"{len(found)} divergences")
    for one in found:
        where = (one.provider_id, one.session_id or "", one.order_id or "")
        table.add_row(str(one.kind), *where, one.ours, one.theirs, one.outcome)
    console.print(table)
