"""Who is told in tests: a mail server and a web hook on this machine, and the Airflow connections to them."""

from __future__ import annotations

import email
import json
import threading
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.conftest import free_port


class MailServer:
    """Keeps the mails that it takes; with a password it takes them from ``sync`` only."""

    def __init__(self, password: str | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.password = password
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    def _authenticate(self, server: Any, session: Any, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = (given.login, given.password) == (b"sync", str(self.password).encode())
        return AuthResult(success=right)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.password is not None and not session.authenticated:
            return "530 Authentication required"
        content = envelope.content
        self.mails.append(email.message_from_bytes(content, policy=default))  # type: ignore[arg-type]
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._controller.stop()

    @property
    def subjects(self) -> list[str]:
        """In the order in which they came."""
        return [str(mail["subject"]) for mail in self.mails]

    def text(self) -> str:
        """The newest mail's body."""
        part = self.mails[-1].get_body(("html", "plain"))
        assert part is not None
        return str(part.get_content())

    @property
    def connection(self) -> str:
        """The value of an AIRFLOW_CONN variable."""
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "sync@example.com", "to": ["ops@example.com"]}
        login = {"login": "sync", "password": self.password} if self.password else {}
        port = self._controller.port
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra, **login})


class WebHook:
    """Keeps the messages that are posted to it; answers 500 while it is ``down``."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.down = False
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.down:
                    hook.refused.append(message["title"])
                else:
                    hook.messages.append(message)
                self.send_response(500 if hook.down else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def titles(self) -> list[str]:
        """In the order in which they came."""
        return [str(message["title"]) for message in self.messages]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def connection(self) -> str:
        """The value of an AIRFLOW_CONN variable."""
        path = f"json://127.0.0.1:{self.port}"
        return json.dumps({"conn_type": "apprise", "extra": {"config": [{"path": path, "tag": "ops"}]}})
