"""Import posts and their numbers from a CSV export."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.imports.columns import POST_FIELDS
from engagement.imports.formats import FORMATS
from engagement.imports.options import add_file_options, mapping, table_of
from engagement.imports.running import Choices, Outcome, Plan, carry_out, plan_import
from engagement.imports.table import TableError
from engagement.imports.written_dates import DAY_FIRST, MONTH_FIRST
from engagement.selection import UnknownSelection
from gator.studio.enums import MediaKind

NEXT = "Next: 'extract_patterns' learns from them; 'import_interactions FILE --post ID' adds a post's comments."


class Command(ConsoleCommand):
    help = (
        f"Import posts and their numbers from a CSV file. Known by their English headers: "
        f"{'; '.join(one.title for one in FORMATS)}. Any other table with a header will do with --platform, and --map "
        f"for names that are not understood. Fields: {', '.join(POST_FIELDS)}. "
        "Rows are totals at the time of the export: importing again replaces changed numbers and keeps the old ones "
        "as history. Bad rows are told and left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_file_options(parser)
        parser.add_argument("--persona", required=True, metavar="SLUG", help="whose posts they are")
        parser.add_argument(
            "--platform",
            default="",
            choices=["", *Platform.values],
            metavar="PLATFORM",
            help=f"where they were published ({', '.join(Platform.values)}); known exports say it themselves",
        )
        parser.add_argument(
            "--timezone", required=True, metavar="ZONE", help="zone of times without one, like Europe/Lisbon"
        )
        parser.add_argument(
            "--observed-at", default="", metavar="ISO", help="when the numbers were read (default: now)"
        )
        parser.add_argument(
            "--account", default="", metavar="ID", help="the platform's account id, where no column has it"
        )
        parser.add_argument(
            "--media-kind", default="", choices=["", *MediaKind.values], help="kind of media, where no column has it"
        )
        parser.add_argument(
            "--date-order",
            default="",
            choices=["", MONTH_FIRST, DAY_FIRST],
            help="what stands first in dates like 05/07/2026 (default: what a date of the file proves, else the month)",
        )
        parser.add_argument(
            "--year",
            type=int,
            help="year of all dates without one (default: the last such day in the dates of the file's name, or in the "
            "twelve months before --observed-at)",
        )
        parser.add_argument(
            "--explain", action="store_true", help="only say which export it is and what its columns mean"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            plan = plan_import(table_of(options), self._choices(options), timezone.now())
        except (TableError, UnknownSelection) as error:
            raise CommandError(str(error)) from None
        if options["explain"]:
            self._explain(plan)
            return
        total = len(plan.table.records)
        outcome = carry_out(
            plan, dry_run=options["dry_run"], watch=lambda rows: self.progress(rows, "Importing", total=total)
        )
        self._tell(plan, outcome, time.monotonic() - started, dry_run=options["dry_run"])

    def _choices(self, options: dict[str, Any]) -> Choices:
        same = ("persona", "timezone", "platform", "observed_at", "account", "media_kind", "date_order", "year")
        given = {name: options[name] for name in same if options[name]}
        return Choices(file=Path(options["file"]).name, mapping=mapping(options["map"]), **given)

    def _explain(self, plan: Plan) -> None:
        columns = [{"column": name, "meaning": meaning} for name, meaning in plan.meanings()]
        self._say_what_it_is(plan)
        for column in columns:
            self.item(column["column"], column["meaning"])
        self.finish(self._recognised(plan) | {"notes": plan.notes, "columns": columns})

    def _say_what_it_is(self, plan: Plan) -> None:
        known = [f"This is {plan.form.title}."] if plan.form.name else []
        for line in [*known, *plan.notes]:
            self.say(line)

    def _recognised(self, plan: Plan) -> dict[str, Any]:
        return {"format": plan.form.name, "platform": plan.form.platform.value}

    def _tell(self, plan: Plan, outcome: Outcome, seconds: float, *, dry_run: bool) -> None:
        self._say_what_it_is(plan)
        for line in outcome.errors:
            self.say(line)
        told = ", ".join(f"{number} {name}" for name, number in outcome.counts().items())
        tried = " Nothing was written: this was a dry run." if dry_run else f"\n{NEXT}"
        refused = outcome.refused
        self.finish(
            outcome.counts()
            | self._recognised(plan)
            | {"dry_run": dry_run, "seconds": round(seconds, 3), "notes": plan.notes}
            | {"errors": [vars(error) for error in outcome.errors]},
            summary=f"{told} in {seconds:.1f} s.{tried}",
            failure=f"{refused} rows were refused: correct them and import the file again." if refused else "",
        )
