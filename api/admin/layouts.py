"""`/admin/layouts`."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.actors import Admin
from api.admin.bodies.layouts import AdminSetLayoutConfiguration
from api.deps import json_answer, json_text, read, write
from api.routing import Router
from api.state import state_of
from commerce.layout.service import clear_own_layout, set_default_layout, set_own_layout
from kit.query import fetch_object, parse
from queries.layout import LAYOUT, LAYOUT_CONFIGURATION, SEEN_BY

router = Router("/admin/layouts")


@router.get("/configurations")
async def list_configurations(request: Request, admin: Admin) -> Response:
    """List the user's own arrangements and everybody's."""
    return await read(request, LAYOUT_CONFIGURATION, where=SEEN_BY, params={"user": admin.id})


@router.get("/{zone}/configuration")
async def retrieve(request: Request, admin: Admin, zone: str) -> Response:
    """Retrieve how a zone is arranged."""
    async with state_of(request).database.reading() as connection:
        return json_answer(await _seen(connection, zone, admin.id))


@router.post("/{zone}/configuration")
async def arrange(request: Request, admin: Admin, zone: str, body: AdminSetLayoutConfiguration) -> Response:
    """Arrange a zone."""
    put = set_default_layout if body.is_default else set_own_layout
    return await write(
        request,
        lambda session: put(session, zone, admin.id, dict(body.configuration)),
        then=lambda session, _: _seen(session, zone, admin.id),
    )


@router.delete("/{zone}/configuration")
async def clear(request: Request, admin: Admin, zone: str) -> Response:
    """See a zone as everybody does."""

    async def told(*_: object) -> str:
        return json_text({"success": True})

    return await write(request, lambda session: clear_own_layout(session, zone, admin.id), then=told)


async def _seen(on: AsyncConnection | AsyncSession, zone: str, user_id: str) -> str:
    """Return the zone as the user sees it, which is there even when nobody has arranged it."""
    selection = parse(None, LAYOUT.defaults, always=LAYOUT.always)
    found = await fetch_object(on, LAYOUT, selection, where=(), params={"zone": zone, "user": user_id})
    return found or "{}"
