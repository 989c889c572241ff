"""Tell what is stored of a person who asks for it."""

from typing import Any

from django.core.management.base import CommandParser

from acd.console import ConsoleCommand
from acd.figures import short
from engagement.models import ErasedAuthor, Interaction
from engagement.person_options import add_person_options, person_of
from engagement.traces import events_naming

TOLD = (
    *("post__platform", "post__url", "platform_id", "kind", "occurred_at", "first_seen_at", "text", "text_purged_at"),
    *("edited_at", "deleted_at", "author_signals", "verdict", "score", "reasons", "override", "model_version"),
)


class Command(ConsoleCommand):
    help = (
        "Tell everything that is stored of a person, for a request of access: their interactions with verdicts and "
        "reasons, and pushed events that name them. With --json it is complete and may be handed to the person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_person_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        keys = person_of(options).keys
        rows = list(Interaction.objects.filter(author_key__in=keys).order_by("first_seen_at", "pk").values(*TOLD))
        events = list(events_naming(keys).order_by("received_at").values("platform", "kind", "received_at", "body"))
        erased = ErasedAuthor.objects.filter(author_key__in=keys).values_list("erased_at", flat=True).first()
        for row in rows:
            what = f"{row['first_seen_at']:%Y-%m-%d} {row['post__platform']} {row['kind']}"
            self.item(what, row["override"] or row["verdict"] or "not assessed", short(row["text"], 80))
        kept_out = f" They were erased on {erased:%Y-%m-%d} and are kept out." if erased else ""
        self.finish(
            {"interactions": rows, "events": events, "erased_at": erased},
            summary=f"{len(rows)} interactions and {len(events)} pushed events are stored.{kept_out}",
        )
