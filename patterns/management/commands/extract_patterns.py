"""`extract_patterns`: look at new numbers and bring the patterns up to date, or rebuild what was known at a date."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.grading import grade_posts
from engagement.models import SocialMediaPost
from gator.studio.models import Persona
from patterns.enums import Advice
from patterns.extraction import Look, extract_new
from patterns.history import Explanation, explain, told_in
from patterns.rebuilding import Of, looks_at
from patterns.removals import take_up_removals

NOW = "now"


class Command(ConsoleCommand):
    """Grades settled posts, then extracts patterns for every persona and platform with newer numbers."""

    help = (
        "Grades settled posts and extracts patterns wherever a persona's numbers are newer than the last look at them. "
        "With --as-of tells what would have been learned at a date instead, and changes nothing: posts published by "
        "then, with the numbers of the last snapshot taken by then and the interactions seen by then, each with the "
        "verdict it has today. Followers, hashtags and time zones are today's. It works on a private copy of the "
        "database, which takes as much memory or disk as the database itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, help="length of the window (default: PATTERN_DAYS of the settings)")
        parser.add_argument(
            "--as-of", metavar="DATE", help="rebuild this day's end (UTC), or this moment with its offset"
        )
        parser.add_argument(
            "--diff", nargs="?", const=NOW, metavar="DATE", help="with --as-of: what changed until a date, or until now"
        )
        parser.add_argument("--persona", default="", metavar="SLUG", help="with --as-of: of one persona")
        parser.add_argument("--platform", default="", choices=Platform.values, help="with --as-of: on one platform")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] is not None and not 1 <= options["days"] <= 32_000:
            raise CommandError("--days: give a number of days from 1 to 32000.")
        now = timezone.now()
        if options["as_of"] is not None:
            self._rebuild(options, now)
        elif options["diff"] or options["persona"] or options["platform"]:
            raise CommandError("--diff, --persona and --platform go with --as-of DATE.")
        else:
            self._extract(options["days"], now)

    def _extract(self, days: int | None, now: datetime) -> None:
        removed = take_up_removals(now)
        graded = grade_posts(SocialMediaPost.objects.all(), now=now)
        self.say(f"{graded} posts graded.")
        rows = []
        for extraction in extract_new(now, days=days, removed=removed):
            claimed = [row for row in extraction.tested if row["claimed"]]
            self.item(
                extraction, f"{len(claimed)} claimed of {len(extraction.tested)} tested", f"{extraction.posts_n} posts"
            )
            for pattern in extraction.patterns.order_by("pk"):
                self.say(f"  {pattern.get_advice_display()}: {pattern.strategy}")
            rows.append({"extraction": extraction.pk, "tested": len(extraction.tested), "claimed": len(claimed)})
        self.finish({"graded": graded, "extractions": rows}, summary="" if rows else "Nothing new to learn from.")

    def _rebuild(self, options: dict[str, Any], now: datetime) -> None:
        if options["persona"] and not Persona.objects.filter(slug=options["persona"]).exists():
            raise CommandError(f"--persona: there is no persona {options['persona']!r}.")
        then = moment_of("--as-of", options["as_of"], now)
        until = moment_of("--diff", options["diff"], now) if options["diff"] else None
        found = looks_at(
            [then, *([until] if until else [])],
            days=options["days"] or settings.PATTERN_DAYS,
            persona=options["persona"],
            platform=options["platform"],
        )
        told: dict[str, Any] = {"as_of": then.isoformat(), "looks": self._tell(found[then])}
        if until:
            told["diff"] = {"until": until.isoformat(), "looks": self._compare(found, then, until)}
        self.finish(told, summary="Nothing was changed: this was rebuilt from what is stored today.")

    def _tell(self, looks: Mapping[Of, Look]) -> list[dict[str, Any]]:
        for (slug, platform), look in looks.items():
            self.item(
                f"{slug} on {Platform(platform).label}", f"{len(look.patterns)} patterns", f"{look.posts_n} posts"
            )
            for row in look.patterns:
                self.say(f"  {Advice(row['advice']).label}: {row['strategy']}")
            for alarm in look.alarms:
                self.say(f"  Alarm: {alarm['text']}")
        return [
            {
                "persona": slug,
                "platform": platform,
                "posts_n": look.posts_n,
                "patterns": look.patterns,
                "alarms": look.alarms,
            }
            for (slug, platform), look in looks.items()
        ]

    def _compare(
        self, found: Mapping[datetime, Mapping[Of, Look]], then: datetime, until: datetime
    ) -> list[dict[str, Any]]:
        told = []
        for of in sorted(found[then].keys() | found[until].keys()):
            explained = _explained(found[then].get(of), found[until].get(of), then, until)
            self.item(f"{of[0]} on {Platform(of[1]).label}, until {until:%Y-%m-%d %H:%M} UTC", explained.causes.words())
            for change in explained.changes:
                self.say(f"  {change.words}")
            for alarm in explained.alarms:
                self.say(f"  {alarm}")
            told.append({"persona": of[0], "platform": of[1]} | explained.to_json())
        return told


def _explained(before: Look | None, after: Look | None, then: datetime, until: datetime) -> Explanation:
    """The difference of two looks, one of which may have had no post at all."""
    known = before or after
    if known is None:
        raise ValueError("Two looks are compared only where there is one.")
    return explain(told_in(before or known.emptied(then)), told_in(after or known.emptied(until)))


def moment_of(option: str, text: str, now: datetime) -> datetime:
    """A day's end in UTC, or a moment with its offset; `now` by its name. Raises CommandError."""
    try:
        if text == NOW:
            return now
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text)
            found = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        else:
            found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise CommandError(f"{option}: {text!r} is no date: give one like 2026-01-31 or 2026-01-31T12:00Z.") from None
    if found.tzinfo is None:
        raise CommandError(f"{option}: say in which zone {text!r} is: 2026-01-31T12:00Z, or 2026-01-31T12:00+01:00.")
    if found > now:
        # Of a day that is not over yet, what there is of it.
        if len(text) == len("2026-01-31") and found - now <= timedelta(days=1):
            return now
        raise CommandError(f"{option}: {text} lies in the future: nothing is known of it.")
    return found
