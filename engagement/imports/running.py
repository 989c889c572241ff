"""An import from what its user chose to what became of it: a plan to look at, then the plan carried out.

The command and the admin are two doors to these two functions.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from engagement.imports import cells, moments
from engagement.imports.columns import Columns, post_columns
from engagement.imports.formats import Format
from engagement.imports.identifying import identify
from engagement.imports.moments import Span
from engagement.imports.options import zone_of
from engagement.imports.posts import PostRow, Reading, read_posts
from engagement.imports.recognition import days_in_name, format_of, fractions_of, order_of
from engagement.imports.saving import Saved, Target, save_posts
from engagement.imports.table import RowError, Table, TableError
from engagement.imports.written_dates import DAY_FIRST, MONTH_FIRST, Written, written
from engagement.selection import find_persona

Rows = Iterator[PostRow | list[RowError]]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the user says of a file; empty is not said. `persona` is a slug, `timezone` and `observed_at` are text."""

    file: str
    persona: str
    timezone: str
    platform: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    observed_at: str = ""
    account: str = ""
    media_kind: str = ""
    date_order: str = ""
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file will be read and where its posts go. Nothing is read or written yet."""

    table: Table
    columns: Columns
    reading: Reading
    target: Target
    notes: tuple[str, ...]

    @property
    def form(self) -> Format:
        """The export that the file is."""
        return self.reading.form

    def meanings(self) -> list[tuple[str, str]]:
        """Every column with the field it feeds, or with why it feeds none."""
        return self.columns.meanings(self.table.header)

    def rows(self) -> Rows:
        """The rows as they will be read, in the order of the file."""
        return identify(read_posts(self.table.records, self.columns, self.reading), self.target.persona, self.form)

    def first_posts(self, number: int) -> list[PostRow]:
        """The first posts as they will be read, from no more rows than that."""
        return [row for row in islice(self.rows(), number) if isinstance(row, PostRow)]


@dataclass(frozen=True)
class Outcome:
    """What became of a file, and every error in the order of its lines."""

    saved: Saved
    errors: list[RowError]

    @property
    def refused(self) -> int:
        """How many rows were refused; one row may have several errors."""
        return len({error.line for error in self.errors})

    def counts(self) -> dict[str, int]:
        """How many rows ended in each way."""
        saved = self.saved
        told = {"created": saved.created, "updated": saved.updated, "unchanged": saved.unchanged}
        return told | {"refused": self.refused}


def plan_import(table: Table, choices: Choices, now: datetime) -> Plan:
    """How to import a file. Raises `TableError` and `UnknownSelection`, with what to choose instead."""
    zone = zone_of(choices.timezone)
    form = format_of(table, choices.platform, choices.mapping)
    columns = post_columns(table.header, form, choices.mapping)
    persona = find_persona(choices.persona)
    observed_at = _observed_at(choices.observed_at, zone, now)
    reading = Reading(
        form=form,
        zone=zone,
        now=now,
        account=_account(choices.account),
        media_kind=choices.media_kind,
        file=choices.file,
        order=choices.date_order or order_of(table, columns),
        span=_span(choices, observed_at.astimezone(zone)),
        fractions=fractions_of(table, columns, form.fractions),
    )
    target = Target(persona=persona, platform=form.platform, observed_at=observed_at, now=now)
    notes = _notes(table, columns, reading, choices)
    return Plan(table=table, columns=columns, reading=reading, target=target, notes=tuple(notes))


def carry_out(plan: Plan, *, dry_run: bool = False, watch: Callable[[Rows], Rows] | None = None) -> Outcome:
    """Import what was planned; with `dry_run` only find out what would happen. `watch` sees the rows pass."""
    errors = list(plan.table.broken)
    rows = watch(plan.rows()) if watch else plan.rows()
    saved = save_posts(_sound(rows, errors), plan.target, dry_run=dry_run)
    return Outcome(saved, sorted([*errors, *saved.refused], key=lambda error: error.line))


def _sound(rows: Rows, errors: list[RowError]) -> Iterator[PostRow]:
    for row in rows:
        if isinstance(row, PostRow):
            yield row
        else:
            errors += row


def _observed_at(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        given = moments.moment(text, zone, now)
    except cells.CellError as error:
        raise TableError(f"--observed-at: {error}") from None
    return min(given.at, now) if given else now


def _account(text: str) -> str:
    try:
        return cells.identity(text, 100) or ""
    except cells.CellError as error:
        raise TableError(f"--account: {error}") from None


def _span(choices: Choices, observed_at: datetime) -> Span:
    """Where dates without a year lie: in the days that the file's name gives, and never after the numbers were read."""
    days = days_in_name(choices.file)
    if days:
        return Span(since=days[0], until=min(days[1], observed_at.date()), year=choices.year)
    return Span(until=observed_at.date(), year=choices.year)


def _notes(table: Table, columns: Columns, reading: Reading, choices: Choices) -> list[str]:
    """What a careful reader would ask about."""
    notes = []
    if columns.ignored:
        notes.append(f"Columns without a meaning here: {', '.join(name[:40] for name in columns.ignored[:40])}.")
    if not (columns.has("media_kind") or choices.media_kind):
        notes.append(
            "No column says the kind of media: the platform's usual one is taken. Change it with --media-kind."
        )
    return notes + _notes_on_dates(table, columns, reading, choices)


def _notes_on_dates(table: Table, columns: Columns, reading: Reading, choices: Choices) -> list[str]:
    texts = [cell for record in table.records for cell in columns.cells("published_at", record.cells)]
    notes = []
    if not reading.order and any(_reads_both_ways(text) for text in texts):
        notes.append("Nothing shows whether days or months stand first: months are taken. Change it with --date-order.")
    if choices.year is None and reading.span and any(_has_no_year(text) for text in texts):
        where = f"from {reading.span.since} to" if reading.span.since else "in the year up to"
        notes.append(
            f"Dates without a year were placed {where} {reading.span.until}. Change it with --year or --observed-at."
        )
    return notes


def _reads_both_ways(text: str) -> bool:
    readings = {_parts(text, MONTH_FIRST), _parts(text, DAY_FIRST)}
    return len(readings) == 2 and None not in readings


def _has_no_year(text: str) -> bool:
    parts = _parts(text, MONTH_FIRST) or _parts(text, DAY_FIRST)
    return parts is not None and parts.year is None


def _parts(text: str, order: str) -> Written | None:
    try:
        return written(text, order)
    except ValueError:
        return None
