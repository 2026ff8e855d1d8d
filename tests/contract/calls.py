"""What real clients ask (the dashboard, two storefronts), asked of the set-up shop: status and every key of the peer's.

The recorded queries are of another shop: their ids stand for rows of ours (ROWS), their texts are sent as they are.
Where the filters of a query leave us without a row, the keys are looked for without them. Values are not compared; the
keys of an object that ours has as null, or of a list that is empty here, cannot be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.reference import CONTRACT, judge
from tests.contract.replaying import Kind, Replay, Verdict

CLIENTS = ("admin_calls", "storefront_calls", "storefront_dtc_calls")
ROWS = {  # prefix of a recorded id -> label of a row of the set-up shop
    "apk": "publishable_key_id",
    "cart": "guest.cart",
    "cus": "customer",
    "cusgroup": "vip",
    "iitem": "tee_s_item",
    "opt": "option_colour",
    "order": "carla.order",
    "ordli": "carla.line_mug",
    "pcat": "category",
    "pcol": "collection",
    "plist": "pricelist_sale",
    "procamp": "campaign_usage",
    "prod": "tee",
    "ptag": "tag",
    "ptyp": "type",
    "reg": "region_eu",
    "sc": "sales_channel",
    "sloc": "location_eu",
    "so": "ship_eu",
    "sp": "profile",
    "txreg": "tax_de",
    "user": "admin_user",
    "variant": "tee_s",
}
PARAMETERS = {  # part of a path before the parameter, or the parameter's name -> label of a row
    "api-keys": "publishable_key_id",
    "campaigns": "campaign_usage",
    "carts": "guest.cart",
    "collections": "collection",
    "customer-groups": "vip",
    "customers": "customer",
    "inventory-items": "tee_s_item",
    "orders": "carla.order",
    "price-lists": "pricelist_sale",
    "product-categories": "category",
    "product-options": "option_colour",
    "product-tags": "tag",
    "product-types": "type",
    "products": "tee",
    "promotions": "promo_fix5",
    "refund-reasons": "refund_reason",
    "regions": "region_eu",
    "return-reasons": "return_reason",
    "sales-channels": "sales_channel",
    "shipping-option-types": "option_type",
    "shipping-options": "ship_eu",
    "shipping-profiles": "profile",
    "stock-locations": "location_eu",
    "tax-rates": "rate_de_reduced",
    "tax-regions": "tax_de",
    "users": "admin_user",
    ":variant_id": "tee_s",
}
WORDS = {
    "currencies": "eur",
    "fulfillment-providers": "manual_manual",
    ":zone": "order.details",
    ":rule_type": "rules",
    ":rule_attribute_id": "currency_code",
}
STEPS = (  # what the set-up shop lacks of the rows that were asked for
    {"method": "POST", "path": "/admin/invites", "body": {"email": "colleague@example.com"}},
    {
        "method": "POST",
        "path": "/admin/layouts/order.details/configuration",
        "body": {"configuration": {"widgets": {}}, "is_default": True},
    },
)
FREE = frozenset({"metadata", "data", "configuration", "feature_flags", "context", "execution"})  # keys of one's own
SAME = "<same shape as an earlier example of this endpoint>"
Shape = dict[str, Any] | None


@dataclass(frozen=True)
class Call:
    """One recorded GET: whoever asked, what, and the shape of the answer where it is known."""

    client: str
    path: str
    query: str
    status: int
    is_logged_in: bool
    answer: Any

    @property
    def name(self) -> str:
        return f"{self.status} {self.path}" + (f"?{self.query}" if self.query else "")


def calls(client: str) -> Iterator[Call]:
    """Yield the distinct GETs of one client."""
    seen: set[str] = set()
    for endpoint in json.loads((CONTRACT / f"{client}.json").read_text())["calls"]:
        if endpoint["method"] != "GET":
            continue
        answers: list[Any] = []
        for example in [*endpoint.get("examples", ()), *endpoint.get("errors", ())]:
            answer, status = example["response"], example["status"]
            if answer == SAME:
                answer = answers[0] if len(answers) == 1 else None
            elif status == 200:
                answers.append(answer)
            is_logged_in = status != 401 and bool({"bearer", "cookie"}.intersection(endpoint["auth"]))
            call = Call(client, endpoint["path"], example["query"] or "", status, is_logged_in, answer)
            if call.name not in seen:
                seen.add(call.name)
                yield call


class Caller:
    """Asks the set-up shop."""

    def __init__(self, replay_: Replay) -> None:
        self._replay = replay_

    def judged(self, client: str) -> Iterator[Verdict]:
        """Ask what one client asked, on the state after the setup."""
        self._replay.begin()
        self._replay.steps([{"auth": "admin user bearer", **step} for step in STEPS], {})
        self._replay.shop.notify("", channel="feed", template="admin-ui")
        for call in calls(client):
            missing = self._replay.routes.missing("GET", call.path)
            if missing is not None or self._replay.routes.asked("GET", call.path) is None:
                yield Verdict(client, call.name, Kind.LATER, about=missing or f"GET {call.path}")
                continue
            try:
                lines = self._deviations(call)
            except judge.Blocked as needed:
                yield Verdict(client, call.name, Kind.BLOCKED, about=str(needed))
            else:
                yield Verdict(client, call.name, Kind.DIFFERS if lines else Kind.EQUAL, lines)

    def _deviations(self, call: Call) -> list[tuple[str, str]]:
        path = self.path_of(call.path, is_known=call.status != 404)
        query = judge.ID.sub(lambda found: self._row(found[0]), call.query)
        status, answer = self._ask(call, path, query)
        if status != call.status:
            return [("status", f"status: {call.status} != {status} {json.dumps(answer)[:300]}")]
        if status != 200 or not isinstance(call.answer, dict):
            return []
        wanted = shape(call.answer)
        if _has_empty_page(wanted, answer):
            _, answer = self._ask(call, path, _without_filters(query))
        if _has_empty_page(wanted, answer):
            raise judge.Blocked(f"a row at {path}")
        return [(where, f"{where}: (a key) != (absent)") for where in missing_keys(wanted, shape(answer), "")]

    def _ask(self, call: Call, path: str, query: str) -> tuple[int, Any]:
        area, auth = path.split("/")[1], "none"
        if area == "store":
            auth = "publishable key + customer bearer" if call.is_logged_in else "publishable key"
        elif call.is_logged_in:
            auth = "admin user bearer"
        status, _, answer = self._replay.server.send("GET", f"{path}?{query}" if query else path, auth)
        return status, answer

    def path_of(self, template: str, *, is_known: bool = True) -> str:
        """Return a path with ids of the set-up shop; Blocked where it has no such row."""
        parts = template.split("/")
        for place, part in enumerate(parts):
            if part.startswith(":"):
                parts[place] = self._parameter(parts[:place], part) if is_known else "unknown"
        return "/".join(parts)

    def _parameter(self, before: list[str], name: str) -> str:
        for key in (name, before[-1]):
            if key in WORDS:
                return WORDS[key]
            if PARAMETERS.get(key) in self._replay.labels:
                return str(self._replay.labels[PARAMETERS[key]])
        return self._first("/".join(before))

    def _first(self, path: str) -> str:
        """Return the id of the first row of a list."""
        _, _, answer = self._replay.server.send("GET", path, "admin user bearer")
        page = answer.values() if isinstance(answer, dict) else ()
        rows = next((value for value in page if isinstance(value, list) and value), None)
        if not rows or "id" not in rows[0]:
            raise judge.Blocked(f"a row of {path}")
        return str(rows[0]["id"])

    def _row(self, recorded: str) -> str:
        label = ROWS.get(recorded.rpartition("_")[0])
        return str(self._replay.labels[label]) if label in self._replay.labels else recorded


def shape(value: Any) -> Shape:  # noqa: ANN401 - JSON
    """Return the keys of an object, each with the shape below it; of a list those of all its elements together."""
    if isinstance(value, list):
        merged: Shape = None
        for element in value:
            merged = _merged(merged, shape(element))
        return merged
    if isinstance(value, Mapping):
        return {key: None if key in FREE else shape(below) for key, below in value.items()}
    return None


def _merged(one: Shape, other: Shape) -> Shape:
    if one is None or other is None:
        return other if one is None else one
    return {key: _merged(one.get(key), other.get(key)) for key in one.keys() | other.keys()}


def missing_keys(wanted: Shape, ours: Shape, path: str) -> list[str]:
    """Return the paths of keys that are wanted and not there; what ours has as null or empty is not looked into."""
    if wanted is None or ours is None:
        return []
    found = []
    for key in sorted(wanted):
        below = f"{path}.{key}" if path else key
        if key not in ours:
            found += [] if key.startswith("raw_") else [below]
        else:
            found += missing_keys(wanted[key], ours[key], below)
    return found


def _has_empty_page(wanted: Shape, answer: Any) -> bool:  # noqa: ANN401 - JSON
    page = [key for key, value in answer.items() if isinstance(value, list)]
    return any(not answer[key] and (wanted or {}).get(key) is not None for key in page)


def _without_filters(query: str) -> str:
    kept = ("fields", "order", "region_id", "include_")
    return "&".join(part for part in query.split("&") if part.startswith(kept))
