"""A running tenant for tests: ``with SandboxTenant(users=60) as tenant: ...``."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from entra_sync.config.connection import EntraConnection, read_connection
from sandbox.certificates import certificates_in
from sandbox.company import Company, build_company
from sandbox.connection import connection_parts
from sandbox.faults import Faults
from sandbox.scenarios import Stage
from sandbox.server.app import create_app
from sandbox.server.run import ServerThread, listen, port_of
from sandbox.server.tenant import Counters, Settings, Tenant


class SandboxTenant:
    """A tenant with its own server, certificates and credentials; keyword arguments are ``Settings``."""

    def __init__(
        self,
        company: Company | None = None,
        *,
        users: int = 60,
        groups: int = 12,
        seed: int = 1,
        **settings: Any,
    ) -> None:
        self.company = company or build_company(seed=seed, users=users, groups=groups)
        self.tenant = Tenant(company=self.company, settings=Settings(**settings))
        self._stage = Stage(self.tenant)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._server: ServerThread | None = None
        self.ca_file = Path()
        self.port = 0

    def __enter__(self) -> SandboxTenant:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-tenant-")
        certificates = certificates_in(Path(self._folder.name))
        place = listen()
        self.ca_file, self.port = certificates.ca_file, port_of(place)
        self._server = ServerThread(create_app(self.tenant, stage=self._stage), certificates, place)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def wait_until_idle(self) -> None:
        """Wait for the requests whose clients have given up: they would meet the faults that are set next."""
        while self.tenant.under_way:
            time.sleep(0.01)

    def scenario(self, name: str) -> None:
        """Begin a bad night by its name; ``healthy`` ends it."""
        self._stage.set(name)

    @property
    def settings(self) -> Settings:
        """How the tenant behaves; may be changed at any time."""
        return self.tenant.settings

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.tenant.faults

    @property
    def counters(self) -> Counters:
        """What has been asked of the server."""
        return self.tenant.counters

    @property
    def tenant_id(self) -> str:
        """The directory's id."""
        return self.tenant.app.tenant_id

    @property
    def client_id(self) -> str:
        """The application's id."""
        return self.tenant.app.client_id

    @property
    def client_secret(self) -> str:
        """The application's secret."""
        return self.tenant.app.client_secret

    @property
    def authority(self) -> str:
        """The login host."""
        return f"https://localhost:{self.port}"

    @property
    def base_url(self) -> str:
        """Graph's base address."""
        return f"{self.authority}/v1.0"

    def connection(self, **overrides: Any) -> dict[str, Any]:
        """The parts of an Airflow connection; overrides replace them, in ``extra`` by key, and None removes one."""
        parts = connection_parts(self.tenant.app, self.port, self.ca_file)
        extra = parts["extra"] | (overrides.pop("extra", None) or {})
        parts |= overrides | {"extra": {name: value for name, value in extra.items() if value is not None}}
        return parts

    def airflow_connection(self, **overrides: Any) -> str:
        """The JSON of an environment variable AIRFLOW_CONN_..."""
        return json.dumps(self.connection(**overrides))

    def entra_connection(self, **overrides: Any) -> EntraConnection:
        """The connection as the product reads it."""
        parts = self.connection(**overrides)
        return read_connection("entra_contoso", login=parts["login"], password=parts["password"], extra=parts["extra"])
