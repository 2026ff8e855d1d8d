"""`euryale dead-letters` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from kit.db import Database, run
from kit.outbox import emit

DEAD = """
INSERT INTO delivery (event_id, subscriber, status, attempts, error)
SELECT id, 'mailer', 'dead', 5, 'ValueError: [no] such address' FROM outbox_event WHERE name = 'order.placed'"""


@pytest.fixture
async def event_id(database: Database) -> str:
    """Return the event of a dead letter."""
    await database.transact(lambda session: emit(session, ("order.placed", {"id": "order_1"})))
    await database.transact(lambda session: run(session, DEAD))
    async with database.reading() as connection:
        return str((await run(connection, "SELECT event_id FROM delivery"))[0][0])


def dead_letters(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "euryale.cli", "dead-letters", *arguments]
    environment = {**os.environ, "DATABASE_URL": database_url, "COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


async def test_they_are_listed_and_delivered_again(database: Database, database_url: str, event_id: str) -> None:
    table = dead_letters(database_url).stdout
    assert all(word in table for word in (event_id, "order.placed", "mailer", "ValueError: [no] such address"))
    (letter,) = json.loads(dead_letters(database_url, "--json").stdout)["dead_letters"]
    assert (letter["event_id"], letter["subscriber"], letter["attempts"]) == (event_id, "mailer", 5)
    wrong = dead_letters(database_url, "evt_nope", "--replay")
    assert (wrong.returncode, wrong.stderr.strip()) == (1, "There is no dead letter of event evt_nope.")

    assert event_id in dead_letters(database_url, event_id, "--replay").stdout
    async with database.reading() as connection:
        (delivery,) = await run(connection, "SELECT status, attempts FROM delivery")
        (asked,) = await run(connection, "SELECT data FROM outbox_event WHERE name = 'start.deliver-events'")
    assert tuple(delivery) == ("pending", 0)
    assert event_id in str(asked[0])
    assert dead_letters(database_url).stdout.strip() == "There are no dead letters."
