"""`/admin/customer-groups`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.customer_groups import AdminCreateCustomerGroup, AdminUpdateCustomerGroup
from api.admin.bodies.customers import AdminLink
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.customer.groups import change_customers_of_group, create_group, delete_group, update_group
from kit.query import LIVE
from queries.customer import CUSTOMER_GROUP

router = Router("/admin/customer-groups")


@router.get("")
async def list_groups(request: Request) -> Response:
    """List the groups."""
    return await read(request, CUSTOMER_GROUP, where=[LIVE])


@router.post("")
async def create(request: Request, admin: Admin, body: AdminCreateCustomerGroup) -> Response:
    """Create a group."""
    return await write(
        request,
        lambda session: create_group(session, **dict(body), created_by=admin.id),
        then=shown(request, CUSTOMER_GROUP),
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a group."""
    missing = f"Customer group with id: {id} not found"
    return await read_one(request, CUSTOMER_GROUP, id, where=[LIVE], missing=missing)


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateCustomerGroup) -> Response:
    """Change a group."""
    return await write(request, lambda s: update_group(s, id, body.given()), then=shown(request, CUSTOMER_GROUP))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a group."""
    return await write(request, lambda session: delete_group(session, id), then=deleted("customer_group"))


@router.post("/{id}/customers")
async def change_customers(request: Request, id: str, body: AdminLink) -> Response:
    """Put customers into a group, and take others out."""
    return await write(
        request,
        lambda session: change_customers_of_group(session, id, add=body.add, remove=body.remove),
        then=shown(request, CUSTOMER_GROUP),
    )
