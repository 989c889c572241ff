"""Many workers spend from one budget, and it never gives more than it holds."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from engagement.models import SocialAccount, Spending
from engagement.platforms.replies import Reply
from engagement.tests.factories import make_account
from engagement.tests.metering import SEARCH, Clock, Metered, budget_of, budget_of_app, limited

WORKERS = 4
AMOUNT = 500
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that threads share as processes do: SQLite in memory has a lock of its own kind, so it gets a file."""
    if connection.vendor != "sqlite":
        return
    make_account(platform="twitter")
    connection.ensure_connection()
    file = tmp_path / "shared.sqlite3"
    import_sqlite(connection.connection, file)
    monkeypatch.setitem(connections.settings["default"], "NAME", str(file))


def import_sqlite(source: Any, file: Path) -> None:
    """Copy a database in memory to a file."""
    with closing(type(source)(str(file))) as target:
        source.backup(target)


def in_threads(work: Callable[[int], Any], workers: int = WORKERS) -> list[Any]:
    """What each of so many threads finds, all begun at once."""
    barrier, found = threading.Barrier(workers), []

    def alone(number: int) -> None:
        barrier.wait()
        try:
            found.append(work(number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=alone, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def alone(work: Callable[[], Any]) -> Any:
    """Do something where the threads do."""
    return in_threads(lambda _: work(), 1)[0]


def test_budget_of_500_grants_exactly_500_to_four_workers(shared):
    clock = Clock()
    alone(prepared)

    granted = in_threads(lambda _: Metered(SocialAccount.objects.get(), clock).granted(SEARCH, 130))

    assert (sum(granted), alone(spent_of_both)) == (AMOUNT, (AMOUNT, AMOUNT))


def prepared() -> None:
    account = SocialAccount.objects.first() or make_account(platform="twitter")
    Metered(account, Clock()).call(*SEARCH)
    Spending.objects.all().delete()
    limited(account, "Recent search", AMOUNT)
    limited(None, "Recent search", AMOUNT)


def spent_of_both() -> tuple[int, int]:
    account = SocialAccount.objects.get()
    return budget_of(account, "Recent search").used, budget_of_app("Recent search").used  # type: ignore[attr-defined]


def test_first_calls_at_once_make_each_budget_once(shared):
    alone(lambda: SocialAccount.objects.exists() or make_account(platform="twitter"))
    clock = Clock()

    granted = in_threads(lambda _: Metered(SocialAccount.objects.get(), clock).granted(SEARCH, 1))

    assert (granted, alone(spent_of_both)) == ([1] * WORKERS, (WORKERS, WORKERS))


def test_thing_read_by_all_workers_at_once_is_paid_for_once(shared):
    alone(prepared)
    body = {"data": [{"id": str(number)} for number in range(20)]}

    def read(_: int) -> None:
        Metered(SocialAccount.objects.get(), Clock()).call(*SEARCH).hear(Reply("twitter", 200, {}, body))

    in_threads(read)

    assert alone(lambda: budget_of_app("Money").used) == 20 * 5_000  # type: ignore[attr-defined]
