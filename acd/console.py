"""What every command shares: a line per item, `--json` for machines, progress on a terminal, an honest exit code.

Text of strangers is printed as it is, without markup, and its control characters are made visible.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import track

T = TypeVar("T")


class ReportedItem(Protocol):
    """One thing that was worked on, and how that ended."""

    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def reason(self) -> str: ...


class Reported(Protocol):
    """What a piece of work over many items came to."""

    @property
    def items(self) -> Sequence[ReportedItem]: ...
    @property
    def failed(self) -> bool: ...
    def counts(self) -> dict[str, int]: ...
    def to_json(self) -> dict[str, Any]: ...


def printable(text: object) -> str:
    """Text on one line that cannot steer a terminal: control and direction characters are shown as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


class ConsoleCommand(BaseCommand):
    """A command that tells each item as it goes, or everything at the end as JSON."""

    as_json = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="write one JSON object for machines")

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.as_json = options.get("as_json", False)
        return super().execute(*args, **options)

    def say(self, text: object = "") -> None:
        """Write a line for people; silent under --json."""
        if not self.as_json:
            self.stdout.write("\n".join(printable(line) for line in str(text).split("\n")))

    def item(self, name: object, outcome: object, reason: str = "") -> None:
        """Write the line of one item: what it is, how it ended, and why."""
        line = f"{name}: {outcome}" + (f" ({reason})" if reason else "")
        self.say(" ".join(line.split()))

    def progress(self, items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
        """The same items, with a bar on the terminal's error channel while they pass."""
        quiet = self.as_json or not self.stderr.isatty()
        console = Console(stderr=True)
        yield from track(items, description, total=total, console=console, transient=True, disable=quiet)

    def finish(self, result: Mapping[str, Any], *, summary: str = "", failure: str = "") -> None:
        """End with the summary, or with `result` as JSON. With a `failure` the exit code is 1."""
        if self.as_json:
            self.stdout.write(json.dumps(result, default=str))
        elif summary:
            self.say(summary)
        if failure:
            raise CommandError(printable(failure), returncode=1)

    def finish_report(self, report: Reported, *, nothing: str) -> None:
        """End with a report: its items, then how many ended in each way; `nothing` is said of an empty one."""
        for item in report.items:
            self.item(item.name, item.outcome, item.reason)
        told = ", ".join(f"{number} {outcome}" for outcome, number in report.counts().items())
        failure = "Some items failed: the lines above say why." if report.failed else ""
        self.finish(report.to_json(), summary=f"{told}." if told else nothing, failure=failure)
