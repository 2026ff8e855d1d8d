"""A workflow that does nothing: what starting and ending one costs."""

from __future__ import annotations

from temporalio import workflow


@workflow.defn(name="empty-workflow")
class EmptyWorkflow:
    @workflow.run
    async def run(self) -> None:
        return
