"""A stand-in for OSV on this machine: a real HTTP server that answers queries by package and version."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Osv:
    """``known``: (package, version) -> its vulnerabilities. ``status``: what it answers to everything."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        osv = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = (query["package"]["name"], query["version"])
                osv.asked.append(key)
                found = osv.known.get(key)
                body = json.dumps({"vulns": found} if found else {}).encode()
                self.send_response(osv.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1/query"

    def tell(self, package: str, version: str, name: str, *aliases: str, fixed: str | None) -> None:
        """A package has a vulnerability from now on."""
        events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
        ranges = [{"type": "ECOSYSTEM", "events": events}]
        affected = [{"package": {"name": package, "ecosystem": "PyPI"}, "ranges": ranges}]
        said = {"id": name, "aliases": list(aliases), "summary": "It is open.", "affected": affected}
        self.known.setdefault((package, version), []).append(said)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
