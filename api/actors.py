"""Who is calling: a storefront by its publishable key, a customer, an admin (contract section 2.2)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Depends, Request

from api.callers import caller_of, credentials
from api.errors import UnauthenticatedError
from api.state import state_of
from commerce.auth.service import ACTORS
from kit.errors import not_allowed

NO_KEY: Final = (
    "Publishable API key required in the request header: x-publishable-api-key. "
    "You can manage your keys in settings in the dashboard."
)
WRONG_KEY: Final = "A valid publishable key is required to proceed with the request"


@dataclass(frozen=True)
class StoreActor:
    """A storefront, and the customer it speaks for if one is logged in.

    `auth_identity_id` is there for one who only registered, too.
    """

    api_key_id: str
    sales_channel_ids: tuple[str, ...]
    customer_id: str | None
    auth_identity_id: str | None = None

    @property
    def scope(self) -> str:
        """Whose idempotency keys these are."""
        return f"{self.api_key_id} {self.customer_id or self.auth_identity_id or ''}"


@dataclass(frozen=True)
class CustomerActor(StoreActor):
    """A storefront with a customer who is logged in."""

    customer_id: str


@dataclass(frozen=True)
class RegisteredActor(StoreActor):
    """A storefront with one who registered, and may be a customer already."""

    auth_identity_id: str = ""


@dataclass(frozen=True)
class AuthActor:
    """One who is logged in or has registered, as whatever actor."""

    actor_id: str
    actor_type: str
    auth_identity_id: str

    @property
    def scope(self) -> str:
        """Whose idempotency keys these are."""
        return f"{self.auth_identity_id} {self.actor_type}"


@dataclass(frozen=True)
class AdminActor:
    """A user, or a secret key that stands for one."""

    id: str
    kind: Literal["user", "api-key"]

    @property
    def scope(self) -> str:
        """Whose idempotency keys these are."""
        return self.id


async def store_actor(request: Request) -> StoreActor:
    """Return the storefront that calls; `not_allowed` without an active publishable key."""
    token = request.headers.get("x-publishable-api-key")
    if not token:
        raise not_allowed(NO_KEY)
    key = await state_of(request).publishable_keys.get(token)
    if key is None:
        raise not_allowed(WRONG_KEY)
    caller = await caller_of(request, "customer")
    if caller is None:
        actor = StoreActor(key.id, key.sales_channel_ids, None)
    else:
        actor = StoreActor(key.id, key.sales_channel_ids, caller.actor_id or None, caller.auth_identity_id)
    request.state.actor = actor
    return actor


async def customer_actor(store: Annotated[StoreActor, Depends(store_actor)]) -> CustomerActor:
    """Return the customer who calls; 401 when nobody is logged in."""
    if store.customer_id is None:
        raise UnauthenticatedError
    return CustomerActor(store.api_key_id, store.sales_channel_ids, store.customer_id, store.auth_identity_id)


async def registered_actor(store: Annotated[StoreActor, Depends(store_actor)]) -> RegisteredActor:
    """Return who registered to be a customer; 401 for anybody else."""
    if store.auth_identity_id is None:
        raise UnauthenticatedError
    return RegisteredActor(store.api_key_id, store.sales_channel_ids, store.customer_id, store.auth_identity_id)


async def auth_actor(request: Request) -> AuthActor:
    """Return who is logged in or has registered; 401 otherwise."""
    return await _known(request, *ACTORS)


async def guest_actor(request: Request) -> AuthActor:
    """Return who registered to be a user, and may be one already; 401 for anybody else."""
    return await _known(request, "user")


async def admin_actor(request: Request) -> AdminActor:
    """Return the admin who calls, by a secret key or as a user by session or token; 401 otherwise."""
    actor = await _secret_key(request) or await _user(request)
    if actor is None:
        raise UnauthenticatedError
    request.state.actor = actor
    return actor


Store = Annotated[StoreActor, Depends(store_actor)]
Customer = Annotated[CustomerActor, Depends(customer_actor)]
Registered = Annotated[RegisteredActor, Depends(registered_actor)]
Admin = Annotated[AdminActor, Depends(admin_actor)]
Anyone = Annotated[AuthActor, Depends(auth_actor)]
Guest = Annotated[AuthActor, Depends(guest_actor)]


async def _known(request: Request, *actor_types: str) -> AuthActor:
    caller = await caller_of(request, *actor_types)
    if caller is None:
        raise UnauthenticatedError
    actor = AuthActor(caller.actor_id, caller.actor_type, caller.auth_identity_id)
    request.state.actor = actor
    return actor


async def _user(request: Request) -> AdminActor | None:
    caller = await caller_of(request, "user")
    return AdminActor(caller.actor_id, "user") if caller is not None and caller.actor_id else None


async def _secret_key(request: Request) -> AdminActor | None:
    """Read `Basic sk_...` as well as `Basic base64(sk_...:)`."""
    given = credentials(request, "basic")
    if given is None:
        return None
    token = given if given.startswith("sk_") else _decoded(given).partition(":")[0]
    key_id = await state_of(request).secret_keys.get(token)
    return AdminActor(key_id, "api-key") if key_id is not None else None


def _decoded(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
