"""A stock location made over the API, with a way to ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient

Json = dict[str, Any]


async def asked(
    client: AsyncClient, method: str, path: str, headers: dict[str, str], body: Any = None, status: int = 200
) -> Any:
    """Send a request and return its answer, which has the status that is expected."""
    answer = await client.request(method, path, headers=headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@dataclass
class Warehouse:
    """A location with a set, a zone of Germany, and whatever is created in it."""

    client: AsyncClient
    admin: dict[str, str]
    location_id: str
    set_id: str
    zone_id: str
    profile_id: str
    type_id: str

    @classmethod
    async def build(cls, client: AsyncClient, admin: dict[str, str]) -> Warehouse:
        async def post(path: str, body: Json) -> Any:
            return await asked(client, "POST", path, admin, body)

        location = (await post("/admin/stock-locations", {"name": "Kiel"}))["stock_location"]["id"]
        base = f"/admin/stock-locations/{location}"
        await post(f"{base}/fulfillment-providers", {"add": ["manual_manual", "weight_rec"]})
        sets = await post(f"{base}/fulfillment-sets?fields=fulfillment_sets.id", {"name": "Kiel", "type": "shipping"})
        set_id = sets["stock_location"]["fulfillment_sets"][0]["id"]
        zone = {"name": "Kiel zone", "geo_zones": [{"type": "country", "country_code": "de"}]}
        zones = await post(f"/admin/fulfillment-sets/{set_id}/service-zones", zone)
        profile = await post("/admin/shipping-profiles", {"name": "Fish", "type": "cold"})
        label = await post("/admin/shipping-option-types", {"label": "Boat", "code": "boat"})
        return cls(
            client,
            admin,
            location,
            set_id,
            zones["fulfillment_set"]["service_zones"][0]["id"],
            profile["shipping_profile"]["id"],
            label["shipping_option_type"]["id"],
        )

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request as the admin."""
        return await asked(self.client, method, path, self.admin, body, status)

    def option_body(self, **changes: Any) -> Json:
        """Return the body of a new option."""
        return {
            "name": "By boat",
            "service_zone_id": self.zone_id,
            "shipping_profile_id": self.profile_id,
            "provider_id": "manual_manual",
            "price_type": "flat",
            "type_id": self.type_id,
            "prices": [],
            **changes,
        }

    async def option(self, **changes: Any) -> Any:
        """Create an option and return it."""
        return (await self.ask("POST", "/admin/shipping-options", self.option_body(**changes)))["shipping_option"]
