"""Forget a person who interacted with posts."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.erasure import Erasure, NotErasable, erase_author, erase_person
from engagement.person_options import add_person_options, person_of
from gator.forgetting import Relearned, relearn


class Command(ConsoleCommand):
    help = (
        "Forget a person: delete all they did and every event that names them, store nothing of theirs again, and make "
        "the numbers, grades and patterns that rested on them anew. Prints a receipt of what moved, without personal "
        "data, and stores one without the numbers. May be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_person_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="tell what would go and move, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now, dry_run = timezone.now(), options["dry_run"]
        with transaction.atomic():
            erasure = self._erase(options, now)
            transaction.set_rollback(dry_run)
        relearned = Relearned() if dry_run else relearn(timezone.now())
        for moved in erasure.moved:
            self.item(f"post {moved.post}, {moved.number}", f"{_shown(moved.before)} -> {_shown(moved.after)}")
        told = asdict(erasure) | {"relearned": asdict(relearned), "dry_run": dry_run}
        self.finish(
            told | ({"receipt": None} if dry_run else {}), summary=_summary(erasure, relearned, dry_run=dry_run)
        )

    def _erase(self, options: dict[str, Any], now: datetime) -> Erasure:
        person = person_of(options)
        try:
            if person.key:
                return erase_author(person.key, now=now)
            return erase_person(person.platform, person.author, now=now)
        except NotErasable as reason:
            raise CommandError(str(reason)) from None


def _summary(erasure: Erasure, relearned: Relearned, *, dry_run: bool) -> str:
    gone = (
        f"{erasure.interactions} interactions on {erasure.posts} posts, {erasure.events} pushed events, "
        f"{erasure.payloads} refused payloads and {erasure.log_entries} log entries"
    )
    if dry_run:
        return f"{gone} would be deleted. Nothing was changed: this was a dry run."
    anew = f"{relearned.posts_graded} posts were graded anew, {relearned.patterns_changed} patterns changed"
    receipt = f"Receipt {erasure.receipt}" if erasure.receipt else "There was nothing left to do"
    return f"{gone} were deleted; {anew}. Nothing of this person will be stored again. {receipt}."


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
