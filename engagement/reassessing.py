"""Judging many posts again: in a stable order, in steps that are each whole or not done at all."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Q

from engagement.assessment import assess_posts
from engagement.calibration import Filter
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet

# A step is one transaction, and on SQLite other writers wait for it: about a second.
STEP_POSTS, STEP_INTERACTIONS = 200, 5_000

# The keys of the posts of one step.
Step = list[int]


def steps(posts: SocialMediaPostQuerySet) -> list[Step]:
    """Posts, oldest first, in steps of some thousand visible interactions; a post is never divided.

    Only keys are kept, so that the memory does not follow from what lies under the posts.
    """
    seen = Count("interactions", filter=Q(interactions__deleted_at=None))
    rows = posts.select_related(None).oldest_first().annotate(seen=seen).values_list("pk", "seen")
    return list(_divided(rows.iterator()))


def _divided(rows: Iterable[tuple[int, int]]) -> Iterator[Step]:
    step: Step = []
    weight = 0
    for pk, seen in rows:
        if step and (len(step) == STEP_POSTS or weight + seen > STEP_INTERACTIONS):
            yield step
            step, weight = [], 0
        step.append(pk)
        weight += seen
    if step:
        yield step


def assess_step(step: Step, *, now: datetime, by: Filter) -> list[SocialMediaPost]:
    """Judge the posts of a step, in one transaction; the posts with their new numbers, oldest first."""
    rows = SocialMediaPost.objects.filter(pk__in=step).select_related("persona")
    posts = list(rows.oldest_first())
    assess_posts(posts, now=now, by=by)
    return posts
