"""`/store/locales`: behind the flag `translation`, which is off; every page of the storefronts asks."""

from __future__ import annotations

from fastapi import HTTPException

from api.routing import Router

router = Router("/store/locales")


@router.get("", include_in_schema=False)
async def hide() -> None:
    """Answer as a path that nobody knows."""
    raise HTTPException(404)
