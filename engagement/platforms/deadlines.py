"""HTTP whose whole exchange has a deadline: connecting, sending, headers and body.

A timeout of a socket bounds each wait by itself, so that a byte every nine seconds goes on for ever. Here each wait is
cut to what is left. It is the socket that keeps the time: no thread stands by.
"""

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from engagement.platforms.connecting import connected

# What is sent under one timeout; a slow line needs no faster one for larger files.
PIECE_BYTES = 64 * 1024


class Exchange:
    """One request and its answer. `patience` is in seconds: how long one wait may take; `ends_at` is monotonic.

    `began` says whether anything may have left: until then not even a create can have arrived.
    """

    def __init__(self, patience: float, ends_at: float) -> None:
        self.began = False
        self._patience, self._ends_at = patience, ends_at

    @property
    def is_over(self) -> bool:
        """Whether its time has run out."""
        return time.monotonic() >= self._ends_at

    @property
    def wait(self) -> float:
        """How long the next wait may take, in seconds. Raises `TimeoutError` when nothing is left."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time of the exchange has run out")
        return min(self._patience, left)


# The exchange under way in this thread; urllib3 has no way to hand one down to its connections.
_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[None]:
    """Hold what is sent and read inside to this exchange's deadline."""
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)


class _Timed(io.RawIOBase):
    """What a socket brings, each wait within what is left."""

    def __init__(self, raw: Any, sock: Any) -> None:
        self._raw, self._sock, self._exchange = raw, sock, _current.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.wait)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock))


class _Sending(HTTPConnection):
    """Sends piece by piece: one timeout over a whole file would hold for its slowest line, or for none."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        """Connect in the time of a connection for all addresses together; what is left of the exchange is for TLS."""
        patience = min(float(self.timeout or 0), _current.get().wait)
        try:
            made = connected(self._dns_host, self.port, patience, self.socket_options or ())
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out: {error}") from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error
        made.settimeout(min(patience, _current.get().wait))
        return made

    def send(self, data: Any) -> None:
        exchange = _current.get()
        if self.sock is None:
            self.connect()
        exchange.began = True
        for piece in _pieces(data):
            self.sock.settimeout(exchange.wait)
            super().send(piece)


class _SendingSafely(_Sending, HTTPSConnection):
    """The same, encrypted."""


def _pieces(data: Any) -> Iterator[Any]:
    """A request made by this package is bytes; what else urllib3 sends goes as it is."""
    if not isinstance(data, bytes):
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(view), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Sending


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SendingSafely


class DeadlineAdapter(HTTPAdapter):
    """Carries requests over connections that keep to the exchange under way, through a proxy as well."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give the pools such connections."""
        super().init_poolmanager(*args, **kwargs)
        _timed(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Give a proxy's pools such connections."""
        return _timed(super().proxy_manager_for(proxy, **kwargs))


def _timed(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return manager


def session(transport: DeadlineAdapter | None = None) -> requests.Session:
    """A session whose every request is an exchange; use it inside `exchanging`.

    With a transport it sends over that one's connections, which whoever made it closes; cookies stay its own.
    """
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, transport or DeadlineAdapter())
    return made
