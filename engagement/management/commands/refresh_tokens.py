"""Renew access tokens before they end."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.reports import Report
from engagement.selection import UnknownSelection, find_account
from engagement.tokens import refresh_account, refresh_due


class Command(ConsoleCommand):
    help = (
        "Renew the access tokens of named accounts, or of those that are due, as the schedule does every five minutes. "
        "Tokens are never shown. The exit code is 1 if any failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="Gator's id of an account, or its handle")
        parser.add_argument("--due", action="store_true", help="what the schedule would renew now")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["accounts"]) == options["due"]:
            raise CommandError("Say which accounts: name them, or give --due.")
        try:
            chosen = [find_account(name) for name in options["accounts"]]
        except UnknownSelection as error:
            raise CommandError(str(error)) from None
        now = timezone.now()
        report = refresh_due(now) if options["due"] else Report([refresh_account(one, now=now) for one in chosen])
        self.finish_report(report, nothing="No token is due.")
