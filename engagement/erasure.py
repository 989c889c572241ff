"""Forgetting a person: what they did goes, their keyed hash stays as a tombstone, and the numbers are made anew."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from engagement.assessment import assess_posts
from engagement.models import ErasedAuthor, Interaction, SocialMediaPost

KEY = re.compile(r"[0-9a-f]{64}")
NUMBERS = (
    "observed_count",
    "genuine_count",
    "bot_count",
    "persona_count",
    "genuine_engagement",
    "genuine_low",
    "genuine_high",
    "engagement_rate",
)


@dataclass(frozen=True)
class Moved:
    """A number of a post before and after; the post is ours, so it may be named."""

    post: int
    number: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Erasure:
    """The receipt: how much went, and which numbers moved. It says nothing of the person."""

    interactions: int
    posts: int
    moved: list[Moved] = field(default_factory=list)


@transaction.atomic
def erase_author(key: str, *, now: datetime) -> Erasure:
    """Delete all interactions of an author, refuse them from now on, and assess the touched posts again.

    One transaction: killed in between, nothing has happened, and running again gives the same end. Raises `ValueError`
    for what is no author key: an empty one would stand for everybody unknown.
    """
    if not KEY.fullmatch(key):
        raise ValueError("An author key is 64 hex digits: make it with engagement.pseudonyms.author_key().")
    # First the tombstone: from here on nothing of theirs is stored again.
    ErasedAuthor.objects.get_or_create(author_key=key, defaults={"erased_at": now})
    theirs = Interaction.objects.filter(author_key=key)
    ids = set(theirs.order_by().values_list("post", flat=True))
    posts = SocialMediaPost.objects.filter(pk__in=ids).select_related("account", "persona").order_by("pk")
    before = {post.pk: _numbers(post) for post in posts.select_for_update(of=("self",))}
    count, _ = theirs.delete()
    assess_posts(posts, now=now)
    return Erasure(count, len(before), [move for post in posts for move in _moved(post, before[post.pk])])


def _numbers(post: SocialMediaPost) -> dict[str, Any]:
    return {name: getattr(post, name) for name in NUMBERS}


def _moved(post: SocialMediaPost, before: dict[str, Any]) -> list[Moved]:
    after = _numbers(post)
    return [Moved(post.pk, name, before[name], after[name]) for name in NUMBERS if before[name] != after[name]]
