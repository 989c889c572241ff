"""Import posts and their numbers from a CSV export."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.imports import cells
from engagement.imports.columns import POST_FIELDS, Columns, post_columns
from engagement.imports.options import add_file_options, mapping, table_of, zone_of
from engagement.imports.posts import PostRow, Reading, read_posts
from engagement.imports.saving import Saved, Target, save_posts
from engagement.imports.table import RowError, Table, TableError
from engagement.selection import UnknownSelection, find_persona
from gator.studio.enums import MediaKind

NEXT = "Next: 'extract_patterns' learns from them; 'import_interactions FILE --post ID' adds a post's comments."


class Command(ConsoleCommand):
    help = (
        "Import posts and their numbers from any CSV with a header. The headers of Meta Business Suite, X analytics "
        f"and TikTok Studio are known; name others with --map. Fields: {', '.join(POST_FIELDS)}. "
        "Rows are totals at the time of the export: importing again replaces changed numbers and keeps the old ones "
        "as history. Bad rows are told and left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_file_options(parser)
        parser.add_argument("--persona", required=True, metavar="SLUG", help="whose posts they are")
        parser.add_argument("--platform", required=True, choices=Platform.values, help="where they were published")
        parser.add_argument(
            "--timezone", required=True, metavar="ZONE", help="zone of times without one, like Europe/Lisbon"
        )
        parser.add_argument("--observed-at", metavar="ISO", help="when the numbers were read (default: now)")
        parser.add_argument(
            "--account", default="", metavar="ID", help="the platform's account id, where no column has it"
        )
        parser.add_argument(
            "--media-kind", default="", choices=["", *MediaKind.values], help="kind of media, where no column has it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started, now = time.monotonic(), timezone.now()
        try:
            table = table_of(options)
            target, reading = self._target(options, now), self._reading(options, now)
            columns = post_columns(table.header, target.platform, mapping(options["map"]))
        except (TableError, UnknownSelection) as error:
            raise CommandError(str(error)) from None
        refused = list(table.broken)
        saved = save_posts(self._rows(table, columns, reading, refused), target, dry_run=options["dry_run"])
        refused = sorted([*refused, *saved.refused], key=lambda error: error.line)
        self._tell(saved, refused, columns, options, time.monotonic() - started)

    def _target(self, options: dict[str, Any], now: datetime) -> Target:
        observed_at = now
        if options["observed_at"]:
            try:
                given = cells.moment(options["observed_at"], zone_of(options["timezone"]), now)
            except cells.CellError as error:
                raise TableError(f"--observed-at: {error}") from None
            observed_at = min(given.at, now) if given else now
        persona = find_persona(options["persona"])
        return Target(persona=persona, platform=options["platform"], observed_at=observed_at, now=now)

    def _reading(self, options: dict[str, Any], now: datetime) -> Reading:
        try:
            account = cells.identity(options["account"], 100) or ""
        except cells.CellError as error:
            raise TableError(f"--account: {error}") from None
        return Reading(
            platform=options["platform"],
            zone=zone_of(options["timezone"]),
            now=now,
            account=account,
            media_kind=options["media_kind"],
            file=Path(options["file"]).name,
        )

    def _rows(self, table: Table, columns: Columns, reading: Reading, refused: list[RowError]) -> Iterator[PostRow]:
        rows = read_posts(table.records, columns, reading)
        for row in self.progress(rows, "Importing", total=len(table.records)):
            if isinstance(row, PostRow):
                yield row
            else:
                refused += row

    def _tell(
        self, saved: Saved, refused: list[RowError], columns: Columns, options: dict[str, Any], seconds: float
    ) -> None:
        bad_rows = len({error.line for error in refused})
        counts = {"created": saved.created, "updated": saved.updated, "unchanged": saved.unchanged, "refused": bad_rows}
        notes = self._notes(columns, options)
        for line in [*notes, *refused]:
            self.say(line)
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        tried = " Nothing was written: this was a dry run." if options["dry_run"] else f"\n{NEXT}"
        self.finish(
            counts
            | {"dry_run": options["dry_run"], "seconds": round(seconds, 3), "notes": notes}
            | {"errors": [vars(error) for error in refused]},
            summary=f"{told} in {seconds:.1f} s.{tried}",
            failure=f"{bad_rows} rows were refused: correct them and import the file again." if bad_rows else "",
        )

    def _notes(self, columns: Columns, options: dict[str, Any]) -> list[str]:
        notes = []
        if columns.ignored:
            notes.append(f"Columns without a meaning here: {', '.join(name[:40] for name in columns.ignored[:40])}.")
        if not (columns.has("media_kind") or options["media_kind"]):
            notes.append(
                "No column says the kind of media: the platform's usual one is taken. Change it with --media-kind."
            )
        return notes
