"""Which schema a database has, without the second of CPU that Alembic and all tables cost to import."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg

REVISION = re.compile(r"^(revision|down_revision)\b.*?= *[\"'](\w+)[\"']", re.MULTILINE)


def newest() -> set[str]:
    """Return the heads of the migrations: those that no other builds upon."""
    named: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for script in (Path(__file__).parent / "versions").glob("*.py"):
        for kind, revision in REVISION.findall(script.read_text()):
            named[kind].add(revision)
    return named["revision"] - named["down_revision"]


async def is_newest(database_url: str) -> bool:
    """Tell whether the database has every migration."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()
    return {row["version_num"] for row in rows} == newest()
