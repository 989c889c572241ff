"""Handing settled engagement to the contexts it came from: the grade of a post becomes the verdict of its run."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery, prefetch_related_objects

from acd.enums import Grade, OutcomeSource
from acd.outcomes import grade as grade_context
from engagement.enums import Basis
from engagement.metrics import grade_of
from engagement.models import MetricSnapshot, SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet
from engagement.writing import write_columns

# One transaction each; on SQLite other writers wait for it.
BATCH = 100


def grade_posts(posts: SocialMediaPostQuerySet, *, now: datetime) -> int:
    """Grade every settled post of `posts` whose numbers are newer than its grade; the number of posts graded.

    A post whose (platform, basis) has no thresholds keeps no grade. Its context hears of a grade when it is new or
    changed.
    """
    ids = list(posts.awaiting_grade().order_by("pk").values_list("pk", flat=True))
    return sum(_grade_batch(ids[start : start + BATCH], now) for start in range(0, len(ids), BATCH))


@transaction.atomic
def _grade_batch(ids: list[int], now: datetime) -> int:
    newest = MetricSnapshot.objects.filter(post=OuterRef("pk")).order_by("-observed_at").values("pk")
    rows = SocialMediaPost.objects.filter(pk__in=ids).awaiting_grade().select_for_update(of=("self",))
    graded = list(rows.annotate(snapshot=Subquery(newest[:1])).order_by("pk"))
    news = [(post, after) for post in graded if (after := _new_grade(post, now)) is not None]
    # Most grades stay as they are, and to read what else belongs to a post takes as long as all before.
    prefetch_related_objects([post for post, _ in news], "context", "content", "hashtags")
    for post, after in news:
        _tell(post, after, now)
    write_columns(graded, ("grade", "graded_at"))
    return len(graded)


def _new_grade(post: SocialMediaPost, now: datetime) -> Grade | None:
    """Put its grade on a post; that grade, if it had another one."""
    before, thresholds = post.grade, settings.GRADE_THRESHOLDS.get((post.platform, post.basis))
    after = grade_of(post.rate_low, thresholds)
    post.grade, post.graded_at = after, now
    return None if after == before else after


def _tell(post: SocialMediaPost, after: Grade, now: datetime) -> None:
    if post.context is None:
        return
    good, evidence = after >= Grade.GOOD, social_metrics(post)
    grade_context(
        post.context,
        after,
        source=OutcomeSource.ENGAGEMENT,
        # The same numbers may be measured anew, after a person overruled the filter, say, and earn another grade.
        evidence_key=f"snapshot:{evidence['snapshot']}:{post.measured_at:%Y%m%dT%H%M%S.%f}",
        evidence=evidence,
        metadata={"social_metrics": evidence},
        pattern=f"{post.platform}_high_engagement" if good else "",
        strategy=strategy_of(post) if good else "",
        now=now,
    )


def social_metrics(post: SocialMediaPost) -> dict[str, Any]:
    """What engagement says of a run, for its metadata and as evidence. The rate is percent of the basis."""
    return {
        "platform": post.platform,
        "post": post.pk,
        "snapshot": getattr(post, "snapshot", None),
        "engagement_rate": post.engagement_rate,
        "rate_low": post.rate_low,
        "rate_high": post.rate_high,
        "basis": post.basis,
        "genuine_count": post.genuine_engagement,
        "bot_count": post.bot_count,
        "persona_count": post.persona_count,
        "genuine_ratio": post.genuine_ratio,
    }


def strategy_of(post: SocialMediaPost) -> str:
    """What a successful post did, in a sentence that carries its numbers."""
    tags = " ".join(f"#{tag.name}" for tag in post.hashtags.all()) or "no hashtags"
    hour = "" if post.local_hour is None else f" at {post.local_hour}:00"
    how = f"{post.get_media_kind_display()}{hour} with {tags}"
    if post.content and post.content.approach:
        how += f", approach “{post.content.approach}”"
    rate = f"{post.engagement_rate:.2f} % of {Basis(post.basis).label.lower()}"
    interval = f"95 % interval {post.rate_low:.2f} to {post.rate_high:.2f}"
    return f"High engagement on {post.get_platform_display()}: {rate} ({interval}). {how}."
