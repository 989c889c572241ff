"""Judge the visible interactions of posts again and make their numbers anew."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.assessment import BATCH, assess_posts
from engagement.models import SocialMediaPost
from engagement.selection import UnknownSelection, select_posts


class Command(ConsoleCommand):
    help = "Judge the visible interactions of posts again: verdicts, genuine engagement and rates. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--post", nargs="+", default=[], metavar="ID", help="Gator's id of a post, or the platform's"
        )
        which.add_argument("--persona", default="", metavar="SLUG", help="all posts of a persona")
        which.add_argument("--all", action="store_true", help="all posts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            posts = list(select_posts(options["post"], options["persona"], everything=options["all"]))
        except UnknownSelection as error:
            raise CommandError(str(error)) from None
        now = timezone.now()
        batches = [posts[start : start + BATCH] for start in range(0, len(posts), BATCH)]
        done = sum(assess_posts(batch, now=now) for batch in self.progress(batches, "Assessing"))
        self._tell(posts)
        self.finish(
            {"assessed": done, "items": [_numbers(post) for post in posts]}, summary=f"{done} posts were assessed."
        )

    def _tell(self, posts: Sequence[SocialMediaPost]) -> None:
        for post in posts:
            told = f"{post.genuine_count} genuine, {post.bot_count} bot, {post.persona_count} persona"
            self.item(f"{post} [{post.pk}]", told if post.observed_count else "nothing observable")


def _numbers(post: SocialMediaPost) -> dict[str, Any]:
    names = ("observed_count", "genuine_count", "bot_count", "persona_count", "genuine_engagement", "engagement_rate")
    return {"post": post.pk, "filter_state": post.filter_state} | {name: getattr(post, name) for name in names}
