"""Import the comments and other visible interactions of one post from a CSV file."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.imports.columns import INTERACTION_FIELDS, Columns, interaction_columns
from engagement.imports.interactions import read_interactions, save_interactions
from engagement.imports.options import add_file_options, mapping, table_of, zone_of
from engagement.imports.table import RowError, TableError
from engagement.selection import UnknownSelection, find_post
from engagement.values import SeenInteraction


class Command(ConsoleCommand):
    help = (
        "Import the visible interactions of one post from any CSV with a header, and assess the post again. "
        f"Fields: {', '.join(INTERACTION_FIELDS)}; name other columns with --map. Of authors only a keyed hash is "
        "stored. Importing again changes nothing. Bad rows are told and left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_file_options(parser)
        parser.add_argument("--post", required=True, metavar="ID", help="Gator's id of the post, or the platform's")
        parser.add_argument("--platform", default="", choices=Platform.values, help="the platform whose id --post is")
        parser.add_argument(
            "--timezone", default="UTC", metavar="ZONE", help="zone of times without one (default: UTC)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            post = find_post(options["post"], options["platform"])
            table, zone = table_of(options), zone_of(options["timezone"])
            columns = interaction_columns(table.header, mapping(options["map"]))
        except (TableError, UnknownSelection) as error:
            raise CommandError(str(error)) from None
        refused = list(table.broken)
        rows = read_interactions(table.records, columns, zone, now)
        good = list(self._good(self.progress(rows, "Reading", total=len(table.records)), refused))
        seen = save_interactions(post, good, now=now, dry_run=options["dry_run"])
        counts = {"created": seen.created, "known": seen.known, "forgotten": seen.forgotten}
        self._tell(counts, refused, columns, dry_run=options["dry_run"])

    def _good(
        self, rows: Iterator[SeenInteraction | list[RowError]], refused: list[RowError]
    ) -> Iterator[SeenInteraction]:
        for row in rows:
            if isinstance(row, SeenInteraction):
                yield row
            else:
                refused += row

    def _tell(self, counts: dict[str, int], refused: list[RowError], columns: Columns, *, dry_run: bool) -> None:
        refused.sort(key=lambda error: error.line)
        bad_rows = len({error.line for error in refused})
        counts = counts | {"refused": bad_rows}
        if columns.ignored:
            self.say(f"Columns without a meaning here: {', '.join(name[:40] for name in columns.ignored[:40])}.")
        for error in refused:
            self.say(error)
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        self.finish(
            counts | {"dry_run": dry_run, "errors": [vars(error) for error in refused]},
            summary=f"{told}." + (" Nothing was written: this was a dry run." if dry_run else ""),
            failure=f"{bad_rows} rows were refused: correct them and import the file again." if bad_rows else "",
        )
