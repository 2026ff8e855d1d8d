"""Bodies of `/admin/collections`."""

from __future__ import annotations

from typing import Any

from api.body import Body, Record


class AdminCreateCollection(Body):
    """What makes a collection; without a handle, or with an empty one, the title makes it."""

    title: str
    handle: str | None = None
    external_id: str | None = None
    metadata: Record | None = None
    additional_data: Record | None = None

    def columns(self) -> dict[str, Any]:
        """Return the collection's own columns; `additional_data` is for hooks (contract section 1)."""
        return self.model_dump(exclude={"additional_data"})


class AdminUpdateCollection(Body):
    """What changes a collection; what is left out stays."""

    title: str = ""
    handle: str = ""
    external_id: str | None = None
    metadata: Record | None = None
    additional_data: Record | None = None

    def given(self) -> dict[str, Any]:
        """Return what the caller sent; `additional_data` is for hooks (contract section 1)."""
        return self.model_dump(exclude={"additional_data"}, exclude_unset=True)


class AdminLinkProducts(Body):
    """The products to put in and to take out, of a collection or a category."""

    add: list[str] = []
    remove: list[str] = []
