"""Measure the filter on comments whose truth is known."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from acd.console import ConsoleCommand
from engagement.enums import InteractionKind, Verdict
from engagement.filtering.pipeline import MODEL_VERSION, assess
from engagement.filtering.scene import Seen
from engagement.filtering.scoring import Score
from engagement.filtering.text import normalise
from engagement.imports.table import TableError, read_file, read_table
from engagement.intervals import Interval

PREVALENCES = (0.05, 0.2)

Labelled = tuple[Seen, bool]


def prevalence(given: str) -> float:
    """A share of bots between 0 and 1, both excluded."""
    try:
        share = float(given)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ArgumentTypeError(f"{given!r} is not a share: give a number between 0 and 1, such as 0.05.")
    return share


class Command(ConsoleCommand):
    """Run the pipeline over one labelled CSV and report how often it was right."""

    help = (
        "Run the bot filter over a labelled CSV file, as the comments of one post, and print how often it was right: "
        "counts, precision and recall with 95 % intervals, and the precision to expect where bots are rarer. Every "
        "score is given twice, the second time with each text kept once. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="a CSV file with a header")
        parser.add_argument("--text", required=True, metavar="COLUMN", help="the column of the comments")
        parser.add_argument("--label", required=True, metavar="COLUMN", help="the column that says who is a bot")
        parser.add_argument("--author", metavar="COLUMN", help="the column of the authors, if there is one")
        parser.add_argument("--time", metavar="COLUMN", help="the column of ISO 8601 times; without a zone: UTC")
        parser.add_argument("--bot-value", default="1", help="what the label says of a bot (default: 1)")
        parser.add_argument(
            "--prevalence", type=prevalence, nargs="+", default=PREVALENCES, metavar="SHARE",
            help="shares of bots for which to give the precision (default: 0.05 0.2)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        labelled = read(options)
        scores = {"all": score(labelled), "distinct_texts": score(distinct(labelled))}
        self.say(f"Filter {MODEL_VERSION}, threshold {settings.BOT_THRESHOLD:g}")
        for title, one in (("All comments", scores["all"]), ("Each text once", scores["distinct_texts"])):
            self.say("\n".join(described(title, one, options["prevalence"])))
        report = {name: one.to_json(options["prevalence"]) for name, one in scores.items()}
        self.finish({"model_version": MODEL_VERSION, **report})


def read(options: dict[str, Any]) -> list[Labelled]:
    """The comments of the file with their truth; CommandError names what is wrong with the file."""
    columns = {name: options[name] for name in ("text", "label", "author", "time") if options[name]}
    rows = _rows(options["file"], tuple(columns.values()))
    labelled = [
        (_seen(line, {name: row[column] or "" for name, column in columns.items()}), row[columns["label"]])
        for line, row in rows
    ]
    labels = {label for _, label in labelled}
    if options["bot_value"] not in labels:
        known = ", ".join(sorted(repr(label) for label in labels)[:10]) or "none"
        raise CommandError(f"No row has {options['bot_value']!r} in {columns['label']!r}. Values there: {known}.")
    return [(seen, label == options["bot_value"]) for seen, label in labelled]


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        table = read_table(read_file(path))
    except TableError as error:
        raise CommandError(str(error)) from None
    missing = [column for column in columns if column not in table.header]
    if missing:
        raise CommandError(f"{path} has no column {missing[0]!r}. Its columns: {', '.join(table.header)}.")
    if table.broken:
        raise CommandError(f"{path}, {table.broken[0]}")
    return [(row.line, dict(zip_longest(table.header, row.cells, fillvalue=""))) for row in table.records]


def _seen(line: int, cells: dict[str, str]) -> Seen:
    return Seen(
        id=line,
        kind=InteractionKind.COMMENT,
        author_key=cells.get("author", ""),
        text=cells["text"],
        occurred_at=_moment(line, cells.get("time", "")),
    )


def _moment(line: int, given: str) -> datetime | None:
    if not given.strip():
        return None
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise CommandError(f"Line {line}: {given!r} is not a time. Write 2026-03-01T12:00:00+00:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def distinct(labelled: Sequence[Labelled]) -> list[Labelled]:
    """The first of each text, so that copies are neither found twice nor evidence."""
    first: dict[str, Labelled] = {}
    for one in labelled:
        first.setdefault(normalise(one[0].text), one)
    return list(first.values())


def score(labelled: Sequence[Labelled]) -> Score:
    """Assess the comments as those of one post and count how often the verdict was right."""
    scene = [seen for seen, _ in labelled]
    verdicts = assess(scene, known_personas=frozenset(), threshold=settings.BOT_THRESHOLD)
    return Score.of((is_bot, verdicts[seen.id].verdict == Verdict.BOT) for seen, is_bot in labelled)


def described(title: str, one: Score, prevalences: Sequence[float]) -> list[str]:
    """The score in lines for people."""
    around = one.intervals()
    return [
        f"{title}:",
        f"  bots: {one.found} found, {one.missed} missed; genuine: {one.cleared} left alone, {one.blamed} blamed",
        f"  precision {_percent(one.precision, around['precision'])}",
        f"  recall {_percent(one.recall, around['recall'])}",
        f"  genuine blamed {_percent(one.false_alarm_ratio, around['false_alarm_ratio'])}",
        *(f"  precision where {at:.1%} are bots: {_percent(one.precision_at(at))}" for at in prevalences),
    ]


def _percent(value: float | None, around: Interval | None = None) -> str:
    if value is None:
        return "not measurable"
    return f"{value:.1%}" + (f" (95 % interval {around.low:.1%} to {around.high:.1%})" if around else "")
