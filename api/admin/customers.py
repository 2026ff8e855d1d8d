"""`/admin/customers`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.customers import AdminCustomer, AdminCustomerAddress, AdminLink
from api.deps import deleted, deleted_below, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.customer.addresses import add_address, delete_address, update_address
from commerce.customer.groups import change_groups_of_customer
from commerce.customer.service import create_customer, update_customer
from kit.query import LIVE
from operations.delete_customer import delete_customer
from queries.customer import ADDRESS, CUSTOMER, OF_CUSTOMER

router = Router("/admin/customers")


@router.get("")
async def list_customers(request: Request) -> Response:
    """List the customers, guests among them."""
    return await read(request, CUSTOMER, where=[LIVE])


@router.post("")
async def create(request: Request, admin: Admin, body: AdminCustomer) -> Response:
    """Create a customer without account."""
    given = body.columns()
    return await write(request, lambda s: create_customer(s, given, created_by=admin.id), then=shown(request, CUSTOMER))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a customer."""
    return await read_one(request, CUSTOMER, id, where=[LIVE], missing=f"Customer with id: {id} not found")


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminCustomer) -> Response:
    """Change a customer."""
    return await write(request, lambda s: update_customer(s, id, body.columns()), then=shown(request, CUSTOMER))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a customer, and what logs them in."""
    answer = await write(request, lambda session: delete_customer(session, id), then=deleted("customer"))
    state_of(request).forget_callers()
    return answer


@router.post("/{id}/customer-groups")
async def change_groups(request: Request, id: str, body: AdminLink) -> Response:
    """Put a customer into groups, and take them out of others."""
    return await write(
        request,
        lambda session: change_groups_of_customer(session, id, add=body.add, remove=body.remove),
        then=shown(request, CUSTOMER),
    )


@router.get("/{id}/addresses")
async def list_addresses(request: Request, id: str) -> Response:
    """List the addresses of a customer."""
    return await read(request, ADDRESS, where=OF_CUSTOMER, params={"customer_id": id})


@router.post("/{id}/addresses")
async def create_address(request: Request, id: str, body: AdminCustomerAddress) -> Response:
    """Keep an address of a customer."""
    return await write(request, lambda s: add_address(s, id, body.columns()), then=shown(request, CUSTOMER))


@router.get("/{id}/addresses/{address_id}")
async def retrieve_address(request: Request, id: str, address_id: str) -> Response:
    """Retrieve an address of a customer."""
    return await read_one(request, ADDRESS, address_id, where=OF_CUSTOMER, params={"customer_id": id})


@router.post("/{id}/addresses/{address_id}")
async def change_address(request: Request, id: str, address_id: str, body: AdminCustomerAddress) -> Response:
    """Change an address of a customer."""
    return await write(
        request, lambda s: update_address(s, id, address_id, body.columns()), then=shown(request, CUSTOMER)
    )


@router.delete("/{id}/addresses/{address_id}")
async def remove_address(request: Request, id: str, address_id: str) -> Response:
    """Delete an address of a customer."""
    return await write(
        request,
        lambda session: delete_address(session, id, address_id),
        then=deleted_below(request, "customer_address", address_id, CUSTOMER),
    )
