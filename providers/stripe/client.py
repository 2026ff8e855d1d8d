"""The connection to Stripe: its SDK, at a pinned version of the API, with nothing left to the SDK's defaults."""

from __future__ import annotations

import logging
from typing import Final

import aiohttp
import stripe

API_VERSION: Final = "2026-10-28.endive"
"""What this code was written and tested for; the SDK's types are of the same."""

BASE_URL: Final = "https://api.stripe.com"
CONNECT_SECONDS: Final = 3.0

stripe.enable_telemetry = False  # how long a shop's calls take is not told
logging.getLogger("stripe").setLevel(logging.INFO)  # its debug lines hold whole answers, with client secrets


class StripeConnection:
    """The SDK's client and the connections below it."""

    def __init__(self, api_key: str, base_url: str | None, *, seconds: float) -> None:
        # Repeating is the workflow's, which knows the key and whether it is alive: the SDK must never repeat by itself.
        self._http = stripe.AIOHTTPClient(
            timeout=aiohttp.ClientTimeout(total=seconds, connect=min(seconds, CONNECT_SECONDS))
        )
        client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": (base_url or BASE_URL).rstrip("/")},
            http_client=self._http,
            max_network_retries=0,
        )
        self.v1 = client.v1

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK says no types here
