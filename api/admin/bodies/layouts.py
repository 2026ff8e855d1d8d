"""Bodies of `/admin/layouts`."""

from __future__ import annotations

from api.body import Body, Part, Record


class LayoutConfiguration(Part):
    """Where widgets stand, by their ids, in the dashboard's own words."""

    widgets: Record


class AdminSetLayoutConfiguration(Body):
    """How a zone is arranged: for everybody, or for the user who says so."""

    is_default: bool = False
    configuration: LayoutConfiguration
