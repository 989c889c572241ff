"""`generate_content`: generate and plan the next pieces of a persona."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.models import SocialAccount
from engagement.querysets import WORKING
from engagement.scheduling import NotPublishable
from gator import loop
from gator.studio.generation import NotPossible
from gator.studio.generators.base import GenerationFailed

# More at once would plan many posts for the same hour.
MAX_COUNT = 100


class Command(ConsoleCommand):
    """Runs guide, generate and plan for the accounts of a persona, or of all active personas."""

    help = (
        "Generates content from what was learned and plans it for its best hour: for one persona, or --all active "
        "ones, on one platform or all. Exits with 1 if a generation failed; the failed run is recorded."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--persona", help="slug of the persona")
        parser.add_argument("--all", action="store_true", help="every active persona")
        parser.add_argument("--platform", choices=Platform.values, help="only accounts on this platform")
        parser.add_argument("--count", type=int, default=1, help="pieces for each account (default 1)")
        parser.add_argument("--seed", type=int, help="equal seeds give equal pieces (default: the clock)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["count"] <= MAX_COUNT:
            raise CommandError(f"--count: give a number from 1 to {MAX_COUNT}.")
        now = timezone.now()
        seed = options["seed"] if options["seed"] is not None else int(now.timestamp())
        planned, failures = [], []
        work = [(account, seed + number) for account in self._accounts(options) for number in range(options["count"])]
        for account, one in self.progress(work, "Generating"):
            try:
                post = loop.create(account, now=now, seed=one)
            except (GenerationFailed, NotPossible, NotPublishable) as error:
                failures.append({"account": str(account), "reason": str(error)})
                self.item(account, "failed", str(error))
                continue
            planned.append({"account": str(account), "post": post.pk, "scheduled_at": post.scheduled_at})
            self.item(account, "planned", f"{post.caption[:60]} at {post.scheduled_at:%Y-%m-%d %H:%M} UTC")
        failure = f"{len(failures)} of {len(work)} generations failed." if failures else ""
        self.finish({"planned": planned, "failed": failures}, summary=f"{len(planned)} planned.", failure=failure)

    def _accounts(self, options: dict[str, Any]) -> list[SocialAccount]:
        if bool(options["persona"]) == options["all"]:
            raise CommandError("Name a persona with --persona SLUG, or say --all.")
        # A piece planned for an account that cannot publish would go out late, with all others that waited.
        accounts = SocialAccount.objects.filter(persona__status="active", state__in=WORKING).select_related("persona")
        if options["persona"]:
            accounts = accounts.filter(persona__slug=options["persona"])
        if options["platform"]:
            accounts = accounts.filter(platform=options["platform"])
        if not accounts:
            raise CommandError("No working account of an active persona fits: check the slug, or connect one.")
        return list(accounts)
