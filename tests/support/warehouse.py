"""A stock location made over the admin API, with a way to ship, and a caller of that API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient

from kit.db import Database, run

Json = Any  # what a test sends and reads


@dataclass
class Admin:
    """An admin user who asks."""

    client: AsyncClient
    headers: dict[str, str]
    database: Database

    async def get(self, path: str, status: int = 200) -> Json:
        return await self._ask("GET", path, None, status)

    async def post(self, path: str, body: Json = None, status: int = 200) -> Json:
        return await self._ask("POST", path, body or {}, status)

    async def delete(self, path: str, status: int = 200) -> Json:
        return await self._ask("DELETE", path, None, status)

    async def refused(self, path: str, body: Json, status: int = 400, method: str = "POST") -> str:
        """Return the message of a refusal."""
        return str((await self._ask(method, path, body, status))["message"])

    async def rows(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await run(connection, sql, *params)]

    async def events(self, like: str) -> list[tuple[str, str]]:
        """Return the names and ids of events, in order."""
        found = await self.rows("SELECT name, data ->> 'id' FROM outbox_event WHERE name LIKE $1 ORDER BY id", like)
        return [(str(name), str(id_)) for name, id_ in found]

    async def _ask(self, method: str, path: str, body: Json, status: int) -> Json:
        answer = await self.client.request(f"{method}", f"/admin{path}", headers=self.headers, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json()


@dataclass
class Warehouse:
    """A location that works with both providers, with a fulfilment set and a zone of Germany."""

    admin: Admin
    location_id: str
    set_id: str
    zone_id: str
    profile_id: str
    type_id: str

    @classmethod
    async def build(cls, admin: Admin) -> Warehouse:
        location = (await admin.post("/stock-locations", {"name": "Kiel"}))["stock_location"]["id"]
        base = f"/stock-locations/{location}"
        await admin.post(f"{base}/fulfillment-providers", {"add": ["manual_manual", "weight_rec"]})
        made = await admin.post(f"{base}/fulfillment-sets?fields=fulfillment_sets.id", {"name": "Kiel", "type": "x"})
        set_id = made["stock_location"]["fulfillment_sets"][0]["id"]
        zone = {"name": "Coast", "geo_zones": [{"type": "country", "country_code": "DE"}]}
        zones = await admin.post(f"/fulfillment-sets/{set_id}/service-zones", zone)
        profile = await admin.post("/shipping-profiles", {"name": "Fish", "type": "cold"})
        label = await admin.post("/shipping-option-types", {"label": "Boat", "code": "boat"})
        return cls(
            admin,
            location,
            set_id,
            zones["fulfillment_set"]["service_zones"][0]["id"],
            profile["shipping_profile"]["id"],
            label["shipping_option_type"]["id"],
        )

    def body(self, **changes: Json) -> dict[str, Json]:
        """Return the body of a new shipping option."""
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

    async def option(self, **changes: Json) -> Json:
        """Create a shipping option and return it."""
        return (await self.admin.post("/shipping-options", self.body(**changes)))["shipping_option"]

    async def item(self, sku: str, *stocked: int, location_id: str | None = None) -> str:
        """Create an inventory item with a level for each quantity; all but the first at locations of their own."""
        places = [location_id or self.location_id]
        for number in range(1, len(stocked)):
            made = await self.admin.post("/stock-locations", {"name": f"{sku} {number}"})
            places.append(made["stock_location"]["id"])
        levels = [{"location_id": p, "stocked_quantity": n} for p, n in zip(places, stocked, strict=False)]
        made = await self.admin.post("/inventory-items", {"sku": sku, "location_levels": levels})
        return str(made["inventory_item"]["id"])

    async def stock(self, item_id: str) -> list[tuple[int, int, int]]:
        """Return stocked, reserved and backordered units of an item's levels, in the order of the locations."""
        return [
            (int(stocked), int(reserved), int(backordered))
            for stocked, reserved, backordered in await self.admin.rows(
                """SELECT stocked_quantity, reserved_quantity, backordered_quantity FROM inventory_level
                WHERE inventory_item_id = $1 AND deleted_at IS NULL ORDER BY location_id""",
                item_id,
            )
        ]
