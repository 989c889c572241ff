"""Publish the posts whose time has come."""

from typing import Any

from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.publishing import publish_due


class Command(ConsoleCommand):
    help = (
        "Publish every post whose scheduled time has come, and ask again about those a platform still processes. "
        "The exit code is 1 if any failed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.finish_report(publish_due(timezone.now()), nothing="No post is due.")
