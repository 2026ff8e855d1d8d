"""Keep and bring back the rows of a running shop: replay.py's `--snapshot` and `--reset`.

`python state.py keep DIR` and `python state.py restore DIR`, DIR being the data folder of `euryale dev --no-seed
--recording`. The address and password that replay.py asks for are in DIR/euryale.json, its `--events` in
DIR/events.jsonl.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import asyncpg

KEPT = "kept"  # a schema beside the shop's own
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


async def main(what: str, folder: Path) -> None:
    facts = json.loads((folder / "euryale.json").read_text())
    connection = await asyncpg.connect(facts["database_url"])
    try:
        async with connection.transaction():
            await {"keep": keep, "restore": restore}[what](connection)
    finally:
        await connection.close()


async def keep(connection: asyncpg.Connection) -> None:
    await connection.execute(f"CREATE SCHEMA {KEPT}")
    for (table,) in await connection.fetch(TABLES):
        await connection.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


async def restore(connection: asyncpg.Connection) -> None:
    await connection.execute("SET LOCAL session_replication_role = replica")  # no foreign key asks for an order
    tables = [f'public."{table}"' for (table,) in await connection.fetch(TABLES)]
    await connection.execute(f"TRUNCATE {', '.join(tables)}")
    for table in tables:
        names = ", ".join(f'"{name}"' for (name,) in await connection.fetch(COLUMNS, table))
        kept = table.replace("public", KEPT, 1)
        rows = f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {kept}"  # noqa: S608 - our names
        await connection.execute(rows)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
