"""From the records of a file to visible interactions of one post. Markup in a text stays as it is: it is data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from engagement.assessment import assess_posts
from engagement.enums import InteractionKind
from engagement.imports import cells, moments
from engagement.imports.columns import Columns
from engagement.imports.posts import Cells
from engagement.imports.table import Record, RowError
from engagement.interactions import TEXT_LIMIT, record_interactions
from engagement.models import Interaction, SocialMediaPost
from engagement.values import SeenInteraction

WORDED = (InteractionKind.COMMENT, InteractionKind.REPLY)
BATCH = 500


@dataclass
class Seen:
    """What became of the interactions; `forgotten` are people who asked that nothing of theirs be stored."""

    created: int = 0
    known: int = 0
    forgotten: int = 0


def read_interactions(
    records: list[Record], columns: Columns, zone: ZoneInfo, now: datetime
) -> Iterator[SeenInteraction | list[RowError]]:
    """Each record as an interaction, or as its errors. An id that comes twice is refused the second time."""
    lines: dict[str, int] = {}
    for record in records:
        seen = _read(Cells(record, columns), zone, now)
        if (
            isinstance(seen, SeenInteraction)
            and (first := lines.setdefault(seen.platform_id, record.line)) != record.line
        ):
            reason = f"duplicate of line {first}, which was kept. Remove one of the two."
            yield [RowError(record.line, "platform_id", reason)]
        else:
            yield seen


def _read(row: Cells, zone: ZoneInfo, now: datetime) -> SeenInteraction | list[RowError]:
    platform_id = row.read("platform_id", cells.identity)
    if platform_id is None and not row.errors:
        row.refuse("platform_id", "the row has no id. Give the platform's, so that it is stored only once.")
    kind = row.read("kind", _kind) or InteractionKind.COMMENT.value
    occurred = row.read("occurred_at", lambda cell: moments.moment(cell, zone, now))
    author = row.read("author", lambda cell: cells.text(cell.strip(), 500) or None)
    text = row.read("text", lambda cell: cells.text(cell, TEXT_LIMIT) or None)
    if kind in WORDED and not (text or "").strip() and not row.errors:
        row.refuse("text", f"a {kind} needs its text. Map the column with --map 'COLUMN=text', or remove the row.")
    if row.errors or platform_id is None:
        return row.errors
    at = occurred.at if occurred else None
    return SeenInteraction(platform_id=platform_id, kind=kind, occurred_at=at, author_id=author, text=text or "")


def _kind(text: str) -> str | None:
    word = text.strip().casefold()
    if word in cells.UNKNOWN:
        return None
    if word not in InteractionKind.values:
        choices = ", ".join(InteractionKind.values)
        raise cells.CellError(f"{cells.shown(text)} is no kind of interaction. Use one of {choices}.")
    return word


@transaction.atomic
def save_interactions(
    post: SocialMediaPost, seen: list[SeenInteraction], *, now: datetime, dry_run: bool = False
) -> Seen:
    """Store the interactions of `post` that are new, and assess it again if any is. A `dry_run` writes nothing."""
    known = sum(_known(post, seen[start : start + BATCH]) for start in range(0, len(seen), BATCH))
    if dry_run:
        return Seen(created=len(seen) - known, known=known)
    SocialMediaPost.objects.filter(pk=post.pk).hold()
    created = sum(
        record_interactions(post, seen[start : start + BATCH], now=now) for start in range(0, len(seen), BATCH)
    )
    if created or post.interactions.unassessed().exists():
        assess_posts([post], now=now)
    return Seen(created, known, len(seen) - known - created)


def _known(post: SocialMediaPost, seen: list[SeenInteraction]) -> int:
    return Interaction.objects.filter(post=post, platform_id__in=[s.platform_id for s in seen]).count()
