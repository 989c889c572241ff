"""Near marks of texts, kept beside the interactions: texts go after their time, and what repeats them comes later."""

from collections.abc import Sequence

from engagement.filtering.account_model import account_of
from engagement.filtering.near import marks
from engagement.filtering.scene import WRITTEN, Seen
from engagement.models import Interaction, NearMark
from engagement.writing import add_rows


def seen_of(row: Interaction) -> Seen:
    """The interaction as the filter sees it."""
    account = account_of(row.author_signals, row.occurred_at or row.first_seen_at)
    return Seen(row.pk, row.kind, row.author_key, row.text, row.occurred_at, row.fingerprint, account)


def keep_near_marks(pairs: Sequence[tuple[Interaction, Seen]], version: str) -> dict[int, tuple[int, ...]]:
    """Store the near marks of texts that this version has not judged yet: new and edited ones, and those of others.

    By interaction, the marks that were stored now, and () where a text is too short for any.
    """
    fresh = {
        row.pk: (row, seen) for row, seen in pairs if row.model_version != version and row.kind in WRITTEN and row.text
    }
    edited = [pk for pk, (row, _) in fresh.items() if row.edited_at]
    if edited:
        NearMark.objects.filter(interaction__in=edited).delete()
    found = marks({pk: seen.forms.runs for pk, (_, seen) in fresh.items()})
    add_rows(NearMark, [{"interaction_id": pk, "mark": mark} for pk, own in found.items() for mark in own])
    return {pk: found.get(pk, ()) for pk in fresh}
