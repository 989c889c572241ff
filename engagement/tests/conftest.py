"""Fixtures of more than one file: the sandbox, the sandbox with our accounts in it, and what it was asked."""

import logging
from collections.abc import Iterator

import pytest

from engagement.tests.renewing import let_renew
from engagement.tests.sandbox_client import Sandbox, open_sandbox
from engagement.tests.stage import Stage, staged


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox() as opened:
        yield opened


@pytest.fixture
def stage(settings, tmp_path) -> Iterator[Stage]:
    with staged(settings, tmp_path) as one:
        yield one


@pytest.fixture
def renewing(monkeypatch, settings, stage) -> Stage:
    """A stage on which X, TikTok and Instagram renew tokens."""
    let_renew(monkeypatch, settings)
    return stage


@pytest.fixture
def asked(caplog) -> Iterator[list[str]]:
    """Every request, as "METHOD path", as the connection logs them."""
    lines: list[str] = []
    caplog.set_level(logging.DEBUG, "engagement.platforms.http")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.DEBUG:
                lines.append(" ".join(record.getMessage().split()[1:3]).rstrip(":"))

    handler, logger = Keep(), logging.getLogger("engagement.platforms.http")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)
