"""From interactions and numbers to verdicts, genuine engagement and rates, for many posts at once.

The rules are pure and live in `filtering`, `estimation` and `metrics`; here their inputs are gathered in a fixed number
of queries a batch and their answers are written in sets. Assessing twice gives the same rows.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, F, When

from engagement.baselines import COMPARED, GROUP, compare
from engagement.bursts import Timeline, timeline_evidence
from engagement.calibration import Filter, filter_in_force, model_in_force, rates_of
from engagement.enums import FilterState, Verdict
from engagement.estimation import Estimate, Group, Prior, Tally, estimates
from engagement.filtering.groups import GROUP_LEAST, is_group, is_one_of_many
from engagement.filtering.model import Model
from engagement.filtering.pipeline import Assessment, assess
from engagement.filtering.scene import WRITTEN, History, Seen
from engagement.filtering.stack import at_prevalence
from engagement.history import histories, known_personas
from engagement.keys import these
from engagement.marking import keep_near_marks, seen_of
from engagement.metrics import choose_basis, rate, total_engagement
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.priors import priors
from engagement.recording import DOUBTS
from engagement.timelines import timelines_of
from engagement.values import METRIC_FIELDS
from engagement.writing import write_columns

MEASURED = (
    "filter_state",
    "judged_by",
    "observed_count",
    "genuine_count",
    "bot_count",
    "persona_count",
    "unsure_count",
    "grouped_count",
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
ASSESSED = (*MEASURED, *COMPARED)
# What is read of a post: what its numbers are made from, and what it is compared by.
READ = (*METRIC_FIELDS, *DOUBTS, *ASSESSED, *GROUP, "published_at", "last_synced_at")

ACCUSED = (Verdict.BOT, Verdict.UNSURE)

# What people and bots are like is learned from comments of which nearly half are bots'. Under ordinary posts they are
# fewer: of the followers of Swiss influencers, labelled by hand, one in ten was a fake (SRF Data 2017).
USUAL_BOTS = 0.1


@dataclass
class Counted:
    """The interactions of a post: how many of each kind and final verdict, and those without a clear one.

    `unsure` holds by kind how many these are and the sum of their probabilities to be a bot. `company` are those among
    bots and unsure who are one of many, and `visits` when these commented.
    """

    clear: Counter[tuple[str, str]] = field(default_factory=Counter)
    unsure: dict[str, tuple[int, float]] = field(default_factory=dict)
    company: dict[str, Group] = field(default_factory=dict)
    visits: list[datetime] = field(default_factory=list)

    def doubt(self, kind: str, number: int, chance: float) -> None:
        """Add so many that are bots with this probability."""
        before, likely = self.unsure.get(kind, (0, 0.0))
        self.unsure[kind] = (before + number, likely + number * chance)

    def join(self, kind: str, chance: float | None, at: datetime | None) -> None:
        """Add one to the group: called a bot, or one who is with this probability."""
        called, unsure, likely = self.company.get(kind, Group())
        doubted = chance is not None
        self.company[kind] = Group(called + (not doubted), unsure + doubted, likely + (chance or 0.0))
        if kind in WRITTEN and at is not None:
            self.visits.append(at)

    @property
    def grouped(self) -> dict[str, Group]:
        """Those who came as a group, by kind; none where they are too few."""
        if not self.company:
            return {}
        wrote = [one for kind, one in self.company.items() if kind in WRITTEN]
        found = is_group(sum(one.called for one in wrote), sum(one.unsure for one in wrote))
        return self.company if found else {}

    def of(self, verdict: Verdict) -> int:
        """How many have this verdict clearly."""
        return sum(n for (_, one), n in self.clear.items() if one == verdict)


def assess_posts(
    posts: Iterable[SocialMediaPost], *, now: datetime, only_new: bool = False, by: Filter | None = None
) -> int:
    """Filter, estimate and measure posts, oldest first; the number of posts. One transaction for each batch.

    What is stored of a post is assessed, not what the object given holds; the object gets the answers. With `only_new`
    the interactions of a post are judged only where one has no verdict yet, or one of another model.
    Without `by` the filter in force judges.
    """
    given = {post.pk: post for post in posts}.values()
    ordered = oldest_first(given)
    for start in range(0, len(ordered), settings.ASSESS_BATCH):
        _assess_batch(ordered[start : start + settings.ASSESS_BATCH], now, only_new=only_new, by=by)
    return len(ordered)


@transaction.atomic
def _assess_batch(given: Sequence[SocialMediaPost], now: datetime, *, only_new: bool, by: Filter | None) -> None:
    posts = _locked(given)
    assess_on(posts, now, only_new=only_new, by=by)
    write_columns(posts.values(), ASSESSED)
    for post in given:
        _hand_back(post, posts.get(post.pk, post))


def assess_on(posts: dict[int, SocialMediaPost], now: datetime, *, only_new: bool, by: Filter | None = None) -> None:
    """Judge the interactions of locked posts, oldest post first, and put the answers on the posts.

    The posts, by key, hold at least what READ names, and the followers of their accounts (`with_accounts`). The caller
    writes them: what is ASSESSED.
    """
    model = by.model if by else model_in_force()
    _judge(_with_news(posts, model) if only_new else list(posts.values()), by)
    _measure_on(posts, now, model)


def measure_posts(posts: Iterable[SocialMediaPost], *, now: datetime) -> None:
    """Estimate and measure posts anew by the verdicts that stand: nothing is judged. One transaction for each batch."""
    ordered = oldest_first({post.pk: post for post in posts}.values())
    for start in range(0, len(ordered), settings.ASSESS_BATCH):
        with transaction.atomic():
            stored = _locked(ordered[start : start + settings.ASSESS_BATCH])
            _measure_on(stored, now, model_in_force())
            write_columns(stored.values(), ASSESSED)


def _measure_on(posts: dict[int, SocialMediaPost], now: datetime, model: Model) -> None:
    seen = _counted(posts, model)
    for post in posts.values():
        _count(post, seen[post.pk])
    believed = priors(posts.values())
    timelines = _timelines(posts, seen)
    tallies = [_tally(post, seen[pk], believed[pk], timelines[pk]) for pk, post in posts.items()]
    found = estimates(tallies, rates=rates_of(model))
    for post, tally, estimate in zip(posts.values(), tallies, found, strict=True):
        _measure(post, tally.counts, estimate, now)
    compare(posts.values())


def _with_news(posts: dict[int, SocialMediaPost], model: Model) -> list[SocialMediaPost]:
    """The posts with an interaction that this model has not judged."""
    rows = Interaction.objects.not_judged_by(model.version).filter(post__in=these(posts)).order_by()
    waiting = set(rows.values_list("post", flat=True).distinct())
    return [post for post in posts.values() if post.pk in waiting]


def _counted(posts: dict[int, SocialMediaPost], model: Model) -> dict[int, Counted]:
    """What was seen under every post."""
    seen: dict[int, Counted] = defaultdict(Counted)
    wrote = Counter[int]()
    for post, kind, verdict, chance, n in _numbers(posts):
        wrote[post] += n if verdict in ACCUSED and kind in WRITTEN else 0
        if verdict == Verdict.UNSURE:
            seen[post].doubt(kind, n, at_prevalence(chance, model.prevalence, USUAL_BOTS))
        else:
            seen[post].clear[kind, verdict] = n
    for post, kind, verdict, score, reasons, at in _accused([post for post, n in wrote.items() if n >= GROUP_LEAST]):
        if is_one_of_many(reasons):
            unsure = verdict == Verdict.UNSURE
            seen[post].join(kind, at_prevalence(score, model.prevalence, USUAL_BOTS) if unsure else None, at)
    return seen


def _numbers(posts: Collection[int]) -> Iterable[Any]:
    """Post, kind, verdict and number of the interactions; apart for each probability of whom the filter is not sure."""
    rows = Interaction.objects.visible().filter(post__in=these(posts))
    doubted = rows.annotate(chance=Case(When(final_verdict=Verdict.UNSURE, then=F("score"))))
    names = ("post", "kind", "final_verdict", "chance")
    # In order, since sums of floats depend on it in their last digit.
    return doubted.order_by(*names).values_list(*names).annotate(n=Count("pk"))


def _accused(posts: Collection[int]) -> Iterable[Any]:
    """Kind, verdict, score, reasons and time of whom the filter has something against; no query without posts.

    Reasons are dear to read, so only posts are asked about under which enough of these wrote to be a group.
    """
    if not posts:
        return ()
    rows = Interaction.objects.visible().filter(post__in=posts, final_verdict__in=ACCUSED).order_by("pk")
    return rows.values_list("post", "kind", "final_verdict", "score", "reasons", "occurred_at")


def _timelines(posts: dict[int, SocialMediaPost], seen: dict[int, Counted]) -> dict[int, Timeline]:
    """What timelines tell of likes: looked at anew where a group came. One query, where one did."""
    found = {pk: Timeline(post.suspect_likes, post.purged_likes) for pk, post in posts.items()}
    visited = [post for pk, post in posts.items() if seen[pk].grouped]
    if visited:
        moments = timelines_of(visited)
        found |= {post.pk: timeline_evidence(moments[post.pk], seen[post.pk].visits) for post in visited}
    return found


def _locked(given: Sequence[SocialMediaPost]) -> dict[int, SocialMediaPost]:
    # Two assessments of one post take turns: the second sees the interactions and overrides the first did not.
    rows = SocialMediaPost.objects.select_for_update().only(*READ).order_by("pk")
    stored = {post.pk: post for post in rows.filter(pk__in=these([post.pk for post in given]))}
    with_accounts(stored.values())
    return {post.pk: stored[post.pk] for post in given if post.pk in stored}


def with_accounts(posts: Collection[SocialMediaPost]) -> None:
    """Give posts the followers of their accounts.

    Apart from the posts, since an account's sealed tokens would be opened again for every post of it.
    """
    accounts = SocialAccount.objects.only("followers").in_bulk({post.account_id for post in posts} - {None})
    for post in posts:
        post.account = accounts.get(post.account_id or 0)


def oldest_first(posts: Iterable[SocialMediaPost]) -> list[SocialMediaPost]:
    """Posts in the order in which they are judged, so that each learns from those before it."""
    return sorted(posts, key=lambda post: (post.published_at is None, post.published_at, post.pk))


def _hand_back(given: SocialMediaPost, stored: SocialMediaPost) -> None:
    for name in ASSESSED:
        setattr(given, name, getattr(stored, name))


def _judge(posts: Sequence[SocialMediaPost], by: Filter | None) -> None:
    """Give every interaction of these posts its verdict, oldest post first, and write those that changed."""
    if not posts:
        return
    by = by or filter_in_force()
    by_post: dict[int, list[Interaction]] = defaultdict(list)
    for row in Interaction.objects.visible().filter(post__in=[post.pk for post in posts]).order_by("pk"):
        by_post[row.post_id].append(row)
    seen = {row.pk: seen_of(row) for rows in by_post.values() for row in rows}
    kept = keep_near_marks([(row, seen[row.pk]) for rows in by_post.values() for row in rows], by.model.version)
    registry = known_personas()
    changed = [
        row
        for post, past in histories(posts, by_post, kept)
        for row, verdict in _verdicts([(row, seen[row.pk]) for row in by_post[post.pk]], registry, past, by)
        if _apply(row, verdict, by.model.version)
    ]
    write_columns(changed, ("verdict", "score", "reasons", "model_version"))
    for post in posts:
        post.judged_by = by.mark


def _verdicts(
    pairs: Sequence[tuple[Interaction, Seen]], registry: frozenset[str], past: History, by: Filter
) -> Iterable[tuple[Interaction, Assessment]]:
    scene = [seen for _, seen in pairs]
    verdicts = assess(scene, known_personas=registry, history=past, cut_offs=by.cut_offs, model=by.model)
    # A purged text tells of the others by its fingerprint, but can no longer be judged: its own verdict stands.
    return [(row, verdicts[row.pk]) for row, _ in pairs if row.text or not row.text_purged_at or not row.verdict]


def _apply(row: Interaction, verdict: Assessment, version: str) -> bool:
    """Put a verdict on a row; whether that changed anything."""
    after = (verdict.verdict.value, verdict.score, [one._asdict() for one in verdict.reasons], version)
    if (row.verdict, row.score, row.reasons, row.model_version) == after:
        return False
    row.verdict, row.score, row.reasons, row.model_version = after
    return True


def _count(post: SocialMediaPost, seen: Counted) -> None:
    """Partition what was observed; whom the filter is not sure of count by their probability, to the next whole."""
    unsure = sum(n for n, _ in seen.unsure.values())
    likely = math.floor(math.fsum(bots for _, bots in seen.unsure.values()) + 0.5)
    post.unsure_count = unsure
    post.genuine_count = seen.of(Verdict.GENUINE) + unsure - likely
    post.bot_count = seen.of(Verdict.BOT) + likely
    post.persona_count = seen.of(Verdict.PERSONA)
    post.observed_count = post.genuine_count + post.bot_count + post.persona_count
    post.grouped_count = sum(math.floor(one.called + one.likely) for one in seen.grouped.values())
    post.filter_state = FilterState.FILTERED if post.observed_count else FilterState.UNOBSERVED


def _tally(post: SocialMediaPost, seen: Counted, prior: Prior, timeline: Timeline) -> Tally:
    return Tally(
        observed=seen.clear,
        unsure=seen.unsure,
        grouped=seen.grouped,
        counts=post.counts(),
        prior=prior,
        suspect=timeline.suspect,
        purged=timeline.purged,
        beside=timeline.beside,
    )


def _measure(
    post: SocialMediaPost, counts: Mapping[str, int | float | None], found: Estimate | None, now: datetime
) -> None:
    post.measured_at = now
    post.total_engagement = total_engagement(counts)
    basis, size = choose_basis(counts, post.account.followers if post.account else None)
    post.basis = basis if found else ""
    post.genuine_engagement, post.genuine_low, post.genuine_high = (
        (found.genuine, found.low, found.high) if found else (None, None, None)
    )
    post.engagement_rate = rate(post.genuine_engagement, size)
    post.rate_low, post.rate_high = rate(post.genuine_low, size), rate(post.genuine_high, size)
    post.raw_rate = rate(post.total_engagement, size)
