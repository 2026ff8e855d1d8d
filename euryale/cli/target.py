"""Which database a command works on."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import asyncpg

from euryale.cli.dev.fake_payments import settings_of
from euryale.embedded.child import StartError
from kit.settings import Settings

TIMEOUT = 5.0  # seconds for one connection


def settings_for(data_dir: Path) -> Settings:
    """Return the settings of the environment; without DATABASE_URL, those of the `euryale dev` that runs on the folder.

    StartError when neither is there: the default address is for containers, not for a slip of the keyboard.
    """
    settings = Settings()
    if "database_url" in settings.model_fields_set:
        return settings
    try:
        facts = json.loads((data_dir / "euryale.json").read_text())
    except FileNotFoundError:
        raise StartError(
            f"There is no database to work on: set DATABASE_URL, or start `euryale dev` (none runs on {data_dir})."
        ) from None
    ours = {"database_url": facts["database_url"], "public_url": facts["api_url"], "sandbox_url": facts["sandbox_url"]}
    ours |= settings_of(facts["stand_ins"])
    return settings.model_copy(update={**ours, "files_dir": data_dir.resolve() / "files"})


async def require_database(database_url: str) -> None:
    """Raise a StartError that says why the database does not let us in."""
    try:
        connection = await asyncpg.connect(database_url, timeout=TIMEOUT)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise StartError(f"The PostgreSQL of DATABASE_URL cannot be used: {reason}") from error
    await connection.close()


async def require_temporal(address: str, namespace: str) -> None:
    """Raise a StartError that says why Temporal does not answer for the namespace."""
    from temporalio.client import Client  # noqa: PLC0415 - 0.4 s of CPU that only a shop with its own Temporal needs
    from temporalio.service import RPCError  # noqa: PLC0415 - the same

    try:
        async with asyncio.timeout(2 * TIMEOUT):  # a host that swallows everything knows no time-out but this one
            client = await Client.connect(address, namespace=namespace)
            await client.count_workflows("", rpc_timeout=timedelta(seconds=TIMEOUT))
    except (RPCError, RuntimeError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise StartError(f"The Temporal server of TEMPORAL_ADDRESS cannot be used: {reason}") from error
