"""`demo`: the whole loop once, against a sandbox that it starts itself."""

import logging
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.test.utils import override_settings
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from gator.demo import cast
from gator.demo.account import Account
from gator.demo.control import SandboxControl
from gator.demo.report import tell
from gator.demo.weeks import Weeks

DAYS = 35


class Command(ConsoleCommand):
    """Runs the learning loop for three personas on four platforms over some weeks of the sandbox's own time."""

    help = (
        "Starts the built-in sandbox of the four platforms on a free loopback port, lives through some weeks of its "
        "time (generate, publish, sync, filter, grade, extract, inform) and tells what was learned. Running it again "
        "starts anew: only what an earlier demo made is removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, default=7, help="equal seeds and days give equal weeks (default 7)")
        parser.add_argument("--days", type=int, default=DAYS, help=f"how many days to live through (default {DAYS})")
        parser.add_argument("--until", type=day, help="the day the weeks end, as 2026-11-22 (default: today, UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo makes up personas and posts: it runs on a development installation only (DEBUG)."
            )
        if not 1 <= options["days"] <= 365:
            raise CommandError("--days: give a number of days from 1 to 365.")
        # What goes wrong is part of the account; here the log would only repeat it.
        logging.getLogger("engagement").setLevel(logging.ERROR)
        began = perf_counter()
        end = options["until"] or timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        start = end - timedelta(days=options["days"])
        ledger = settings.DATA_DIR / "sandbox-ledger.jsonl"
        ledger.unlink(missing_ok=True)
        with serve(World(options["seed"], now=start, ledger=ledger)) as address:
            result = self._live(address, start, options["days"], options["seed"])
        result["seconds"] = round(perf_counter() - began, 1)
        tell(self, result)
        self.finish(result)

    def _live(self, address: str, start: datetime, days: int, seed: int) -> dict[str, Any]:
        control = SandboxControl(address)
        urls = {platform: f"{address}/{platform}" for platform in settings.PLATFORM_API_URLS}
        offers = control.accounts()
        try:
            cast.clear(offers)
        except cast.ForeignPersona as error:
            raise CommandError(str(error)) from None
        accounts = cast.connect(offers, start)
        self.say(f"The sandbox answers at {address} with {len(accounts)} accounts; {days} days begin.")
        weeks = Weeks(accounts=accounts, control=control, start=start, days=days, seed=seed)
        # In debug mode Django keeps every query, and on SQLite asks the database to quote each one's parameters.
        with override_settings(PLATFORM_API_URLS=urls, PUBLISH_POLL_SECONDS=0.0, DEBUG=False):
            for _ in self.progress(weeks.live(), "Living through the weeks", total=days):
                pass
        end = start + timedelta(days=days)
        result = {"seed": seed, "days": days, "start": start, "end": end} | Account(
            accounts, control.truth(), end
        ).to_json()
        control.close()
        return result


def day(text: str) -> datetime:
    """Midnight UTC of a day given as 2026-11-22."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day: write it like 2026-11-22.") from None
