"""Keys, certificates and tokens for sign-ins without a secret, made in the test."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID


class Credential:
    """One key with its certificate."""

    def __init__(self, *, days: int = 30, kind: str = "rsa") -> None:
        self.key: Any = (
            rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory sync")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .sign(self.key, hashes.SHA256())
        )

    def key_pem(self, passphrase: str | None = None) -> str:
        encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return str(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode())

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def public_pem(self) -> str:
        key = self.key.public_key()
        return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())

    def pem(self, passphrase: str | None = None) -> str:
        return self.key_pem(passphrase) + self.certificate_pem

    def pfx(self, passphrase: str) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"sync", self.key, self.certificate, None, BestAvailableEncryption(passphrase.encode())
        )

    def token(self, *, lasts_s: int = 600, **claims: Any) -> str:
        """A token of an issuer that has this key."""
        given = {
            "iss": "https://issuer.example",
            "sub": "system:serviceaccount:sync",
            "aud": "api://AzureADTokenExchange",
            "exp": time.time() + lasts_s,
        }
        return jwt.encode(given | claims, self.key, algorithm="RS256")
