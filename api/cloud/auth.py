"""`/cloud/auth`: the login page asks whether it may offer the vendor's own cloud accounts."""

from __future__ import annotations

from fastapi import Response

from api.deps import json_answer, json_text
from api.routing import Router

router = Router("/cloud/auth")


@router.get("")
async def tell() -> Response:
    """Say that there is no login by cloud account."""
    return json_answer(json_text({"enabled": False}))
