"""Near marks of texts, kept beside the interactions: texts go after their time, and what repeats them comes later."""

from collections.abc import Sequence

from engagement.filtering.near import marks, runs
from engagement.filtering.ngrams import tokens
from engagement.filtering.scene import WRITTEN
from engagement.filtering.text import visible
from engagement.models import Interaction, NearMark
from engagement.writing import add_rows


def keep_near_marks(rows: Sequence[Interaction], version: str) -> None:
    """Store the near marks of texts that this version has not judged yet: new and edited ones, and those of others."""
    fresh = [row for row in rows if row.model_version != version and row.kind in WRITTEN and row.text]
    edited = [row.pk for row in fresh if row.edited_at]
    if edited:
        NearMark.objects.filter(interaction__in=edited).delete()
    found = marks({row.pk: runs(tokens(visible(row.text))) for row in fresh})
    add_rows(NearMark, [{"interaction_id": pk, "mark": mark} for pk, own in found.items() for mark in own])
