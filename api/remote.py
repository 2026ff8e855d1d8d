"""Where a request comes from, for throttling."""

from __future__ import annotations

import ipaddress
from typing import Final

from fastapi import Request

from api.state import state_of

SITE: Final = 64  # bits: what one customer of an IPv6 provider has at least


def address_of(request: Request) -> str | None:
    """Return the caller's address, of IPv6 the network it is in; None when it cannot be told.

    The header that the setting `client_address_header` names is believed, its last entries but those of one's own
    proxies aside; without the setting only the connection counts, since anybody can send a header.
    """
    settings = state_of(request).settings
    if settings.client_address_header is None:
        return _network(request.client.host) if request.client is not None else None
    told = ",".join(request.headers.getlist(settings.client_address_header)).split(",")
    return _network(told[-settings.client_address_hops]) if len(told) >= settings.client_address_hops else None


def _network(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").partition("]")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, SITE), strict=False))
