"""`/store/customers`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Customer, Registered
from api.deps import deleted_below, read, read_one, shown, write
from api.routing import Router
from api.store.bodies.customers import StoreAddress, StoreCreateCustomer, StoreUpdateCustomer
from commerce.customer.addresses import add_address, delete_address, update_address
from commerce.customer.service import update_customer
from kit.errors import invalid_data
from kit.query import LIVE
from operations.create_customer_account import create_customer_account
from queries.customer import OF_CUSTOMER, STORE_ADDRESS, STORE_CUSTOMER

router = Router("/store/customers")


@router.post("")
async def create(request: Request, registered: Registered, body: StoreCreateCustomer) -> Response:
    """Make one who registered a customer; they log in again to be one."""
    if registered.customer_id is not None:
        raise invalid_data("Request already authenticated as a customer.")
    given, identity_id = body.given(), registered.auth_identity_id
    return await write(
        request,
        lambda session: create_customer_account(session, identity_id, given),
        then=shown(request, STORE_CUSTOMER),
    )


@router.get("/me")
async def retrieve(request: Request, me: Customer) -> Response:
    """Retrieve the customer who asks."""
    return await read_one(request, STORE_CUSTOMER, me.customer_id, where=[LIVE])


@router.post("/me")
async def update(request: Request, me: Customer, body: StoreUpdateCustomer) -> Response:
    """Change the customer who asks."""
    return await write(
        request,
        lambda session: update_customer(session, me.customer_id, body.given()),
        then=shown(request, STORE_CUSTOMER),
    )


@router.get("/me/addresses")
async def list_addresses(request: Request, me: Customer) -> Response:
    """List the customer's addresses."""
    return await read(request, STORE_ADDRESS, where=OF_CUSTOMER, params={"customer_id": me.customer_id})


@router.post("/me/addresses")
async def create_address(request: Request, me: Customer, body: StoreAddress) -> Response:
    """Keep an address."""
    return await write(
        request,
        lambda session: add_address(session, me.customer_id, body.given()),
        then=shown(request, STORE_CUSTOMER),
    )


@router.get("/me/addresses/{address_id}")
async def retrieve_address(request: Request, me: Customer, address_id: str) -> Response:
    """Retrieve an address of the customer."""
    return await read_one(request, STORE_ADDRESS, address_id, where=OF_CUSTOMER, params={"customer_id": me.customer_id})


@router.post("/me/addresses/{address_id}")
async def change_address(request: Request, me: Customer, address_id: str, body: StoreAddress) -> Response:
    """Change an address of the customer."""
    return await write(
        request,
        lambda session: update_address(session, me.customer_id, address_id, body.given()),
        then=shown(request, STORE_CUSTOMER),
    )


@router.delete("/me/addresses/{address_id}")
async def remove_address(request: Request, me: Customer, address_id: str) -> Response:
    """Delete an address of the customer; the answer's id is the customer's, as the peer's is."""
    return await write(
        request,
        lambda session: delete_address(session, me.customer_id, address_id),
        then=deleted_below(request, "address", me.customer_id, STORE_CUSTOMER),
    )
