"""A process that dies at the n-th step: before or after any statement to the database or any request to a platform.

Benchmarks import it too, where it dies for good.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import requests
from django.db import connection


class Killed(BaseException):
    """The end of the process. Like a signal it is no Exception, so nothing of ours may catch it."""


def end() -> None:
    """Die inside a process that lives on to look at what is left."""
    raise Killed


class Steps:
    """Counts steps, and dies at one of them."""

    def __init__(self, fatal: int, die: Callable[[], None]) -> None:
        self.taken, self.fatal, self._die = 0, fatal, die

    def around(self, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Make the call, between two steps."""
        self._step()
        answer = call(*args, **options)
        self._step()
        return answer

    def _step(self) -> None:
        self.taken += 1
        if self.taken == self.fatal:
            self._die()


@contextmanager
def dying_at(step: int, die: Callable[[], None] = end) -> Iterator[Steps]:
    """Run with death at this step. `taken` tells whether it came so far."""
    steps, send = Steps(step, die), requests.adapters.HTTPAdapter.send

    def watched(adapter: Any, request: Any, **options: Any) -> Any:
        return steps.around(send, adapter, request, **options)

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return steps.around(execute, sql, params, many, context)

    with patch.object(requests.adapters.HTTPAdapter, "send", watched), connection.execute_wrapper(statement):
        yield steps
