"""From interactions and numbers to verdicts, genuine engagement and rates, for many posts at once.

The rules are pure and live in `filtering`, `estimation` and `metrics`; here their inputs are gathered in a fixed number of queries
a batch and their answers are written in sets. Assessing twice gives the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction

from engagement.baselines import compare
from engagement.enums import FilterState, Verdict
from engagement.estimation import Estimate, Prior, estimate
from engagement.filtering.pipeline import MODEL_VERSION, Assessment, assess
from engagement.filtering.scene import History, Seen
from engagement.history import histories, known_personas, priors
from engagement.metrics import choose_basis, rate, total_engagement
from engagement.models import Interaction, SocialMediaPost
from engagement.recording import write_posts

BATCH = 500
MEASURED = (
    "filter_state",
    "observed_count",
    "genuine_count",
    "bot_count",
    "persona_count",
    "total_engagement",
    "genuine_engagement",
    "genuine_low",
    "genuine_high",
    "basis",
    "engagement_rate",
    "rate_low",
    "rate_high",
    "raw_rate",
    "measured_at",
)
COUNT_OF = {Verdict.GENUINE: "genuine_count", Verdict.BOT: "bot_count", Verdict.PERSONA: "persona_count"}


def assess_posts(posts: Iterable[SocialMediaPost], *, now: datetime) -> int:
    """Filter, estimate and measure posts, oldest first; the number of posts. One transaction for each batch."""
    ordered = sorted(posts, key=lambda post: (post.published_at is None, post.published_at, post.pk))
    for start in range(0, len(ordered), BATCH):
        _assess_batch(ordered[start : start + BATCH], now)
    return len(ordered)


@transaction.atomic
def _assess_batch(posts: Sequence[SocialMediaPost], now: datetime) -> None:
    by_post: dict[int, list[Interaction]] = defaultdict(list)
    for row in Interaction.objects.filter(post__in=[post.pk for post in posts]).order_by("pk"):
        by_post[row.post_id].append(row)
    believed = priors(posts)
    _judge(posts, by_post)
    for post in posts:
        _measure(post, by_post[post.pk], believed[post.pk], now)
    write_posts(posts, MEASURED)
    compare(posts)


def _judge(posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]]) -> None:
    """Give every interaction of these posts its verdict, and write those that changed."""
    registry, past = known_personas(), histories(posts, by_post)
    changed = [
        row
        for post in posts
        for row, verdict in _verdicts(by_post[post.pk], registry, past[post.pk])
        if _apply(row, verdict)
    ]
    Interaction.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["verdict", "score", "reasons", "model_version"],
    )


def _verdicts(
    rows: Sequence[Interaction], registry: frozenset[str], past: History
) -> Iterable[tuple[Interaction, Assessment]]:
    # A purged text can no longer be judged: its verdict and reasons stand as they were.
    readable = [row for row in rows if row.text or not row.text_purged_at or not row.verdict]
    scene = [Seen(row.pk, row.kind, row.author_key, row.text, row.occurred_at) for row in readable]
    verdicts = assess(scene, known_personas=registry, history=past, threshold=settings.BOT_THRESHOLD)
    return [(row, verdicts[row.pk]) for row in readable]


def _apply(row: Interaction, verdict: Assessment) -> bool:
    """Put a verdict on a row; whether that changed anything."""
    after = (verdict.verdict.value, verdict.score, [asdict(e) for e in verdict.reasons], MODEL_VERSION)
    if (row.verdict, row.score, row.reasons, row.model_version) == after:
        return False
    row.verdict, row.score, row.reasons, row.model_version = after
    return True


def _measure(post: SocialMediaPost, rows: Sequence[Interaction], believed: Prior, now: datetime) -> None:
    seen = Counter((row.kind, row.override or row.verdict) for row in rows)
    for verdict, name in COUNT_OF.items():
        setattr(post, name, sum(n for (_, one), n in seen.items() if one == verdict))
    post.observed_count = post.genuine_count + post.bot_count + post.persona_count
    post.filter_state = FilterState.FILTERED if post.observed_count else FilterState.UNOBSERVED
    post.measured_at = now
    counts = post.counts()
    post.total_engagement = total_engagement(counts)
    _estimate(post, estimate(seen, counts, prior=believed))


def _estimate(post: SocialMediaPost, found: Estimate | None) -> None:
    followers = post.account.followers if post.account else None
    basis, size = choose_basis(post.counts(), followers)
    post.basis = basis if found else ""
    post.genuine_engagement, post.genuine_low, post.genuine_high = (
        (found.genuine, found.low, found.high) if found else (None, None, None)
    )
    post.engagement_rate = rate(post.genuine_engagement, size)
    post.rate_low, post.rate_high = rate(post.genuine_low, size), rate(post.genuine_high, size)
    post.raw_rate = rate(post.total_engagement, size)
