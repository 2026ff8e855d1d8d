"""A workflow that answers an update, under the name that the client knows a queue for."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

from durable.errors import as_failure
from kit.errors import not_allowed


@workflow.defn(name="complete-cart")
class Asked:
    """Ends when it was asked to; `never` is not answered before the end."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_over = False

    @workflow.run
    async def run(self, _: dict[str, Any]) -> str:
        await workflow.wait_condition(lambda: self.is_over)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return f"asked {self.asked} times"

    @workflow.update
    async def outcome(self, say: str) -> str:
        self.asked += 1
        mine = self.asked
        if say == "refuse":
            raise as_failure(not_allowed("No.", "c0de"))
        if say == "never":
            await workflow.wait_condition(lambda: self.is_over)
        if say == "wait":
            await workflow.wait_condition(lambda: self.asked == 5)
            self.is_over = True
            await asyncio.sleep(0)
            return f"wait, asked {mine}"
        self.is_over = True
        return "end" if say == "end" else f"{say} for the first time" if mine == 1 else f"{say} again"
