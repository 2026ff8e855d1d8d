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
from durable.keep import keep_running

# Seconds. A list of a few names costs a millisecond; without them no workflow can park.
EVERY: Final = 5.0


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
    """Ensure them every few seconds until `stop` is set: Temporal's store may be lost and made anew meanwhile."""

    async def work() -> None:
        await durable.require_healthy()
        await ensure_search_attributes(await durable.client())

    await keep_running("Temporal", work, stop, EVERY)
