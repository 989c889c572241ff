"""How well the filter tells people from bots and personas in scenes that no public set labels, whose truth is known.

Plants every kind of scene on new posts of an account of every platform, in a sandbox on loopback and a database of its
own, reads them for four days as any installation does, and compares the final verdicts with what the sandbox knows.
Each row of the table rests on worlds of its own, three unless a number is given. A hit is a bot called bot or a persona
called persona; accused are the genuine called either; the last share is that of the posts whose interval holds the true
genuine engagement, with their numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _common import WORK, Law, empty, empty_database, judge, sizes, step
from django.conf import settings

from acd.tests.factories import NOW
from engagement.enums import Platform
from engagement.sandbox.scene_kinds import KINDS
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.tests.planted import Judged, play
from engagement.tests.sandbox_client import Sandbox
from engagement.tests.stage import Stage

PRECISION, RECALL, ACCUSED = 0.95, 0.80, 0.02
# Of so few posts a kind: 95 % intervals hold fewer by chance.
COVERAGE, COVERAGE_OF_A_KIND = 0.93, 0.90
# Of fewer posts one missed by chance breaks the law of a kind.
FEWEST_POSTS = 10


@contextmanager
def world(seed: int) -> Iterator[tuple[Stage, Sandbox]]:
    """A sandbox that the settings point to, and nothing in the database."""
    empty()
    one = World(seed, now=NOW)
    with serve(one) as address:
        settings.PLATFORM_API_URLS = {platform: f"{address}/{platform}" for platform in Platform.values}
        yield Stage(one, Path(WORK.name)), Sandbox(one, address)


def played(platform: str, kind: str, worlds: int) -> Judged:
    """A scene in so many worlds."""
    total = Judged()
    for seed in range(1, worlds + 1):
        with world(seed) as (stage, sandbox):
            total.add(play(stage, sandbox, platform, kind))
    return total


def shown(share: float | None) -> str:
    """A share in percent, or that there is none."""
    return "     -  " if share is None else f"{100 * share:6.1f} %"


def line(name: str, where: str, found: Judged) -> str:
    """One row of the table."""
    shares = (found.precision, found.recall, found.accused, found.coverage)
    posts = f"{sum(found.covered)} of {len(found.covered)}"
    return f"  {name:13}{where:10}" + "".join(f"{shown(share):>12}" for share in shares) + f"{posts:>12}{found.n:9,}"


def laws(by_kind: dict[str, Judged]) -> list[Law]:
    """What must hold over all platforms."""
    total = Judged()
    for found in by_kind.values():
        total.add(found)
    print(line("all", "all", total))
    lowest, worst = min(
        (found.coverage or 0, kind) for kind, found in by_kind.items() if len(found.covered) >= FEWEST_POSTS
    )
    return [
        Law("precision over all scenes", 100 * (total.precision or 0), 100 * PRECISION, "%", at_least=True),
        Law("recall over all scenes", 100 * (total.recall or 0), 100 * RECALL, "%", at_least=True),
        Law("people of viral posts accused", 100 * (by_kind["viral"].accused or 0), 100 * ACCUSED, "%"),
        Law("posts whose interval holds the truth", 100 * (total.coverage or 0), 100 * COVERAGE, "%", at_least=True),
        Law(f"the same of the worst kind, {worst}", 100 * lowest, 100 * COVERAGE_OF_A_KIND, "%", at_least=True),
    ]


def main() -> None:
    """Play every scene everywhere, and judge."""
    worlds = sizes(3)[0]
    settings.PUBLISH_POLL_SECONDS = 0
    by_kind = {kind: Judged() for kind in KINDS}
    with empty_database(), step(f"play {len(KINDS)} scenes on {len(Platform)} platforms in {worlds} worlds each"):
        titles = ("precision", "recall", "accused", "in interval", "of posts")
        print(f"  {'scene':13}{'platform':10}" + "".join(f"{one:>12}" for one in titles) + f"{'n':>9}", flush=True)
        for kind, total in by_kind.items():
            for platform in Platform.values:
                found = played(platform, kind, worlds)
                total.add(found)
                print(line(kind, platform, found), flush=True)
            print(line(kind, "all", total), flush=True)
    judge(laws(by_kind))


if __name__ == "__main__":
    main()
