"""Bodies of `/admin/fulfillment-sets`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import model_validator

from api.body import Body, Part, Record
from commerce.fulfillment.models import GeoZoneType
from commerce.fulfillment.zones import NewGeoZone

NEEDED: Final = {
    "country": (),
    "province": ("province_code",),
    "city": ("province_code", "city"),
    "zip": ("province_code", "city", "postal_expression"),
}


class GeoZone(Part):
    """A part of a zone; what its type does not need is dropped."""

    type: Literal["country", "province", "city", "zip"]
    country_code: str
    province_code: str | None = None
    city: str | None = None
    postal_expression: Record | None = None
    metadata: Record | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> GeoZone:
        for name in NEEDED[self.type]:
            if getattr(self, name) is None:
                raise ValueError(f"Field '{name}' is required for a geo zone of type '{self.type}'")
        return self

    def zone(self) -> NewGeoZone:
        """Return the geo zone to create, or with an `id` to change."""
        finer = {name: getattr(self, name) for name in NEEDED[self.type]}
        return NewGeoZone(
            self.country_code, GeoZoneType(self.type), metadata=self.metadata, id=getattr(self, "id", None), **finer
        )


class ChangedGeoZone(GeoZone):
    """A part of a zone: the one with this `id`, or a new one."""

    id: str | None = None


class AdminCreateServiceZone(Body):
    """What makes a zone."""

    name: str
    geo_zones: list[GeoZone] = []


class AdminUpdateServiceZone(Body):
    """What changes a zone; `geo_zones` are then the only ones."""

    name: str | None = None
    geo_zones: list[ChangedGeoZone] = []

    def zones(self) -> list[NewGeoZone] | None:
        """Return the geo zones that the zone is to have, or None to leave them."""
        return [zone.zone() for zone in self.geo_zones] if "geo_zones" in self.model_fields_set else None
