"""Who is calling: a storefront by its publishable key, a customer, an admin (contract section 2.2)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Depends, Request

from api.errors import UnauthenticatedError
from api.state import state_of
from commerce.auth.tokens import Caller
from kit.errors import not_allowed

NO_KEY: Final = (
    "Publishable API key required in the request header: x-publishable-api-key. "
    "You can manage your keys in settings in the dashboard."
)
WRONG_KEY: Final = "A valid publishable key is required to proceed with the request"
SECRET_AS_BEARER: Final = (
    "A secret API key was passed as a Bearer token. Secret API keys must be sent using HTTP Basic authentication "  # noqa: S105 - a sentence
    "instead (Authorization: Basic <secret-api-key>)."
)


@dataclass(frozen=True)
class StoreActor:
    """A storefront, and the customer it speaks for if one is logged in."""

    api_key_id: str
    sales_channel_ids: tuple[str, ...]
    customer_id: str | None

    @property
    def scope(self) -> str:
        """Whose idempotency keys these are."""
        return f"{self.api_key_id} {self.customer_id or ''}"


@dataclass(frozen=True)
class CustomerActor(StoreActor):
    """A storefront with a customer who is logged in."""

    customer_id: str


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
    caller = _bearer(request)
    customer_id = caller.actor_id if caller is not None and caller.actor_type == "customer" else None
    actor = StoreActor(key.id, key.sales_channel_ids, customer_id or None)
    request.state.actor = actor
    return actor


async def customer_actor(store: Annotated[StoreActor, Depends(store_actor)]) -> CustomerActor:
    """Return the customer who calls; 401 when nobody is logged in."""
    if store.customer_id is None:
        raise UnauthenticatedError
    return CustomerActor(store.api_key_id, store.sales_channel_ids, store.customer_id)


async def admin_actor(request: Request) -> AdminActor:
    """Return the admin who calls, by a user's token or a secret key; 401 otherwise."""
    actor = await _secret_key(request) or _user(request)
    if actor is None:
        raise UnauthenticatedError
    request.state.actor = actor
    return actor


Store = Annotated[StoreActor, Depends(store_actor)]
Customer = Annotated[CustomerActor, Depends(customer_actor)]
Admin = Annotated[AdminActor, Depends(admin_actor)]


def _user(request: Request) -> AdminActor | None:
    caller = _bearer(request)
    if caller is None or caller.actor_type != "user" or not caller.actor_id:
        return None
    return AdminActor(caller.actor_id, "user")


async def _secret_key(request: Request) -> AdminActor | None:
    """Read `Basic sk_...` as well as `Basic base64(sk_...:)`."""
    given = _credentials(request, "basic")
    if given is None:
        return None
    token = given if given.startswith("sk_") else _decoded(given).partition(":")[0]
    key_id = await state_of(request).secret_keys.get(token)
    return AdminActor(key_id, "api-key") if key_id is not None else None


def _bearer(request: Request) -> Caller | None:
    token = _credentials(request, "bearer")
    if token is None:
        return None
    if token.startswith("sk_"):
        raise UnauthenticatedError(SECRET_AS_BEARER)
    return state_of(request).tokens.read(token)


def _credentials(request: Request, scheme: str) -> str | None:
    given, _, credentials = request.headers.get("authorization", "").partition(" ")
    return credentials.strip() if given.lower() == scheme and credentials.strip() else None


def _decoded(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
