"""Connecting to a platform ends in time, whatever the name service does and however many addresses do not answer."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from threading import Event

import pytest

from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.tests.replies import Answer, answering


@contextmanager
def deaf() -> Iterator[int]:
    """A port whose queue is full: whoever connects to it waits in vain."""
    with ExitStack() as stack:
        door = stack.enter_context(closing(socket.socket()))
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        yield door.getsockname()[1]


@pytest.fixture
def names(monkeypatch):
    """What the name service answers: a list of ports of this machine, or a function that takes its time."""
    found: dict = {"ports": []}
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if host != "platform.example":
            return real(host, port, *args, **kwargs)
        ports = found["ports"]
        if callable(ports):
            return ports()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one)) for one in ports]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return found


def asked_in(send):
    """The error of a call, and how long it took."""
    http = Connection(
        platform="twitter", base_url="http://platform.example", token="token-of-a-test", judge=lambda _: None
    )
    started = time.monotonic()
    with closing(http), pytest.raises(errors.TemporaryFailure) as failure:
        getattr(http, send)("/2/tweets")
    return failure.value, time.monotonic() - started


@pytest.mark.parametrize("send", ["get", "create"])
def test_many_addresses_that_do_not_answer_take_no_longer_than_one(names, settings, send):
    settings.HTTP_CONNECT_SECONDS, settings.HTTP_TOTAL_SECONDS, settings.HTTP_BACKOFF_SECONDS = 0.4, 1.0, 0.01
    with deaf() as port:
        names["ports"] = [port] * 8
        failure, seconds = asked_in(send)

    assert (failure.status, seconds < 1.5) == (None, True)


def test_address_that_answers_is_found_behind_one_that_does_not(names, settings):
    settings.HTTP_CONNECT_SECONDS = 2.0
    with deaf() as dead, answering(Answer({"data": 1})) as asked:
        names["ports"] = [dead, int(asked.address.rpartition(":")[2])]
        http = Connection(
            platform="twitter", base_url="http://platform.example", token="token-of-a-test", judge=lambda _: None
        )
        with closing(http):
            body = http.get("/2/tweets").body

    assert body == {"data": 1}


@pytest.mark.parametrize("send", ["get", "create"])
def test_name_service_that_hangs_is_given_up(names, settings, send):
    settings.HTTP_CONNECT_SECONDS, settings.HTTP_TOTAL_SECONDS, settings.HTTP_BACKOFF_SECONDS = 0.2, 0.8, 0.01
    over = Event()

    def hang():
        over.wait(5)
        return []

    names["ports"] = hang
    failure, seconds = asked_in(send)
    over.set()

    assert (failure.status, seconds < 1.5) == (None, True)
    assert "platform.example" in failure.message


def test_name_that_nobody_knows_is_a_temporary_failure(names):
    def unknown():
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["ports"] = unknown
    failure, _ = asked_in("create")

    assert failure.message.startswith("ConnectionError: ")
