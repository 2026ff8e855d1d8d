"""Bodies with room for what hooks are told."""

from __future__ import annotations

from typing import Any

from api.body import Body, Record


class HookBody(Body):
    """A body that takes `additional_data`, which is for hooks: no write of ours knows it (contract section 1)."""

    additional_data: Record | None = None

    def given(self) -> dict[str, Any]:
        """Return what the caller sent, without what is for hooks."""
        given = super().given()
        given.pop("additional_data", None)
        return given
