"""The stand-in's own certificate, and what it signs with it."""

from __future__ import annotations

import base64
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from kit import clock

NAME: Final = "messageverificationcerts.paypal.com"
YEAR: Final = timedelta(days=365)


class Signer:
    """Keys and certificates, kept beside the log: a restart signs as before."""

    def __init__(self, folder: Path) -> None:
        path = folder / "paypal-signer.pem"
        if not path.exists():
            path.write_bytes(_made())
            path.chmod(0o600)
        found = path.read_bytes()
        key = serialization.load_pem_private_key(found, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{path} holds no RSA key.")
        self._key = key
        chain = x509.load_pem_x509_certificates(found[found.index(b"-----BEGIN CERTIFICATE") :])
        self.pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)

    def sign(self, transmission_id: str, transmission_time: str, webhook_id: str, body: bytes) -> str:
        """Return the signature of a delivery."""
        text = f"{transmission_id}|{transmission_time}|{webhook_id}|{zlib.crc32(body)}".encode()
        return base64.b64encode(self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def has_signed(self, signature: str, transmission: tuple[str, str, str], body: bytes) -> bool:
        """Tell whether a signature is one of ours; `transmission` is its id, its time, the webhook's id."""
        text = f"{'|'.join(transmission)}|{zlib.crc32(body)}".encode()
        try:
            self._key.public_key().verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey, *, until: datetime | None = None
) -> x509.Certificate:
    """Return a certificate for `name`, signed by `issuer`; valid for a year unless it ends at `until`."""
    end = until or clock.now() + YEAR
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * YEAR)
        .not_valid_after(end)
        .sign(issuer_key, hashes.SHA256())
    )


def _made() -> bytes:
    key, root = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = certificate(NAME, key, "Stand-in Root", root), certificate("Stand-in Root", root, "Stand-in Root", root)
    return private + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
