"""`/admin/views` and `/admin/property-labels`: what is behind the flag `view_configurations`, which is off.

The peer has these routes and refuses each in JSON. What other flags hide has no route there, and so none here.
"""

from __future__ import annotations

from api.routing import Router
from kit.errors import not_found

router = Router("/admin/views")
labels = Router("/admin/property-labels")


@router.get("/entities")
@router.get("/{entity}/columns")
@router.get("/{entity}/configurations")
@router.post("/{entity}/configurations")
@router.get("/{entity}/configurations/active")
@router.post("/{entity}/configurations/active")
@router.get("/{entity}/configurations/{id}")
@router.post("/{entity}/configurations/{id}")
@router.delete("/{entity}/configurations/{id}")
@labels.get("")
@labels.post("")
@labels.post("/batch")
@labels.get("/{id}")
@labels.post("/{id}")
@labels.delete("/{id}")
async def refuse() -> None:
    """Say that the route is not there."""
    raise not_found("Route not found")
