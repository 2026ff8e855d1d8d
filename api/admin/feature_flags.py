"""`/admin/feature-flags`: asked before anybody is logged in."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from api.deps import json_answer, json_text
from api.routing import Router

FLAGS: Final = (
    "backend_hmr",
    "caching",
    "index_engine",
    "rbac_filter_fields",
    "rbac",
    "translation",
    "view_configurations",
)
"""What the dashboard hides pages of unless it is on; this release has none of it."""

router = Router("/admin/feature-flags")


@router.get("")
async def list_feature_flags() -> Response:
    """List the flags."""
    return json_answer(json_text({"feature_flags": dict.fromkeys(FLAGS, False)}))
