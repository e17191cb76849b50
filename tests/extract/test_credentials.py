"""Signing in without a secret: certificate in every form, federated token; and through a proxy."""

from __future__ import annotations

import base64
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entra_sync.config.connection import CLOUDS, read_connection
from entra_sync.errors import ConnectionFieldError, GraphUnavailable, SignInRefused
from sandbox.server.tenant import FederatedCredential
from sandbox.testing import SandboxTenant
from tests.extract.conftest import Read
from tests.extract.credentials import Credential

PASSPHRASE = "p4ss~phrase.that-must-not-appear"


@pytest.fixture(scope="module")
def credential() -> Credential:
    return Credential()


@pytest.fixture
def registered(tenant: SandboxTenant, credential: Credential) -> SandboxTenant:
    tenant.settings.certificates.append(credential.certificate_pem)
    return tenant


FORMS = ["path", "data", "path, encrypted", "data, encrypted", "pfx path", "pfx as base64", "certificate first"]


def given(form: str, credential: Credential, folder: Path) -> dict[str, Any]:
    """A connection's parts for this form of the certificate."""
    secret = PASSPHRASE if "encrypted" in form or "pfx" in form else None
    content = credential.pfx(PASSPHRASE) if "pfx" in form else credential.pem(secret).encode()
    if form == "certificate first":
        content = (credential.certificate_pem + credential.key_pem()).encode()
    if "base64" in form:
        content = base64.b64encode(content)
    if "path" in form:
        (folder / "client.pem").write_bytes(content)
        return {"password": secret, "extra": {"certificate_path": str(folder / "client.pem")}}
    return {"password": secret, "extra": {"certificate_data": content.decode()}}


@pytest.mark.parametrize("form", FORMS)
def test_a_certificate_signs_in(
    registered: SandboxTenant, read: Read, credential: Credential, tmp_path: Path, form: str
) -> None:
    assert read(**given(form, credential, tmp_path)).complete


def test_a_certificate_that_is_not_registered_is_refused(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    with pytest.raises(SignInRefused, match=r"AADSTS700027.*not registered"):
        read(**given("data", Credential(), tmp_path))


OTHER = Credential()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (lambda c: (c.certificate_pem, None), "has no private key"),
        (lambda c: (c.key_pem(), None), "has no certificate"),
        (lambda c: (c.pem(PASSPHRASE), None), "no passphrase is given"),
        (lambda c: (c.pem(PASSPHRASE), "wrong-one"), "the passphrase is wrong"),
        (lambda c: (base64.b64encode(c.pfx(PASSPHRASE)).decode(), "wrong-one"), "the passphrase is wrong"),
        (lambda c: (c.key_pem() + OTHER.certificate_pem, None), "does not belong to its certificate"),
        (lambda c: (Credential(days=-1).pem(), None), "has expired on 20"),
        (lambda c: (Credential(kind="ec").pem(), None), "not RSA"),
        (lambda c: ("nothing of the kind", None), "neither PEM nor PKCS#12"),
    ],
)
def test_a_certificate_that_cannot_be_used_says_why(
    tenant: SandboxTenant, credential: Credential, parts: Any, said: str
) -> None:
    data, passphrase = parts(credential)

    with pytest.raises(ConnectionFieldError, match=said) as error:
        tenant.entra_connection(password=passphrase, extra={"certificate_data": data})

    assert error.value.field == "Client certificate"
    for secret in (PASSPHRASE, "wrong-one", "PRIVATE KEY-----", data):
        assert secret not in str(error.value)


def test_a_file_that_is_not_there_says_so(tenant: SandboxTenant) -> None:
    with pytest.raises(ConnectionFieldError, match="No such file"):
        tenant.entra_connection(password=None, extra={"certificate_path": "/no/such/file.pem"})


def test_no_secret_shows_in_a_connection(tenant: SandboxTenant, credential: Credential) -> None:
    shown = repr(tenant.entra_connection(password=PASSPHRASE, extra={"certificate_data": credential.pem(PASSPHRASE)}))

    assert PASSPHRASE not in shown
    assert "BEGIN" not in shown


@pytest.fixture
def federated(tenant: SandboxTenant, credential: Credential, tmp_path: Path) -> Path:
    tenant.settings.federated.append(
        FederatedCredential(
            issuer="https://issuer.example", subject="system:serviceaccount:sync", public_key=credential.public_pem
        )
    )
    return tmp_path / "token"


def test_a_federated_token_signs_in_and_is_read_anew(
    tenant: SandboxTenant, read: Read, credential: Credential, federated: Path
) -> None:
    """The file is replaced while the tenant is read: the next token request takes the new one."""
    tenant.settings.users_page, tenant.settings.latency_s, tenant.settings.token_lifetime_s = 5, 0.12, 1
    federated.write_text(credential.token(lasts_s=600), encoding="ascii")
    tenant.faults.clear()

    assert read(password=None, extra={"federated_token_file": str(federated)}).complete
    assert tenant.counters.by_kind["token"] > 1
    federated.write_text(credential.token(lasts_s=-1), encoding="ascii")
    with pytest.raises(SignInRefused, match="AADSTS700024"):
        read(password=None, extra={"federated_token_file": str(federated)})


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "api://elsewhere"}, "AADSTS700023"),
        ({"iss": "https://other.example"}, "AADSTS700021"),
        ({"sub": "system:serviceaccount:other"}, "AADSTS700021"),
    ],
)
def test_a_federated_token_of_others_is_refused(
    read: Read, credential: Credential, federated: Path, claims: dict[str, Any], code: str
) -> None:
    federated.write_text(credential.token(**claims), encoding="ascii")

    with pytest.raises(SignInRefused, match=rf"{code}.*Federated credential"):
        read(password=None, extra={"federated_token_file": str(federated)})


def test_a_token_signed_by_another_key_is_refused(read: Read, federated: Path) -> None:
    federated.write_text(OTHER.token(), encoding="ascii")

    with pytest.raises(SignInRefused, match="AADSTS700027"):
        read(password=None, extra={"federated_token_file": str(federated)})


def test_a_federated_token_that_is_not_there_says_so(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ConnectionFieldError, match="federated token file"):
        read(password=None, extra={"federated_token_file": str(tmp_path / "none")})


@pytest.mark.parametrize("cloud", CLOUDS)
def test_hosts_and_scope_are_those_of_one_cloud(cloud: str) -> None:
    ids = "5f3d1d1c-6c6f-4e5e-9d0e-0b1d6f7a8c90"

    connection = read_connection(
        "entra_contoso", login=ids, password="x", extra={"tenant_id": ids, "client_uri": f"api://{ids}", "cloud": cloud}
    )

    assert connection.authority == CLOUDS[cloud].authority
    assert connection.base_url == f"{CLOUDS[cloud].graph}/v1.0"
    assert connection.token_scope == f"{CLOUDS[cloud].graph}/.default"


class Tunnel(socketserver.StreamRequestHandler):
    """CONNECT, and bytes in both directions."""

    def handle(self) -> None:
        host = self.rfile.readline().split()[1].decode()
        headers = []
        while (line := self.rfile.readline().strip()) != b"":
            headers.append(line)
        proxy: Proxy = self.server  # type: ignore[assignment]
        proxy.asked.append(host)
        if not any(header.lower().startswith(b"proxy-authorization: basic ") for header in headers):
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        name, _, port = host.partition(":")
        with socket.create_connection((name, int(port))) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ends = [self.connection, far]
            while True:
                for end in select.select(ends, [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[1 - ends.index(end)].sendall(data)


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that asks for a name and a password, and keeps what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.asked: list[str] = []

    def address(self, password: str) -> str:
        return (
            f"http://sync:{password}@127.0.0.1:{self.server_address[1]}"
            if password
            else (f"http://127.0.0.1:{self.server_address[1]}")
        )


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_token_and_pages_go_through_the_proxy(tenant: SandboxTenant, read: Read, proxy: Proxy) -> None:
    assert read(extra={"proxies": {"https": proxy.address(PASSPHRASE)}}).complete
    assert len(proxy.asked) >= 2
    assert set(proxy.asked) == {f"localhost:{tenant.port}"}


@pytest.mark.parametrize("password", ["", PASSPHRASE])
def test_a_proxy_that_refuses_is_named_without_its_password(
    tenant: SandboxTenant, read: Read, proxy: Proxy, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    address = proxy.address(password) if not password else "http://sync:" + password + "@127.0.0.1:1"

    with pytest.raises(GraphUnavailable, match="proxy") as error:
        read(extra={"proxies": {"https": address}})

    assert PASSPHRASE not in str(error.value)
    assert PASSPHRASE not in caplog.text
    assert PASSPHRASE not in repr(tenant.entra_connection(extra={"proxies": {"https": address}}))
