"""How the dashboard's pages are arranged."""

from __future__ import annotations

from typing import Final

from commerce.layout.models import LayoutConfiguration
from kit.query import LIVE, Column, Fragment, Kind, Resource, one, plain

LAYOUT_CONFIGURATION: Final[Resource] = Resource(
    LayoutConfiguration,
    key="layout_configuration",
    plural="layout_configurations",
    defaults=("id", "zone", "user_id", "is_system_default", "configuration", "created_at", "updated_at"),
    filters={
        **plain("id", "zone"),
        **plain("user_id", nullable=True),
        **plain("is_system_default", kind=Kind.BOOLEAN),
    },
    combines=True,
    with_deleted=True,
    limit=20,
    hidden=frozenset({"is_active"}),
)
SEEN_BY: Final = (LIVE, "{t}.is_system_default OR {t}.user_id = :user")
"""What a user has of the layouts: their own and everybody's."""

_ACTIVE: Final = """CASE WHEN EXISTS (SELECT FROM layout_configuration c WHERE c.zone = {t}.zone AND c.user_id = :user
  AND c.is_active AND c.deleted_at IS NULL) THEN 'personal' ELSE 'default' END"""

LAYOUT: Final[Resource] = Resource(
    Fragment(
        "SELECT :zone::text AS zone",
        {"zone": Column("{t}.zone"), "active_scope": Column(_ACTIVE)},
        primary_key=("zone",),
    ),
    key="layout",
    plural="layouts",
    defaults=("*personal_configuration", "*default_configuration", "active_scope"),
    always=(),
    relations={
        "personal_configuration": one(
            lambda: LAYOUT_CONFIGURATION, on="{t}.zone = {parent}.zone AND {t}.user_id = :user", where=LIVE
        ),
        "default_configuration": one(
            lambda: LAYOUT_CONFIGURATION, on="{t}.zone = {parent}.zone AND {t}.is_system_default", where=LIVE
        ),
    },
)
"""A zone as one user sees it: what they saved, what everybody sees, and at which of the two they look."""
