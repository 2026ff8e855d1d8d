"""The body of routes that link things: what to add, what to take away."""

from __future__ import annotations

from api.body import Body


class AdminLinks(Body):
    """Ids to link with, and ids to link with no more."""

    add: list[str] = []
    remove: list[str] = []
