"""What must not leave the database: what to look for, and everything that a shop wrote elsewhere."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
import structlog
from temporalio.client import Client

from kit.db import Database, run
from kit.settings import Settings
from tests.support.paypal import SECRET as PAYPAL_SECRET

PERSON: Final = {
    "first_name": "Canarina",
    "last_name": "Featherstonehaugh",
    "phone": "+49 30 7654321987",
    "company": "Yellowbird Unlimited",
    "address_1": "Cagestreet 77",
    "city": "Tenerifopolis",
    "postal_code": "90909",
}
MAIL: Final = "canary.tweet@yellowbird.example"
PASSWORD: Final = "sings-at-dawn-1"
NOTE: Final = "the-shopper-cried-on-the-phone"
KEYS: Final = {
    "jwt_secret": "jwt-canary-of-32-bytes-and-some-more",
    "stripe_api_key": "sk_test_canaryapikey",
    "stripe_webhook_secrets": "whsec_stripecanary,whsec_stripenext",
    "sandbox_webhook_secrets": "whsec_sandboxcanary",
}
IDEMPOTENCY_KEY: Final = "idem-canary-key"
UNSEEN: Final = frozenset(
    {*PERSON.values(), MAIL, PASSWORD, NOTE, IDEMPOTENCY_KEY, PAYPAL_SECRET, "canary.tweet"}
    | {part for key in KEYS.values() for part in key.split(",")}
)
"""What no log, history or event may hold; a walk adds what it was given on the way: tokens, client secrets."""

TEXTS: Final = """
SELECT table_name, string_agg(format('coalesce(%I::text, '''')', column_name), ' || chr(10) || ') AS whole
FROM information_schema.columns WHERE table_schema = 'public' AND ($1::text[] IS NULL OR table_name = ANY($1))
GROUP BY 1 ORDER BY 1
"""


class Ears(logging.Handler):
    """Hears every line that anybody logs at any level: structlog's, and those of libraries."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines = io.StringIO()
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.write(self.format(record) + "\n")

    @property
    def text(self) -> str:
        return self.lines.getvalue()


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Hear what is logged until the block ends, at the most talkative level."""
    ears, root, before = Ears(), logging.getLogger(), structlog.get_config()
    # Not sys.stderr itself: that is pytest's anew in each phase of a test.
    monkeypatch.setattr("kit.logs.sys", SimpleNamespace(stderr=ears.lines))
    was = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    try:
        yield ears
    finally:
        root.removeHandler(ears)
        root.setLevel(was)
        structlog.configure(**before)


@dataclass
class Records:
    """Everything that a shop wrote down outside of its tables, and what of those is told to others."""

    settings: Settings
    database: Database
    ears: Ears
    answers: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    async def everything(self) -> dict[str, bytes]:
        """Return place -> what stands there."""
        return {
            **await self.histories(),
            "logs": self.ears.text.encode(),
            "events": await self.table("outbox_event", "delivery", "reconciliation"),
            "what subscribers heard": await asyncio.to_thread(Path(str(self.settings.events_file)).read_bytes),
            "attention": await self._attention(),
            "ledger": await self.table("ledger_entry"),
            "refusals": "\n".join(self.answers).encode(),
        }

    async def histories(self) -> dict[str, bytes]:
        """Return each run with its history, memo and search attributes; payloads are JSON inside of them."""
        temporal = await Client.connect(self.settings.temporal_address, namespace=self.settings.temporal_namespace)
        found: dict[str, bytes] = {}
        async for each in temporal.list_workflows():
            if (each.task_queue or "").startswith(self.settings.temporal_task_queue_prefix):
                handle = temporal.get_workflow_handle(each.id, run_id=each.run_id)
                history = await handle.fetch_history()
                told = [event.SerializeToString() for event in history.events]
                found[f"{each.workflow_type} {each.id}"] = b"\n".join([*told, each.raw_info.SerializeToString()])
        return found

    async def table(self, *names: str) -> bytes:
        """Return all that stands in these tables (those of them that exist), every column as text."""
        async with self.database.reading() as connection:
            tables = await run(connection, TEXTS, list(names))
            rows = [
                row.whole
                for one in tables
                for row in await run(connection, f"SELECT {one.whole} AS whole FROM {_quoted(one)}")  # noqa: S608 - the catalogue's own names
            ]
        return "\n".join(rows).encode()

    async def tables_with(self, text: str) -> list[str]:
        """Return the names of the tables that hold a text."""
        async with self.database.reading() as connection:
            found = []
            for one in await run(connection, TEXTS, None):
                sql = f"SELECT count(*) AS n FROM {_quoted(one)} WHERE strpos({one.whole}, $1) > 0"  # noqa: S608 - as above
                if (await run(connection, sql, text))[0].n:
                    found.append(one.table_name)
        return found

    async def leaks(self, more: Mapping[str, str] | None = None) -> list[str]:
        """Return what stands where it must not."""
        unseen = UNSEEN | self.secrets | set(more or ())
        written = await self.everything()
        return sorted(
            f"{text!r} in {place}" for place, held in written.items() for text in unseen if text.encode() in held
        )

    async def _attention(self) -> bytes:
        sql = """SELECT attention FROM payment UNION ALL SELECT attention FROM payment_session
          UNION ALL SELECT attention FROM capture UNION ALL SELECT attention FROM refund
          UNION ALL SELECT attention FROM "order" """
        async with self.database.reading() as connection:
            return "\n".join(row.attention or "" for row in await run(connection, sql)).encode()


def _quoted(row: Any) -> str:  # noqa: ANN401 - a row
    return f'"{row.table_name}"'
