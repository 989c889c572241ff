"""Forgetting a person: what they did goes, their keyed hash stays as a tombstone, and the numbers are made anew.

Afterwards everything is as if they had never been there. Grades and patterns, which rest on the numbers, the apps above
make anew: they look for receipts that wait for it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from engagement.history import known_personas
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction, SocialMediaPost
from engagement.pseudonyms import author_keys, key_mark
from engagement.remeasuring import Moved, measure_without
from engagement.traces import forget_traces

KEY = re.compile(r"[0-9a-f]{64}")


class NotErasable(ValueError):
    """What was asked for is no stranger. Nothing was touched."""


@dataclass(frozen=True)
class Erasure:
    """How much went, and which numbers moved; nothing of the person. Without a receipt there was nothing to do."""

    interactions: int = 0
    posts: int = 0
    events: int = 0
    payloads: int = 0
    log_entries: int = 0
    remeasured: int = 0
    moved: list[Moved] = field(default_factory=list)
    receipt: int | None = None


def erase_person(platform: str, author_id: str, *, now: datetime) -> Erasure:
    """Forget the person of a platform's id, whichever key their rows were made with. As `erase_author()`."""
    if not author_id:
        raise NotErasable("Give the platform's id of the person: it is empty.")
    keys = author_keys(platform, author_id)
    return _erase(keys, key_mark(), now)


def erase_author(key: str, *, now: datetime) -> Erasure:
    """Forget whom a keyed hash stands for: delete all they did, refuse it from now on, and make the numbers anew.

    One transaction: killed in between, nothing has happened, and running again gives the same end. Raises
    `NotErasable` for what is no author key, as an empty one would stand for everybody unknown, and for an account that
    Gator runs.
    """
    if not KEY.fullmatch(key):
        raise NotErasable("An author key is 64 hex digits: make it with engagement.pseudonyms.author_key().")
    # Beside former keys nothing tells which of them it was made with.
    return _erase((key,), "" if settings.FORMER_PSEUDONYM_KEYS else key_mark(), now)


def erase_stragglers(now: datetime) -> int:
    """Erase again whom a writer stored that had asked for tombstones just before there was one; how many rows."""
    buried = ErasedAuthor.objects.exclude(author_key__in=known_personas()).order_by().values("author_key")
    back = Interaction.objects.filter(author_key__in=buried).order_by().values_list("author_key", flat=True)
    return sum(erase_author(key, now=now).interactions for key in sorted(set(back)))


def require_stranger(keys: Collection[str]) -> None:
    """Raise `NotErasable` where one of these keyed hashes stands for an account of ours."""
    if not known_personas().isdisjoint(keys):
        raise NotErasable("This is an account that Gator runs, not a stranger: nothing was erased.")


@transaction.atomic
def _erase(keys: Sequence[str], mark: str, now: datetime) -> Erasure:
    require_stranger(keys)
    # First the tombstone, under the present key: from here on nothing of theirs is stored again.
    tombstone = {"erased_at": now, "key_mark": mark}
    _, is_new = ErasedAuthor.objects.get_or_create(author_key=keys[0], defaults=tombstone)
    theirs = Interaction.objects.filter(author_key__in=keys).order_by()
    ids = set(theirs.values_list("post", flat=True))
    touched = SocialMediaPost.objects.filter(pk__in=ids)
    touched.hold()
    traces = forget_traces(theirs, keys)
    count = theirs.count()
    moved, remeasured = measure_without(theirs, touched, now) if count else ([], 0)
    if not (is_new or count or any(traces)):
        return Erasure()
    receipt = ErasureReceipt.objects.create(
        erased_at=now,
        interactions=count,
        posts=len(ids),
        remeasured=remeasured,
        numbers_moved=len({one.post for one in moved}),
        **traces._asdict(),
    )
    return Erasure(count, len(ids), *traces, remeasured=remeasured, moved=moved, receipt=receipt.pk)
