"""A client certificate instead of a client secret: PEM or PKCS#12, with or without a passphrase.

Entra takes RSA keys; the certificate, without its key, is registered with the application
(https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

KEY = re.compile(rb"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----.+?-----END (?P=kind)-----", re.DOTALL)
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class CertificateProblem(ValueError):
    """What is wrong with a certificate, in words that follow its name; holds nothing of its content."""


@dataclass(frozen=True, kw_only=True)
class ClientCertificate:
    """Key and certificate in PEM form, unencrypted; ``ends`` in UTC."""

    private_key: str = field(repr=False)
    certificate: str = field(repr=False)
    ends: datetime


def read_certificate(data: bytes, passphrase: str | None, *, now: datetime | None = None) -> ClientCertificate:
    """Read a key with its certificate. Raises CertificateProblem."""
    secret = passphrase.encode() if passphrase else None
    key, certificate = _pem(data, secret) if b"-----BEGIN" in data else _pkcs12(data, secret)
    if not isinstance(key, RSAPrivateKey):
        raise CertificateProblem("has a key that is not RSA")
    if key.public_key() != certificate.public_key():
        raise CertificateProblem("has a key that does not belong to its certificate")
    if certificate.not_valid_after_utc <= (now or datetime.now(UTC)):
        raise CertificateProblem(f"has expired on {certificate.not_valid_after_utc:%Y-%m-%d}")
    return ClientCertificate(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        ends=certificate.not_valid_after_utc,
    )


def _pem(data: bytes, secret: bytes | None) -> tuple[PrivateKeyTypes, x509.Certificate]:
    """The first key and the first certificate of a PEM text, in any order."""
    key, certificate = KEY.search(data), CERTIFICATE.search(data)
    if key is None:
        raise CertificateProblem("has no private key")
    if certificate is None:
        raise CertificateProblem("has no certificate beside its key")
    is_encrypted = b"ENCRYPTED" in key[0]
    if is_encrypted and secret is None:
        raise CertificateProblem("has an encrypted key, and no passphrase is given")
    try:
        return load_pem_private_key(key[0], secret if is_encrypted else None), x509.load_pem_x509_certificate(
            certificate[0]
        )
    except (ValueError, TypeError):
        what = "cannot be opened: the passphrase is wrong, or the key is damaged" if is_encrypted else "is damaged"
        raise CertificateProblem(what) from None


def _pkcs12(data: bytes, secret: bytes | None) -> tuple[PrivateKeyTypes, x509.Certificate]:
    """A .pfx file, as it is or as base64 text."""
    with suppress(binascii.Error, ValueError):
        data = base64.b64decode(data, validate=True)
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, secret)
    except ValueError:
        raise CertificateProblem(
            "cannot be opened: it is neither PEM nor PKCS#12, or the passphrase is wrong"
        ) from None
    if key is None or certificate is None:
        raise CertificateProblem("lacks its key or its certificate")
    return key, certificate
