"""Read the numbers and interactions of posts from their platforms."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.reports import Report
from engagement.selection import UnknownSelection, select_posts
from engagement.sync import sync_due, sync_posts


class Command(ConsoleCommand):
    help = (
        "Read the newest numbers and interactions of posts from their platforms: named posts, those of a persona, "
        "all published ones, or those that are due. The exit code is 1 if any failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        parser.add_argument("posts", nargs="*", metavar="POST", help="Gator's id of a post, or the platform's")
        which.add_argument("--persona", default="", metavar="SLUG", help="the published posts of a persona")
        which.add_argument("--all", action="store_true", help="all published posts")
        which.add_argument("--due", action="store_true", help="what the schedule would sync now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._synced(options)
        except UnknownSelection as error:
            raise CommandError(str(error)) from None
        self.finish_report(report, nothing="No post was to be synced.")

    def _synced(self, options: dict[str, Any]) -> Report:
        now = timezone.now()
        if options["due"] and not options["posts"]:
            return sync_due(now)
        everything = options["all"] or options["due"]
        chosen = select_posts(options["posts"], options["persona"], everything=everything)
        return sync_posts(chosen if options["posts"] else chosen.published(), now=now)
