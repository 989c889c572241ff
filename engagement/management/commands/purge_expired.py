"""Blank comment texts, and delete refused payloads and pushed events that are past their time."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.retention import DELIVERY_DAYS, REFUSED_PAYLOAD_DAYS, SPENDING_DAYS, purge_expired


class Command(ConsoleCommand):
    help = (
        f"Blank text and author's profile of interactions first seen more than COMMENT_TEXT_RETENTION_DAYS "
        f"({settings.COMMENT_TEXT_RETENTION_DAYS}) days ago, keeping verdict and reasons, delete payloads refused "
        f"more than {REFUSED_PAYLOAD_DAYS} and events pushed more than {DELIVERY_DAYS} days ago, and keep what was "
        f"spent as a sum a day for {SPENDING_DAYS} days. Uploads that nobody imported in time go, too. May be repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        purged = purge_expired(timezone.now())
        self.finish(
            asdict(purged),
            summary=f"{purged.texts} texts were blanked, {purged.payloads} payloads and events and "
            f"{purged.spendings} rows of spending deleted, {purged.uploads} uploads removed."
            + (
                f" {purged.erased} interactions of people who asked to be forgotten had slipped in."
                * bool(purged.erased)
            ),
        )
