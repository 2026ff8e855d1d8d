"""PayPal's signature on a webhook, checked without asking PayPal: RSA over what was sent and to whom.

The certificate comes from an address in the delivery itself, so only PayPal's own hosts are believed, over TLS, and the
certificate must be PayPal's, be in force and be signed by the ones that come with it. That its root is one that a
browser trusts is vouched for by the TLS connection alone: PayPal does not always send the whole chain.
"""

from __future__ import annotations

import asyncio
import base64
import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from commerce.payment.events import BadSignature, Delivery
from commerce.payment.port import Unknown
from kit import clock

ALGORITHM: Final = "SHA256withRSA"
HEADERS: Final = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")
LIVE: Final = frozenset({"https://api.paypal.com", "https://api-m.paypal.com"})
SANDBOX: Final = frozenset({"https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"})
NAME: Final = ".paypal.com"
OLDEST: Final = timedelta(days=4)  # PayPal repeats for three days
AHEAD: Final = timedelta(minutes=10)  # clocks differ
RSA_BITS: Final = 2048
_PATH: Final = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,200}")
_KEPT: Final = 8  # PayPal changes its certificate once a year
_CERTIFICATE_BYTES: Final = 64 * 1024


def origins(base_url: str) -> frozenset[str]:
    """Return where certificates may come from: the fixed hosts of the PayPal that we talk to, or a stand-in's own."""
    base = base_url.rstrip("/")
    return next((known for known in (LIVE, SANDBOX) if base in known), frozenset({base}))


def signed_headers(delivery: Delivery) -> dict[str, str]:
    """Return the headers of PayPal's signature without their prefix; BadSignature when one is missing."""
    found = {name: delivery.headers.get(f"paypal-{name}", "") for name in HEADERS}
    missing = [name for name, text in found.items() if not text]
    if missing:
        raise BadSignature(f"PayPal's headers are not all there: {', '.join(missing)}.")
    return found


class Signatures:
    """Checks deliveries to some webhooks, of which two may be in use at once; keeps the certificates it has seen."""

    def __init__(self, base_url: str, webhook_ids: Sequence[str], seconds: float) -> None:
        self._origins = origins(base_url)
        self._webhook_ids = tuple(webhook_ids)
        self._seconds = seconds
        self._http = httpx2.AsyncClient(follow_redirects=False)
        self._known: dict[str, Sequence[x509.Certificate]] = {}
        self._fetching = asyncio.Lock()
        self._under_way = ""

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(self, delivery: Delivery) -> None:
        """Raise BadSignature unless PayPal sent it to a webhook of ours; Unknown when no certificate can be had."""
        headers = signed_headers(delivery)
        if headers["auth-algo"] != ALGORITHM:
            raise BadSignature("The signature is of a kind that PayPal does not use.")
        _check_time(headers["transmission-time"])
        chain = await self._chain(headers["cert-url"])
        _check_chain(chain)
        if not any(_is_signed(chain[0], headers, webhook_id, delivery.body) for webhook_id in self._webhook_ids):
            raise BadSignature("The signature is not PayPal's, or not for one of our webhooks.")

    async def _chain(self, url: str) -> Sequence[x509.Certificate]:
        self._check_address(url)
        if url in self._known:
            return self._known[url]
        # One fetch at a time, for whoever wants that one: forged addresses must not queue up before PayPal's doors.
        if self._fetching.locked() and url != self._under_way:
            raise Unknown("Another of PayPal's certificates is being fetched.")
        async with self._fetching:
            self._under_way = url
            if url not in self._known:
                self._keep(url, await self._fetched(url))
            return self._known[url]

    def _keep(self, url: str, chain: Sequence[x509.Certificate]) -> None:
        while len(self._known) >= _KEPT:
            del self._known[next(iter(self._known))]
        self._known[url] = chain

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError as error:  # a bracket that is not closed, for one
            raise BadSignature("The certificate's address is none.") from error
        is_plain = not (parts.query or parts.fragment) and _PATH.fullmatch(parts.path)
        if f"{parts.scheme}://{parts.netloc}" not in self._origins or not is_plain:
            raise BadSignature("The certificate's address is not PayPal's.")

    async def _fetched(self, url: str) -> Sequence[x509.Certificate]:

        try:
            response = await self._http.get(url, timeout=self._seconds)
        except httpx2.RequestError as error:
            raise Unknown(f"PayPal's certificate could not be had ({type(error).__name__}).") from error
        if httpx2.codes.is_server_error(response.status_code):
            raise Unknown("PayPal's certificate could not be had.")
        if not response.is_success or len(response.content) > _CERTIFICATE_BYTES:
            raise BadSignature("There is no certificate at that address.")
        try:
            return x509.load_pem_x509_certificates(response.content)
        except ValueError as error:
            raise BadSignature("There is no certificate at that address.") from error


def _check_time(text: str) -> None:
    try:
        sent = datetime.fromisoformat(text)
        is_fresh = -AHEAD < clock.now() - sent < OLDEST
    except (ValueError, TypeError) as error:  # TypeError: without a zone
        raise BadSignature("The delivery does not say when it was sent.") from error
    if not is_fresh:
        raise BadSignature("The delivery was sent too long ago.")


def _check_chain(chain: Sequence[x509.Certificate]) -> None:
    now = clock.now()
    if not any(name.endswith(NAME) for name in _names(chain[0])):
        raise BadSignature("The certificate is not PayPal's.")
    for certificate in chain:
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise BadSignature("The certificate is not in force.")
    for certificate, issuer in pairwise(chain):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise BadSignature("The certificate was not signed by the one that came with it.") from error


def _names(certificate: x509.Certificate) -> list[str]:
    return [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _is_signed(certificate: x509.Certificate, headers: Mapping[str, str], webhook_id: str, body: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < RSA_BITS:
        return False
    text = signed_text(headers["transmission-id"], headers["transmission-time"], webhook_id, body)
    try:
        signature = base64.b64decode(headers["transmission-sig"], validate=True)
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):  # not base64, or not even ASCII
        return False
    return True


def signed_text(transmission_id: str, transmission_time: str, webhook_id: str, body: bytes) -> bytes:
    """Return what PayPal signs; the body is in it by its checksum."""
    return f"{transmission_id}|{transmission_time}|{webhook_id}|{zlib.crc32(body)}".encode()
