"""Connections that several accounts share: opened once, without what one account was told reaching another."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from engagement.platforms.deadlines import DeadlineAdapter
from engagement.platforms.http import Connection


class Keeping(ThreadingHTTPServer):
    """Keeps connections open, or closes each after its answer without a word; counts them and hands out a cookie."""

    def __init__(self, *, hangs_up: bool) -> None:
        self.hangs_up, self.connections, self.heard = hangs_up, 0, list[dict[str, str]]()
        super().__init__(("127.0.0.1", 0), _Kept)


class _Kept(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Keeping

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.heard.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Set-Cookie", "visitor=first; Path=/")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = self.server.hangs_up

    def log_message(self, *args: Any) -> None:
        """Silence."""


@contextmanager
def keeping(*, hangs_up: bool = False) -> Iterator[Keeping]:
    server = Keeping(hangs_up=hangs_up)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read(server: Keeping, token: str, transport: DeadlineAdapter | None) -> Any:
    address = f"http://127.0.0.1:{server.server_port}"
    http = Connection(platform="twitter", base_url=address, token=token, judge=lambda reply: None, transport=transport)
    with closing(http):
        return http.get("/2/tweets").body


@pytest.mark.parametrize(("shared", "connections"), [(True, 1), (False, 2)], ids=["shared", "own"])
def test_accounts_share_the_connections_of_a_transport(shared, connections):
    with keeping() as server, closing(DeadlineAdapter()) as transport:
        for token in ("token-of-one", "token-of-another"):
            read(server, token, transport if shared else None)

    assert server.connections == connections
    assert [one["Authorization"] for one in server.heard] == ["Bearer token-of-one", "Bearer token-of-another"]


def test_cookie_of_one_account_does_not_reach_another():
    with keeping() as server, closing(DeadlineAdapter()) as transport:
        for token in ("token-of-one", "token-of-another"):
            read(server, token, transport)

    assert [one.get("Cookie") for one in server.heard] == [None, None]


def test_connection_that_was_closed_in_between_is_opened_anew(settings):
    settings.HTTP_BACKOFF_SECONDS = 0.01
    with keeping(hangs_up=True) as server, closing(DeadlineAdapter()) as transport:
        bodies = [read(server, "token-of-one", transport) for _ in range(3)]

    assert bodies == [{}, {}, {}]
