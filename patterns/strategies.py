"""Strategies that worked: of posts that did well whichever way one looks, and of runs that people liked.

They are observed and not tested: what such posts have in common may be chance, and the sentence says so. Of each single
run grading and ratings keep the strategy already, on its context; here they are told together, under the same names.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import fsum
from statistics import median
from typing import Any

from django.conf import settings

from acd.enums import Validation
from engagement.enums import Basis, Platform
from engagement.intervals import known, wilson
from gator.studio.models import Persona
from patterns.candidates import Candidate, mean_moment
from patterns.enums import Advice, PatternKind
from patterns.models import GenerationOutcome
from patterns.windows import Post, Rows
from patterns.wording import UNITS, item

# What most of the best posts have is told of these kinds.
SHARED = (PatternKind.MEDIA_KIND, PatternKind.STRATEGY, PatternKind.POSTING_HOUR, PatternKind.HASHTAG)


def high_engagement(rows: Rows, platform: str, basis: str) -> list[Candidate]:
    """What the posts of a window have in common that passed the threshold of the grade good at their lower bound, and
    beat the account's posts of the same age. Nothing without such posts, or without a threshold.
    """
    good, _ = settings.GRADE_THRESHOLDS.get((platform, basis), (None, None))
    best = [row for row in rows.posts if good is not None and (row.rate_low or 0) > good and (row.vs_average or 0) > 0]
    if not best:
        return []
    numbers = _numbers(rows, best)
    return [
        Candidate(
            kind=PatternKind.HIGH_ENGAGEMENT,
            subject=f"{platform}_high_engagement",
            platform=platform,
            basis=basis,
            advice=Advice.REPEAT,
            strategy=f"{len(best)} of {len(rows.posts)} posts on {Platform(platform).label} passed {good:g} "
            f"{UNITS[Basis(basis)]} at the lower bound and {_beat(best, numbers)}. {_in_common(rows, best)}. "
            "Observed, not tested.",
            numbers=numbers,
            posts=tuple(row.pk for row in best),
            contexts=tuple(sorted({row.context for row in best if row.context})),
            evidence_at=mean_moment([row.published_at for row in best]),
        )
    ]


def _numbers(rows: Rows, best: Sequence[Post]) -> dict[str, Any]:
    """The mean rate of the best posts and of the bounds of their intervals, and the mean rate of the others."""
    chosen = set(best)
    others = [row.value for row in rows.posts if row not in chosen]
    columns = zip(*((row.value, row.rate_low, row.rate_high) for row in best), strict=True)
    means = zip(("mean", "low", "high"), (fsum(column) / len(best) for column in columns), strict=True)
    return {"n": len(best), **dict(means), "baseline": fsum(others) / len(others) if others else None}


def _beat(best: Sequence[Post], numbers: Mapping[str, Any]) -> str:
    # One post that went viral would make all of them look so.
    versus = median(row.vs_average or 0.0 for row in best)
    return (
        f"beat the account's posts of the same age: mean {numbers['mean']:.2f} % (their 95 % intervals on average "
        f"{numbers['low']:.2f} to {numbers['high']:.2f}), {versus:+.0f} % against those (median)"
    )


def _in_common(rows: Rows, best: Sequence[Post]) -> str:
    """What more than half of these posts have, against all of the window."""
    told = [_commonest(rows, best, kind) for kind in SHARED]
    found = [
        f"{item(kind, subject)} in {n} of {len(best)} ({every} of {len(rows.posts)} posts)"
        for kind, subject, n, every in told
        if 2 * n > len(best)
    ]
    return f"Most of them have {', '.join(found)}" if found else "There is nothing that most of them have"


def _commonest(rows: Rows, best: Sequence[Post], kind: PatternKind) -> tuple[PatternKind, str, int, int]:
    """The commonest item of a kind among the best, how many of these and how many of all have it."""
    chosen, held = {row.pk for row in best}, [subject for of, subject in rows.places if of == kind]
    having = {subject: [row.pk for row in rows.having((kind, subject))] for subject in held}
    own = {subject: len(chosen.intersection(posts)) for subject, posts in having.items()}
    subject = max(own, key=lambda one: (own[one], one), default="")
    return kind, subject, own.get(subject, 0), len(having.get(subject, ()))


def well_rated(persona: Persona, now: datetime, days: int) -> Iterator[Candidate]:
    """One candidate for each kind of media and model whose runs people liked, as liked per hundred that were judged.

    None of those that people liked less often than the others: there is nothing to repeat about them.
    """
    runs = GenerationOutcome.objects.created_in(now - timedelta(days=days), now, persona)
    judged = runs.filter(human_override=True).order_by("created_at", "pk")
    rows = list(judged.values_list("content__media_kind", "content__model", "pk", "created_at", "validation"))
    liked = [row for row in rows if row[-1] == Validation.APPROVED]
    for kind, model in sorted({row[:2] for row in liked}):
        good = [row for row in liked if row[:2] == (kind, model)]
        total = sum(row[:2] == (kind, model) for row in rows)
        others = (len(liked) - len(good), len(rows) - total)
        if len(good) * others[1] >= others[0] * total:
            yield _rated(kind, model, good, total, others)


def _rated(kind: str, model: str, good: list[Any], total: int, others: tuple[int, int]) -> Candidate:
    """The runs of a kind and model that were liked, of how many; and how many of how many others."""
    around = known(wilson(len(good), total))
    rest = f", of the others {others[0]} of {others[1]}" if others[1] else ""
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
            "baseline": 100 * others[0] / others[1] if others[1] else None,
        },
        contexts=tuple(row[2] for row in good),
        evidence_at=mean_moment([row[3] for row in good]),
    )
