"""Trust: a company's own CA, also one that Python's strict rules refuse; verification is never off."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import certifi
import httpx
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from entra_sync.extract.tls import ContextAdapter, context


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType
) -> bytes:
    """Without key identifiers and key usage, as many an old company CA makes them."""
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(named("Old CA"), named(subject), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def old_fashioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and CA file of a server with such a certificate."""
    folder: Path = tmp_path_factory.mktemp("ca")
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = folder / "ca.pem"
    ca.write_bytes(certificate("Old CA", ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=None)))
    chain = folder / "server.pem"
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    chain.write_bytes(certificate("localhost", key, ca_key, names) + pem(key))
    server = http.server.HTTPServer(("localhost", 0), http.server.SimpleHTTPRequestHandler)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(chain)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}/", str(ca)
    server.shutdown()
    server.server_close()


def session(verify: bool | str) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.verify = verify
    made.mount("https://", ContextAdapter(context(verify)))
    return made


def test_a_companys_old_ca_is_trusted_when_the_connection_names_it(old_fashioned: tuple[str, str]) -> None:
    address, ca = old_fashioned

    assert httpx.head(address, verify=context(ca), trust_env=False).status_code == 200
    assert session(ca).head(address, timeout=30).status_code == 200


@pytest.mark.parametrize("verify", [True, certifi.where()])
def test_it_is_not_trusted_otherwise(old_fashioned: tuple[str, str], verify: bool | str) -> None:
    address, _ = old_fashioned

    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.head(address, verify=context(verify), trust_env=False)
    with pytest.raises(requests.exceptions.SSLError):
        session(verify).head(address, timeout=30)


def test_a_certificate_of_another_host_is_refused(old_fashioned: tuple[str, str]) -> None:
    address, ca = old_fashioned
    elsewhere = address.replace("localhost", "127.0.0.1")

    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.head(elsewhere, verify=context(ca), trust_env=False)
    with pytest.raises(requests.exceptions.SSLError):
        session(ca).head(elsewhere, timeout=30)
