"""What is behind feature flags that are off: routes that the contract has, and that answer as if they were not there.

The peer refuses those of `view_configurations` in JSON; those of `rbac`, `translation` and `index_engine` it does not
have. A room that comes takes its routes out of this file.
"""

from __future__ import annotations

from fastapi import HTTPException

from api.routing import Router
from kit.errors import not_found

router = Router("/admin")


@router.get("/property-labels", include_in_schema=False)
@router.post("/property-labels", include_in_schema=False)
@router.delete("/property-labels/{id}", include_in_schema=False)
@router.get("/property-labels/{id}", include_in_schema=False)
@router.post("/property-labels/{id}", include_in_schema=False)
@router.post("/property-labels/batch", include_in_schema=False)
@router.get("/views/{entity}/columns", include_in_schema=False)
@router.get("/views/{entity}/configurations", include_in_schema=False)
@router.post("/views/{entity}/configurations", include_in_schema=False)
@router.delete("/views/{entity}/configurations/{id}", include_in_schema=False)
@router.get("/views/{entity}/configurations/{id}", include_in_schema=False)
@router.post("/views/{entity}/configurations/{id}", include_in_schema=False)
@router.get("/views/{entity}/configurations/active", include_in_schema=False)
@router.post("/views/{entity}/configurations/active", include_in_schema=False)
@router.get("/views/entities", include_in_schema=False)
async def refuse() -> None:
    """Say in JSON that the route is not there."""
    raise not_found("Route not found")


@router.get("/index/details", include_in_schema=False)
@router.post("/index/sync", include_in_schema=False)
@router.get("/locales", include_in_schema=False)
@router.get("/locales/{code}", include_in_schema=False)
@router.get("/rbac/me/permissions", include_in_schema=False)
@router.get("/rbac/policies", include_in_schema=False)
@router.post("/rbac/policies", include_in_schema=False)
@router.delete("/rbac/policies/{id}", include_in_schema=False)
@router.get("/rbac/policies/{id}", include_in_schema=False)
@router.post("/rbac/policies/{id}", include_in_schema=False)
@router.get("/rbac/policies/{id}/roles", include_in_schema=False)
@router.get("/rbac/policies/assignable", include_in_schema=False)
@router.get("/rbac/roles", include_in_schema=False)
@router.post("/rbac/roles", include_in_schema=False)
@router.delete("/rbac/roles/{id}", include_in_schema=False)
@router.get("/rbac/roles/{id}", include_in_schema=False)
@router.post("/rbac/roles/{id}", include_in_schema=False)
@router.get("/rbac/roles/{id}/policies", include_in_schema=False)
@router.post("/rbac/roles/{id}/policies", include_in_schema=False)
@router.delete("/rbac/roles/{id}/policies/{policy_id}", include_in_schema=False)
@router.delete("/rbac/roles/{id}/users", include_in_schema=False)
@router.get("/rbac/roles/{id}/users", include_in_schema=False)
@router.post("/rbac/roles/{id}/users", include_in_schema=False)
@router.get("/rbac/roles/assignable", include_in_schema=False)
@router.get("/translations", include_in_schema=False)
@router.post("/translations/batch", include_in_schema=False)
@router.get("/translations/entities", include_in_schema=False)
@router.get("/translations/settings", include_in_schema=False)
@router.post("/translations/settings/batch", include_in_schema=False)
@router.get("/translations/statistics", include_in_schema=False)
async def hide() -> None:
    """Answer as a path that nobody knows."""
    raise HTTPException(404)
