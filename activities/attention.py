"""Activities of the attention column."""

from __future__ import annotations

from temporalio import activity

from durable.attention import SetAttention
from kit.db import Database
from kit.metrics import ATTENTION
from operations.mark_attention import mark_attention


class AttentionActivities:
    """Writes on the row it concerns that a workflow waits for a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="attention.set")
    async def set(self, command: SetAttention) -> bool:
        """Show the reason on the target's row; False when the row does not exist."""
        target = command.target
        ATTENTION.add(1, {"kind": target.kind})
        return await self._database.transact(lambda s: mark_attention(s, target.kind, target.id, command.reason))

    @activity.defn(name="attention.clear")
    async def clear(self, command: SetAttention) -> bool:
        """Take the reason from the target's row; False when the row does not exist."""
        target = command.target
        return await self._database.transact(lambda s: mark_attention(s, target.kind, target.id, None))
