"""Forget a person who interacted with posts."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.enums import Platform
from engagement.erasure import erase_author
from engagement.pseudonyms import author_key


class Command(ConsoleCommand):
    help = (
        "Forget a person: delete all they did, store nothing of theirs again, and make the touched numbers anew. "
        "Prints a receipt of the numbers that moved, without personal data. May be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--platform", required=True, choices=Platform.values, help="where the person has the account"
        )
        parser.add_argument("--author", required=True, metavar="ID", help="the platform's id of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        author = options["author"].strip()
        if not author:
            raise CommandError("--author is empty. Give the platform's id of the person.")
        erasure = erase_author(author_key(options["platform"], author), now=timezone.now())
        for moved in erasure.moved:
            self.item(f"post {moved.post}, {moved.number}", f"{_shown(moved.before)} -> {_shown(moved.after)}")
        told = f"{erasure.interactions} interactions on {erasure.posts} posts were deleted."
        self.finish(asdict(erasure), summary=f"{told} Nothing of this person will be stored again.")


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
