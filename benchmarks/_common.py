"""What the benchmarks share: a database of their own, the seconds of steps, and results beside the law they must hold.

Importing it starts Django, so it stands before every other import of ours. The database is a temporary SQLite file or,
with BENCH_DATABASE_URL, an empty PostgreSQL database, which is empty again afterwards.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
WORK = TemporaryDirectory()
sys.path.insert(0, str(ROOT))
os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{WORK.name}/bench.sqlite3")
os.environ["DATA_DIR"] = WORK.name
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gator.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django  # noqa: E402 - the database is chosen first

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from gator.studio.models import Persona  # noqa: E402

# A development installation keeps every statement for its debug page, which costs more than some of what is measured.
settings.DEBUG = False
ON_POSTGRES = connection.vendor == "postgresql"


@dataclass(frozen=True)
class Law:
    """A result and the limit it must keep: at most, or where more is better at least."""

    name: str
    value: float
    limit: float
    unit: str = "x"
    at_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the result is within the limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        law = f"{'at least' if self.at_least else 'at most'} {self.limit:g} {self.unit}"
        return f"  {self.value:8.2f} {self.unit:2}  {law:16}  {'ok' if self.is_kept else 'MISSED':6}  {self.name}"


@contextmanager
def empty_database() -> Iterator[None]:
    """Bring the database up to date before, and empty it after. Refuses one that is in use."""
    with step("migrate"):
        call_command("migrate", verbosity=0)
    if Persona.objects.exists():
        sys.exit("BENCH_DATABASE_URL names a database that is not empty. Create an empty one and name that.")
    try:
        yield
    finally:
        empty()


def empty() -> None:
    """Delete every row."""
    call_command("flush", interactive=False, verbosity=0)


def settle() -> None:
    """What PostgreSQL does by itself some minutes after many rows have come."""
    if ON_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print how long a step took."""
    began = perf_counter()
    yield
    print(f"{perf_counter() - began:7.2f} s  {name}", flush=True)


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def timed(call: Callable[[], object], runs: int = 11) -> float:
    """The seconds of the fastest of several calls, after one that fills the caches.

    Two sizes are measured minutes apart, and whatever else the machine does meanwhile only adds.
    """
    call()
    return min(seconds(call) for _ in range(runs))


def p95(samples: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(samples, n=20)[-1]


def sizes(*default: int) -> list[int]:
    """How many posts the table holds: the numbers of the command line, smallest first."""
    return sorted(int(word) for word in sys.argv[1:] if word.isdigit()) or list(default)


def judge(laws: Sequence[Law]) -> None:
    """Print every result beside its law, and exit with 1 if one is missed."""
    print(f"On {connection.vendor}:")
    for law in laws:
        print(law)
    if not all(law.is_kept for law in laws):
        sys.exit(1)
