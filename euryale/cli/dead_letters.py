"""What `euryale dead-letters` does: show the deliveries that wait for a person, and start them again."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from euryale.cli.target import require_database
from kit.db import Database
from kit.errors import not_found
from kit.settings import Settings
from operations.list_dead_letters import DeadLetter, list_dead_letters
from operations.replay_dead_letter import replay_dead_letter


async def found(settings: Settings, event_id: str | None, *, replay: bool) -> list[DeadLetter]:
    """Return the dead letters of an event, of every event when it is None, the oldest first; `replay` revives them.

    Errors: `not_found` when that event has none.
    """
    await require_database(settings.database_url)
    database = Database(settings.database_url, pool_size=1)
    try:
        letters = [one for one in await database.transact(list_dead_letters) if event_id in (None, one.event_id)]
        if event_id is not None and not letters:
            raise not_found(f"There is no dead letter of event {event_id}.")
        for one in letters if replay else ():
            await database.transact(partial(replay_dead_letter, event_id=one.event_id, subscriber=one.subscriber))
        return letters
    finally:
        await database.close()


def as_json(letters: list[DeadLetter]) -> str:
    """Return them as JSON."""
    return json.dumps({"dead_letters": [asdict(letter) for letter in letters]}, indent=2, ensure_ascii=False)


def show(letters: list[DeadLetter], console: Console) -> None:
    """Print them as a table."""
    if not letters:
        console.print("There are no dead letters.")
        return
    table = Table("event", "name", "subscriber", "tries", "since", "why")
    for one in letters:
        table.add_row(one.event_id, one.name, one.subscriber, str(one.attempts), one.updated_at, escape(one.error))
    console.print(table)
