"""Search attributes that the server must know: a start or an upsert that names an unknown one is refused."""

from __future__ import annotations

import asyncio
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from durable.attention import SEARCH_ATTRIBUTES
from durable.client import Durable
from durable.keep import asleep, keep_running

EVERY: Final = 30  # seconds


async def ensure_search_attributes(client: Client) -> list[str]:
    """Register what is missing, on any server, and return those names; harmless to repeat and to race."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = [key.name for key in SEARCH_ATTRIBUTES if key.name not in listed.custom_attributes]
    if not missing:
        return []
    kinds = dict.fromkeys(missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:  # another worker was faster
            raise
    return missing


async def keep_search_attributes(durable: Durable, stop: asyncio.Event) -> None:
    """Ensure them every 30 s until `stop` is set, and at once when Temporal is back: its store may be a new one."""

    async def work() -> None:
        client = await durable.client()
        while not stop.is_set():
            await durable.require_healthy()
            await ensure_search_attributes(client)
            await _watch(durable, stop)

    await keep_running("Temporal", work, stop)


async def _watch(durable: Durable, stop: asyncio.Event) -> None:
    """Return after 30 s; raise `unavailable` as soon as Temporal is away."""
    for _ in range(EVERY):
        await asleep(1, stop)
        if stop.is_set():
            return
        await durable.require_healthy()
