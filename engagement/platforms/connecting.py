"""Connecting within a bound, whatever the name service does and however many addresses a name has.

The system's resolver cannot be told how long it may take, so it is asked in a thread that is left behind when it takes
longer; it ends when the resolver gives up by itself. Addresses share the time that is left.
"""

import socket
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

# (family, address), as the resolver gives them, the best first.
Addresses = list[tuple[int, Any]]


def connected(host: str, port: int, seconds: float, options: Sequence[Any]) -> socket.socket:
    """A socket to the first address that answers. Raises `OSError`: `TimeoutError` where time ran out, `gaierror` for
    a name that nobody knows.
    """
    ends_at = time.monotonic() + seconds
    addresses = _resolved(host, port, seconds)
    failure: OSError = OSError(f"The name {host} has no address")
    for number, address in enumerate(addresses):
        share = (ends_at - time.monotonic()) / (len(addresses) - number)
        if share <= 0:
            raise TimeoutError("timed out")
        try:
            return _socket(address, share, options)
        except OSError as error:
            failure = error
    raise failure


def _resolved(host: str, port: int, seconds: float) -> Addresses:
    answer: SimpleQueue[Addresses | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answer.put(_addresses(host, port))
        except Exception as error:  # told to the one who asked
            answer.put(error)

    Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the name {host} was not resolved in {seconds:.1f} s") from None
    if isinstance(found, Exception):
        raise found
    return found


def _addresses(host: str, port: int) -> Addresses:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]


def _socket(address: tuple[int, Any], seconds: float, options: Sequence[Any]) -> socket.socket:
    made = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        for option in options:
            made.setsockopt(*option)
        made.settimeout(seconds)
        made.connect(address[1])
    except BaseException:
        made.close()
        raise
    return made
