"""`/admin/plugins`."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from api.deps import json_answer, json_text
from api.routing import Router

DRAFT_ORDERS: Final = "@medusajs/draft-order"
"""The one plugin that the dashboard asks for by name: what it needs of the API is part of this one."""

router = Router("/admin/plugins")


@router.get("")
async def list_plugins() -> Response:
    """List the plugins whose pages the dashboard may show."""
    return json_answer(json_text({"plugins": [{"name": DRAFT_ORDERS}]}))
