"""Whether servers that somebody else runs are of use to us."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

TIMEOUT = 5.0  # seconds for one question


async def database_problem(database_url: str) -> str | None:
    """Return None when the database lets us in, else why not."""
    try:
        connection = await asyncpg.connect(database_url, timeout=TIMEOUT)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        return str(error) or type(error).__name__
    await connection.close()
    return None


async def temporal_problem(address: str, namespace: str) -> str | None:
    """Return None when Temporal answers for the namespace, else why not."""
    from temporalio.client import Client  # noqa: PLC0415 - 0.4 s of CPU that only a shop with its own Temporal needs
    from temporalio.service import RPCError  # noqa: PLC0415 - the same

    try:
        client = await Client.connect(address, namespace=namespace)
        await client.count_workflows("", rpc_timeout=timedelta(seconds=TIMEOUT))
    except (RPCError, RuntimeError) as error:
        return str(error)
    return None
