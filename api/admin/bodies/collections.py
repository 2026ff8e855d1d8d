"""Bodies of `/admin/collections`."""

from __future__ import annotations

from api.admin.bodies.hooks import HookBody
from api.body import Body, Record


class AdminCreateCollection(HookBody):
    """What makes a collection; without a handle, or with an empty one, the title makes it."""

    title: str
    handle: str = ""
    external_id: str | None = None
    metadata: Record | None = None


class AdminUpdateCollection(HookBody):
    """What changes a collection; what is left out stays."""

    title: str = ""
    handle: str = ""
    external_id: str | None = None
    metadata: Record | None = None


class AdminLinkProducts(Body):
    """The products to put in and to take out, of a collection or a category."""

    add: list[str] = []
    remove: list[str] = []
