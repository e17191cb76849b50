"""Serve an application over TLS on the loopback address, in this thread or in one of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from sandbox.certificates import Certificates


def listen(port: int = 0, address: str = "127.0.0.1") -> socket.socket:
    """A listening place on one address, this machine's own unless told; raises OSError when the port is taken."""
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer waited 40 ms for an acknowledgement.
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((address, port))
    except OSError:
        place.close()
        raise
    return place


class Server(uvicorn.Server):
    """uvicorn that says when it is listening and leaves signals to whoever started it."""

    def __init__(self, app: Starlette, certificates: Certificates, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                # uvloop was seen to wait for ever in its close() for TLS connections that clients had left open.
                loop="asyncio",
                ssl_certfile=certificates.certificate_file,
                ssl_keyfile=str(certificates.key_file),
                log_config=None,
                # The tenant has a clock of its own.
                date_header=False,
                log_level="critical",
                access_log=False,
                lifespan="off",
                # Longer than clients keep an idle connection, so that they end it, not we.
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def main_loop(self) -> None:
        """Look oftener than uvicorn whether to end: tests start and stop many servers."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            await asyncio.sleep(0.02)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End after the answers under way; at once when forced."""
        if not self.force_exit:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
            if connection.transport is not None:
                # A polite end of TLS would wait for clients that never answer.
                connection.transport.abort()
        await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class ServerThread:
    """A server in a thread of its own, ready when ``start`` returns."""

    def __init__(self, app: Starlette, certificates: Certificates, place: socket.socket) -> None:
        self._ready = threading.Event()
        self._place = place
        self._server = Server(app, certificates, self._ready.set)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> None:
        """Start and wait until the port answers."""
        self._thread.start()
        self._ready.wait()
        if not self._server.started:
            raise RuntimeError("The sandbox server did not start.")

    def stop(self) -> None:
        """End the server, whatever clients still hold open, and wait for its end."""
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join()
        self._place.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._place])
        finally:
            self._ready.set()


def port_of(place: socket.socket) -> int:
    """The port that a listening place got."""
    return int(place.getsockname()[1])
