"""Why goods come back."""

from __future__ import annotations

from typing import Final

from commerce.order.models import ReturnReason
from kit.query import LIVE, Kind, Resource, many, one, ops, plain

_OWN: Final = (
    *("id", "value", "label", "parent_return_reason_id", "description"),
    *("created_at", "updated_at", "deleted_at"),
)
_FAMILY: Final = (*_OWN, "*parent_return_reason", "*return_reason_children")

RETURN_REASON: Final[Resource] = Resource(
    ReturnReason,
    key="return_reason",
    plural="return_reasons",
    defaults=_FAMILY,
    relations={
        "parent_return_reason": one(lambda: RETURN_REASON, on="parent_return_reason_id", where=LIVE),
        "return_reason_children": many(lambda: RETURN_REASON, on="parent_return_reason_id", where=LIVE),
    },
)
RETURN_REASONS: Final = RETURN_REASON.but(
    defaults=_OWN,
    filters={
        **plain("id", "value", "label", "description", "parent_return_reason_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("value", "label"),
    combines=True,
    with_deleted=True,
    limit=20,
)
STORE_RETURN_REASON: Final = RETURN_REASON.but(allowed=(), idle=("with_deleted",), limit=20)
