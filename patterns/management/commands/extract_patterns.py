"""`extract_patterns`: look at new numbers and bring the patterns up to date."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.grading import grade_posts
from engagement.models import SocialMediaPost
from patterns.extraction import extract_new


class Command(ConsoleCommand):
    """Grades settled posts, then extracts patterns for every persona and platform with newer numbers."""

    help = (
        "Grades settled posts and extracts patterns wherever a persona's numbers are newer than the last look at them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, help="length of the window (default: PATTERN_DAYS of the settings)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] is not None and not 1 <= options["days"] <= 32_000:
            raise CommandError("--days: give a number of days from 1 to 32000.")
        now = timezone.now()
        graded = grade_posts(SocialMediaPost.objects.all(), now=now)
        self.say(f"{graded} posts graded.")
        rows = []
        for extraction in extract_new(now, days=options["days"]):
            claimed = [row for row in extraction.tested if row["claimed"]]
            self.item(
                extraction, f"{len(claimed)} claimed of {len(extraction.tested)} tested", f"{extraction.posts_n} posts"
            )
            for pattern in extraction.patterns.order_by("pk"):
                self.say(f"  {pattern.get_advice_display()}: {pattern.strategy}")
            rows.append({"extraction": extraction.pk, "tested": len(extraction.tested), "claimed": len(claimed)})
        self.finish({"graded": graded, "extractions": rows}, summary="" if rows else "Nothing new to learn from.")
