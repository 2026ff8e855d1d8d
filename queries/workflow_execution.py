"""What may be asked of `/admin/workflows-executions`; the rows themselves are Temporal's."""

from __future__ import annotations

from typing import Final

from kit.query import Fragment, Resource

_NAMES = ("id", "workflow_id", "transaction_id", "state", "execution", "attention", "created_at", "updated_at")

WORKFLOW_EXECUTIONS: Final = Resource(
    Fragment("SELECT", {}),  # never compiled: durable/executions.py reads them
    key="workflow_execution",
    plural="workflow_executions",
    defaults=(*_NAMES, "deleted_at"),
    accepts=("q", "transaction_id", "workflow_id", "state", "created_at", "with_deleted"),
    limit=100,
)
WORKFLOW_EXECUTION: Final = WORKFLOW_EXECUTIONS.but(defaults=(*WORKFLOW_EXECUTIONS.defaults, "context"), accepts=())
