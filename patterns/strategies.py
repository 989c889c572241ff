"""Strategies that worked: of posts that did well whichever way one looks, and of runs that people liked.

They are observed and not tested: what such posts have in common may be chance, and the sentence says so. Of each single
run grading and ratings keep the strategy already, on its context; here they are told together, under the same names.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import fsum
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count

from acd.enums import Validation
from engagement.enums import Basis, Platform
from engagement.intervals import known, wilson
from gator.studio.models import Persona
from patterns.candidates import Candidate, mean_moment
from patterns.enums import Advice, PatternKind
from patterns.models import GenerationOutcome
from patterns.querysets import PostPerformanceQuerySet
from patterns.windows import UNKNOWN
from patterns.wording import UNITS, item

# What posts may have in common, by the column that tells it, beside hashtags.
SHARED = {
    "media_kind": PatternKind.MEDIA_KIND,
    "content__approach": PatternKind.STRATEGY,
    "local_hour": PatternKind.POSTING_HOUR,
}
READ = ("pk", "published_at", "context", "engagement_rate", "rate_low", "rate_high", "vs_average")


def high_engagement(posts: PostPerformanceQuerySet, platform: str, basis: str) -> Candidate | None:
    """What the posts of a window have in common that passed the threshold of the grade good at their lower bound, and
    beat the account's posts of the same age. None without such posts, or without a threshold.
    """
    thresholds = settings.GRADE_THRESHOLDS.get((platform, basis))
    if thresholds is None:
        return None
    best = posts.filter(basis=basis).high_performing(thresholds[0]).above_peers()
    rows = list(best.order_by("published_at", "pk").values_list(*READ))
    if not rows:
        return None
    ids, moments, contexts, *numbers = zip(*rows, strict=True)
    rate, low, high, versus = (fsum(column) / len(rows) for column in numbers)
    others = posts.filter(basis=basis).exclude(pk__in=ids).aggregate(n=Count("pk"), mean=Avg("engagement_rate"))
    return Candidate(
        kind=PatternKind.HIGH_ENGAGEMENT,
        subject=f"{platform}_high_engagement",
        platform=platform,
        basis=basis,
        advice=Advice.REPEAT,
        strategy=f"{len(ids)} of {len(ids) + others['n']} posts on {Platform(platform).label} passed {thresholds[0]:g} "
        f"{UNITS[Basis(basis)]} at the lower bound and beat the account's posts of the same age: mean {rate:.2f} % "
        f"(their 95 % intervals on average {low:.2f} to {high:.2f}), {versus:+.0f} % against those. "
        f"{_in_common(posts.filter(basis=basis), ids)}. Observed, not tested.",
        numbers={"n": len(ids), "mean": rate, "low": low, "high": high, "baseline": others["mean"]},
        posts=ids,
        contexts=tuple(sorted({context for context in contexts if context})),
        evidence_at=mean_moment(list(moments)),
    )


def _in_common(posts: PostPerformanceQuerySet, ids: Sequence[int]) -> str:
    """What most of these posts have, against all of the window."""
    rows, best = list(posts.order_by().values_list("pk", *SHARED)), set(ids)
    told = []
    for place, kind in enumerate(SHARED.values(), start=1):
        own = Counter(row[place] for row in rows if row[0] in best and row[place] not in UNKNOWN)
        if own:
            subject = max(own, key=lambda one, own=own: (own[one], str(one)))  # type: ignore[misc]
            every = sum(row[place] == subject for row in rows)
            told.append((kind, subject, own[subject], every))
    tags = posts.filter(pk__in=ids, hashtags__isnull=False).order_by().values_list("hashtags__name")
    for tag, n in tags.annotate(n=Count("pk")).order_by("-n", "-hashtags__name")[:1]:
        told.append((PatternKind.HASHTAG, tag, n, posts.filter(hashtags__name=tag).count()))
    found = [
        f"{item(kind, str(subject))} in {n} of {len(ids)} ({every} of {len(rows)} posts)"
        for kind, subject, n, every in told
    ]
    return f"Most often: {', '.join(found)}"


def well_rated(persona: Persona, now: datetime, days: int) -> Iterator[Candidate]:
    """One candidate for each kind of media and model whose runs people liked, as liked per hundred that were judged."""
    runs = GenerationOutcome.objects.for_persona(persona).since(now - timedelta(days=days)).filter(created_at__lte=now)
    judged = runs.filter(human_override=True).order_by("created_at", "pk")
    rows = list(judged.values_list("content__media_kind", "content__model", "pk", "created_at", "validation"))
    liked = [row for row in rows if row[-1] == Validation.APPROVED]
    for kind, model in sorted({row[:2] for row in liked}):
        yield _rated(kind, model, [row for row in liked if row[:2] == (kind, model)], rows, len(liked))


def _rated(kind: str, model: str, good: list[Any], rows: list[Any], all_good: int) -> Candidate:
    total = sum(row[:2] == (kind, model) for row in rows)
    others, around = len(rows) - total, known(wilson(len(good), total))
    rest = f", of the others {all_good - len(good)} of {others}" if others else ""
    return Candidate(
        kind=PatternKind.WELL_RATED,
        subject=f"{kind}_{model or 'unknown'}"[:200],
        platform="",
        basis="",
        advice=Advice.REPEAT,
        strategy=f"People liked {len(good)} of {total} judged runs of {model or 'an unknown model'} for {kind} (95 % "
        f"interval {100 * around.low:.0f} to {100 * around.high:.0f} in a hundred){rest}. Observed, not tested.",
        numbers={
            "n": len(good),
            "mean": 100 * len(good) / total,
            "low": 100 * around.low,
            "high": 100 * around.high,
            "baseline": 100 * (all_good - len(good)) / others if others else None,
        },
        contexts=tuple(row[2] for row in good),
        evidence_at=mean_moment([row[3] for row in good]),
    )
