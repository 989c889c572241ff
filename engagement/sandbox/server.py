"""Carries requests and replies over HTTP/1.1, and nothing else.

One thread per connection, one answer at a time: the world is locked while a platform thinks, not while a slow
reply waits.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from engagement.sandbox import control, control_push, guide
from engagement.sandbox.gate import MAX_BODY_BYTES
from engagement.sandbox.messages import DROP, ENDLESS, HANG, Reply, Request
from engagement.sandbox.platforms import ANSWERS, PLATFORMS
from engagement.sandbox.world import World

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
DRIP_PIECES = 20
PUSH_EVERY_SECONDS = 5.0  # how often a sandbox that runs on its own delivers events


def answer(world: World, request: Request) -> Reply:
    """The reply of whoever the first part of the path names; the sandbox's own endpoints lock the world themselves."""
    if request.platform in ("", "sandbox"):
        return (control.answer if request.platform else guide.answer)(world, request)
    respond = ANSWERS.get(request.platform)
    if respond is None:
        known = ", ".join(f"/{name}" for name in (*ANSWERS, "sandbox"))
        return Reply(404, {"error": {"field": "path", "message": f"Paths begin with {known}"}})
    with world.lock:
        return respond(world, request)


@contextmanager
def serve(world: World, port: int = 0) -> Iterator[str]:
    """Serve in the background; yields the base address and ends every connection at the close."""
    server = _Server((HOST, port), world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run_forever(world: World, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `on_ready` gets the base address once connections are accepted."""
    server = _Server((HOST, port), world)
    threading.Thread(target=_push_on, args=(server,), daemon=True).start()
    try:
        on_ready(server.address)
        server.serve_forever()
    finally:
        server.server_close()


def _push_on(server: _Server) -> None:
    """A running clock moves by itself, and events with it."""
    while not server.ended.wait(PUSH_EVERY_SECONDS):
        control_push.deliver_new(server.world)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self.connections: set[socket.socket] = set()
        self.ended = threading.Event()
        super().__init__(address, _Connection)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Idle keep-alive connections would otherwise go on being answered after the end."""
        super().server_close()
        self.ended.set()
        for connection in tuple(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("connection from %s ended early", client_address, exc_info=True)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one write
    server: _Server

    def carry(self) -> None:
        """Read one request, have it answered, write one reply."""
        request = self._request()
        length = self._length()
        if length is None:
            self._refuse(request, "malformed", "Content-Length is required and must be a number.", 411)
        elif length > MAX_BODY_BYTES:
            self._refuse(request, "too_large", "The body is too large.", 413)
        else:
            self._send(answer(self.server.world, self._request(self.rfile.read(length))))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = carry

    def _request(self, body: bytes = b"") -> Request:
        parts = urlsplit(self.path)
        platform, _, path = parts.path.lstrip("/").partition("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(
            platform,
            self.command,
            f"/{unquote(path)}",
            query,
            headers,
            body,
            f"{self.server.address}/{platform}",
        )

    def _length(self) -> int | None:
        given = self.headers.get("Content-Length", "0").strip()
        is_chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        return int(given) if given.isdecimal() and not is_chunked else None

    def _refuse(self, request: Request, kind: str, message: str, status: int) -> None:
        """The body stays unread, so the connection cannot be used again."""
        self.close_connection = True
        platform = PLATFORMS.get(request.platform)
        reply = (
            platform.refusals[kind](request, message)
            if platform
            else Reply(status, {"error": {"field": "body", "message": message}})
        )
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.delay:
            self.server.ended.wait(reply.delay)
        if reply.manner in (HANG, DROP):
            self.server.ended.wait(reply.seconds)
            self._hang_up()
        elif reply.manner == ENDLESS:
            self._send_head(reply, None)
            self._send_for_ever(reply.seconds)
        else:
            content = reply.text.encode()
            self._send_head(reply, len(content))
            self._send_body(content, reply.seconds)

    def _send_head(self, reply: Reply, length: int | None) -> None:
        """Without a length the end of the connection is the end of the body."""
        self.close_connection = self.close_connection or length is None
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_body(self, content: bytes, seconds: float) -> None:
        """At once, or in small pieces spread over the seconds."""
        pieces = DRIP_PIECES if seconds else 1
        size = max(1, -(-len(content) // pieces))
        starts = range(0, len(content), size)
        for start in starts:
            if seconds:
                self.wfile.flush()
                self.server.ended.wait(seconds / len(starts))
            self.wfile.write(content[start : start + size])

    def _send_for_ever(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.wfile.write(b'{"data":[0')
        while time.monotonic() < end and not self.server.ended.is_set():
            self.wfile.write(b",0" * 32 * 1024)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: Any) -> None:
        logger.debug(*args)
