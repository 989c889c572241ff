"""From interactions and numbers to verdicts, genuine engagement and rates, for many posts at once.

The rules are pure and live in `filtering`, `estimation` and `metrics`; here their inputs are gathered in a fixed number
of queries a batch and their answers are written in sets. Assessing twice gives the same rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from engagement.baselines import COMPARED, GROUP, compare
from engagement.enums import FilterState, Verdict
from engagement.estimation import Estimate, estimate
from engagement.filtering.pipeline import DEFAULT, MODEL_VERSION, Assessment, assess
from engagement.filtering.scene import History, Seen
from engagement.history import histories, known_personas, priors
from engagement.metrics import choose_basis, rate, total_engagement
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.recording import write_posts
from engagement.values import METRIC_FIELDS
from engagement.writing import write_columns

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
# What is read of a post: what its numbers are made from, and what it is compared by.
READ = (*METRIC_FIELDS, *MEASURED, *COMPARED, *GROUP, "published_at", "last_synced_at")
COUNT_OF = {Verdict.GENUINE: "genuine_count", Verdict.BOT: "bot_count", Verdict.PERSONA: "persona_count"}


def assess_posts(posts: Iterable[SocialMediaPost], *, now: datetime, only_new: bool = False) -> int:
    """Filter, estimate and measure posts, oldest first; the number of posts. One transaction for each batch.

    What is stored of a post is assessed, not what the object given holds; the object gets the answers. With `only_new`
    the interactions of a post are judged only where one has no verdict yet, or one of an older filter.
    """
    given = {post.pk: post for post in posts}.values()
    ordered = sorted(given, key=lambda post: (post.published_at is None, post.published_at, post.pk))
    for start in range(0, len(ordered), BATCH):
        _assess_batch(ordered[start : start + BATCH], now, only_new=only_new)
    return len(ordered)


@transaction.atomic
def _assess_batch(given: Sequence[SocialMediaPost], now: datetime, *, only_new: bool) -> None:
    posts = _locked(given)
    _judge(_with_news(posts) if only_new else list(posts.values()))
    seen = _counted(posts)
    for post in posts.values():
        _count(post, seen[post.pk])
    believed = priors(posts.values())
    for post in posts.values():
        _measure(post, estimate(seen[post.pk], post.counts(), prior=believed[post.pk]), now)
    compare(posts.values())
    write_posts(posts.values(), (*MEASURED, *COMPARED))
    for post in given:
        _hand_back(post, posts.get(post.pk, post))


def _with_news(posts: dict[int, SocialMediaPost]) -> list[SocialMediaPost]:
    """The posts with an interaction that this filter has not judged."""
    rows = Interaction.objects.visible().filter(post__in=posts.keys()).exclude(model_version=MODEL_VERSION).order_by()
    waiting = set(rows.values_list("post", flat=True).distinct())
    return [post for post in posts.values() if post.pk in waiting]


def _counted(posts: dict[int, SocialMediaPost]) -> dict[int, Counter[tuple[str, str]]]:
    """How many interactions of each kind and final verdict every post has."""
    seen: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    rows = Interaction.objects.visible().filter(post__in=posts.keys()).order_by()
    counts = rows.values_list("post", "kind", "final_verdict")
    for post, kind, verdict, n in counts.annotate(n=Count("pk")):
        seen[post][kind, verdict] = n
    return seen


def _locked(given: Sequence[SocialMediaPost]) -> dict[int, SocialMediaPost]:
    # Two assessments of one post take turns: the second sees the interactions and overrides the first did not.
    rows = SocialMediaPost.objects.select_for_update().only(*READ).order_by("pk")
    stored = {post.pk: post for post in rows.filter(pk__in=[post.pk for post in given])}
    # Apart from the posts, since an account's sealed tokens would be opened again for every post of it.
    wanted = {post.account_id for post in stored.values()} - {None}
    accounts = SocialAccount.objects.only("followers").in_bulk(wanted)
    for post in stored.values():
        post.account = accounts.get(post.account_id or 0)
    return {post.pk: stored[post.pk] for post in given if post.pk in stored}


def _hand_back(given: SocialMediaPost, stored: SocialMediaPost) -> None:
    for name in (*MEASURED, *COMPARED):
        setattr(given, name, getattr(stored, name))


def _judge(posts: Sequence[SocialMediaPost]) -> None:
    """Give every interaction of these posts its verdict, oldest post first, and write those that changed."""
    if not posts:
        return
    by_post: dict[int, list[Interaction]] = defaultdict(list)
    for row in Interaction.objects.visible().filter(post__in=[post.pk for post in posts]).order_by("pk"):
        by_post[row.post_id].append(row)
    registry = known_personas()
    changed = [
        row
        for post, past in histories(posts, by_post)
        for row, verdict in _verdicts(by_post[post.pk], registry, past)
        if _apply(row, verdict)
    ]
    write_columns(changed, ("verdict", "score", "reasons", "model_version"))


def _verdicts(
    rows: Sequence[Interaction], registry: frozenset[str], past: History
) -> Iterable[tuple[Interaction, Assessment]]:
    scene = [Seen(r.pk, r.kind, r.author_key, r.text, r.occurred_at, r.fingerprint) for r in rows]
    bounds = DEFAULT.cut_offs(settings.MAX_WRONGLY_ACCUSED)
    verdicts = assess(scene, known_personas=registry, history=past, cut_offs=bounds)
    # A purged text tells of the others by its fingerprint, but can no longer be judged: its own verdict stands.
    return [(row, verdicts[row.pk]) for row in rows if row.text or not row.text_purged_at or not row.verdict]


def _apply(row: Interaction, verdict: Assessment) -> bool:
    """Put a verdict on a row; whether that changed anything."""
    decided = Verdict.GENUINE if verdict.verdict == Verdict.UNSURE else verdict.verdict
    after = (decided.value, verdict.score, [asdict(e) for e in verdict.reasons], MODEL_VERSION)
    if (row.verdict, row.score, row.reasons, row.model_version) == after:
        return False
    row.verdict, row.score, row.reasons, row.model_version = after
    return True


def _count(post: SocialMediaPost, seen: Counter[tuple[str, str]]) -> None:
    for verdict, name in COUNT_OF.items():
        setattr(post, name, sum(n for (_, one), n in seen.items() if one == verdict))
    post.observed_count = post.genuine_count + post.bot_count + post.persona_count
    post.filter_state = FilterState.FILTERED if post.observed_count else FilterState.UNOBSERVED


def _measure(post: SocialMediaPost, found: Estimate | None, now: datetime) -> None:
    post.measured_at = now
    post.total_engagement = total_engagement(post.counts())
    basis, size = choose_basis(post.counts(), post.account.followers if post.account else None)
    post.basis = basis if found else ""
    post.genuine_engagement, post.genuine_low, post.genuine_high = (
        (found.genuine, found.low, found.high) if found else (None, None, None)
    )
    post.engagement_rate = rate(post.genuine_engagement, size)
    post.rate_low, post.rate_high = rate(post.genuine_low, size), rate(post.genuine_high, size)
    post.raw_rate = rate(post.total_engagement, size)
