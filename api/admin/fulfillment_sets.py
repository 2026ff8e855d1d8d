"""`/admin/fulfillment-sets`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.fulfillment_sets import AdminCreateServiceZone, AdminUpdateServiceZone
from api.deps import deleted, deleted_below, read_one, shown, write
from api.routing import Router
from commerce.fulfillment.zones import add_service_zone, delete_service_zone, update_service_zone
from kit.query import LIVE
from operations.delete_fulfillment_set import delete_fulfillment_set
from queries.fulfillment_set import FULFILLMENT_SET, SERVICE_ZONE, SET_OF_DELETED_ZONE

router = Router("/admin/fulfillment-sets")


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a fulfilment set, with its zones and what is shipped there."""
    return await write(request, lambda session: delete_fulfillment_set(session, id), then=deleted("fulfillment_set"))


@router.post("/{id}/service-zones")
async def create_zone(request: Request, id: str, body: AdminCreateServiceZone) -> Response:
    """Create a service zone; the answer is the set."""
    zones = [zone.zone() for zone in body.geo_zones]
    return await write(
        request,
        lambda session: add_service_zone(session, id, body.name, zones),
        then=shown(request, FULFILLMENT_SET),
    )


@router.get("/{id}/service-zones/{zone_id}")
async def retrieve_zone(request: Request, id: str, zone_id: str) -> Response:
    """Retrieve a service zone."""
    scope = [LIVE, "{t}.fulfillment_set_id = :fulfillment_set_id"]
    return await read_one(request, SERVICE_ZONE, zone_id, where=scope, params={"fulfillment_set_id": id})


@router.post("/{id}/service-zones/{zone_id}")
async def update_zone(request: Request, id: str, zone_id: str, body: AdminUpdateServiceZone) -> Response:
    """Change a service zone; the answer is the set."""
    return await write(
        request,
        lambda session: update_service_zone(session, id, zone_id, name=body.name, geo_zones=body.zones()),
        then=shown(request, FULFILLMENT_SET),
    )


@router.delete("/{id}/service-zones/{zone_id}")
async def delete_zone(request: Request, id: str, zone_id: str) -> Response:
    """Delete a service zone, with what is shipped there."""
    parent, params = SET_OF_DELETED_ZONE, {"zone_id": zone_id}
    return await write(
        request,
        lambda session: delete_service_zone(session, id, zone_id),
        then=deleted_below(request, "service_zone", zone_id, parent, params=params),
    )
