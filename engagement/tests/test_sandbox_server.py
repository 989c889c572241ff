"""What crosses the wire: broken bodies, unknown paths, size limits, keep-alive and the end of a server."""

import http.client
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from engagement.sandbox.gate import MAX_BODY_BYTES
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.tests.sandbox_client import MORNING

CREATE = {
    "instagram": "/instagram/v26.0/me/media",
    "facebook": "/facebook/v26.0/me/feed",
    "twitter": "/twitter/2/tweets",
    "tiktok": "/tiktok/v2/post/publish/video/init/",
}


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"\xff\xfe", b'"text"', b"[" * 100_000], ids=["torn", "list", "not-utf8", "string", "deep"]
)
@pytest.mark.parametrize("platform", CREATE)
def test_malformed_body_is_a_bad_request(sandbox, platform, body):
    headers = {"Content-Type": "application/json"}

    answer = sandbox.ask("POST", CREATE[platform], sandbox.account(platform), body=body, headers=headers)

    assert answer.status == 400
    assert isinstance(answer.body, dict)


@pytest.mark.parametrize("platform", CREATE)
def test_multipart_without_boundary_is_a_bad_request(sandbox, platform):
    headers = {"Content-Type": "multipart/form-data"}

    answer = sandbox.ask("POST", CREATE[platform], sandbox.account(platform), body=b"x", headers=headers)

    assert answer.status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/instagram/v26.0/a/b/c", 400, id="instagram"),
        pytest.param("/facebook/v26.0/a/b/c", 400, id="facebook"),
        pytest.param("/twitter/2/nothing", 404, id="x"),
        pytest.param("/tiktok/v2/nothing/", 404, id="tiktok"),
        pytest.param("/elsewhere/1", 404, id="no-platform"),
    ],
)
def test_unknown_path_is_refused(sandbox, path, status):
    answer = sandbox.ask("GET", path)

    assert answer.status == status
    assert isinstance(answer.body, dict)


@pytest.mark.parametrize("path", [*CREATE.values(), "/sandbox/faults"])
def test_oversized_body_is_refused_unread(sandbox, path):
    answer = sandbox.ask("POST", path, headers={"Content-Length": str(MAX_BODY_BYTES + 1)})

    assert answer.status == 413
    assert answer.headers["Connection"] == "close"


def test_requests_share_one_connection(sandbox):
    connection = http.client.HTTPConnection(sandbox.base.removeprefix("http://"))
    try:
        connection.connect()
        used = connection.sock
        for _ in range(3):
            connection.request("GET", "/sandbox/clock")
            connection.getresponse().read()

        assert connection.sock is used
    finally:
        connection.close()


def test_parallel_posts_each_count_once(sandbox):
    account = sandbox.account("twitter")

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda number: sandbox.ask("POST", "/twitter/2/tweets", account, json={"text": f"n {number}"}),
                range(40),
            )
        )

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["data"]["id"] for answer in answers}) == 40


def test_nonsense_on_the_line_does_not_end_the_server(sandbox):
    host, port = sandbox.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"\x00\x01 nonsense\r\n\r\n")

    assert sandbox.ask("GET", "/sandbox/clock").status == 200


def test_end_of_serving_ends_idle_connections():
    with serve(World(7, MORNING)) as base:
        host, port = base.removeprefix("http://").split(":")
        line = socket.create_connection((host, int(port)))
        line.sendall(b"GET /sandbox/clock HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        first = line.recv(4096)

    with line:
        rest = line.recv(4096)

    assert first.startswith(b"HTTP/1.1 200")
    assert rest == b""
