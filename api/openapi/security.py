"""The credentials that a route asks for, by the actors it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext

from api.actors import admin_actor, auth_actor, customer_actor, guest_actor, registered_actor, store_actor

Security = list[dict[str, list[str]]]

SCHEMES: Final = {
    "publishable_key": {"type": "apiKey", "in": "header", "name": "x-publishable-api-key"},
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "secret_key": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "connect.sid"},
}
LOGGED_IN: Final[Security] = [{"bearer": []}, {"session": []}]
CUSTOMER: Final[Security] = [{"publishable_key": [], **each} for each in LOGGED_IN]
ASKED: Final[tuple[tuple[Callable[..., Any], Security], ...]] = (  # the strictest first
    (customer_actor, CUSTOMER),
    (registered_actor, CUSTOMER),
    (store_actor, [{"publishable_key": []}, *CUSTOMER]),
    (admin_actor, [*LOGGED_IN, {"secret_key": []}]),
    (auth_actor, LOGGED_IN),
    (guest_actor, LOGGED_IN),
)


def security_of(route: RouteContext) -> Security:
    """Return the ways to be let in; none where everybody is."""
    actors = set(_depends_on(getattr(route, "dependant", None)))
    return next((security for actor, security in ASKED if actor in actors), [])


def _depends_on(dependant: Dependant | None) -> Iterator[Callable[..., Any] | None]:
    for each in dependant.dependencies if dependant is not None else ():
        yield each.call
        yield from _depends_on(each)
