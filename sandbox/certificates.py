"""A certificate authority of the sandbox's own, and one server certificate under it.

The authority's key is not kept: nobody can sign anything else with it, and before the end both are made anew.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.files import write_private

VALID = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Files in PEM form; clients trust ``ca_file``."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


def certificates_in(folder: Path, host: str = "localhost") -> Certificates:
    """The certificates in a folder, for this machine and ``host``; made when missing or about to end."""
    found = Certificates(
        ca_file=folder / "ca.pem", certificate_file=folder / "server.pem", key_file=folder / "server.key"
    )
    if not _usable(found, host):
        _make(found, host)
    return found


def _usable(found: Certificates, host: str) -> bool:
    try:
        authority = x509.load_pem_x509_certificate(found.ca_file.read_bytes())
        server = x509.load_pem_x509_certificate(found.certificate_file.read_bytes())
        key = serialization.load_pem_private_key(found.key_file.read_bytes(), password=None)
        server.verify_directly_issued_by(authority)
        names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    ends = min(authority.not_valid_after_utc, server.not_valid_after_utc)
    named = host in names.get_values_for_type(x509.DNSName)
    return named and key.public_key() == server.public_key() and ends > datetime.now(UTC) + RENEW_BEFORE


def _make(at: Certificates, host: str) -> None:
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PeopleGoal sandbox tenant CA")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    names = [
        *(x509.DNSName(name) for name in sorted({"localhost", host})),
        *(x509.IPAddress(ipaddress.ip_address(a)) for a in ("127.0.0.1", "::1")),
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    server = (
        _builder(subject, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(at.key_file, private)
    write_private(at.certificate_file, server.public_bytes(serialization.Encoding.PEM))
    write_private(at.ca_file, authority.public_bytes(serialization.Encoding.PEM))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
