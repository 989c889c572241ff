"""The questions that people and programs ask of what was learned: the one door for API, admin, commands and guidance.

Every answer is a frozen value with n, interval and the ids of its evidence. Rates are percent of the named basis.
"""

import math
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, Sum

from engagement.enums import Basis
from engagement.intervals import known, wilson
from engagement.models import SocialMediaPost
from gator.studio.models import Persona
from patterns.alarms import alarms
from patterns.answers import (
    Alarm,
    FailingGroup,
    FailurePattern,
    Finding,
    PostAnalysis,
    Recurrence,
    SuccessfulPost,
    Summary,
)
from patterns.effects import Effect, effects, evidence, sample
from patterns.enums import Advice, PatternKind
from patterns.failure_questions import failing_groups, failure_kinds
from patterns.models import GenerationOutcome, Pattern, PostPerformance
from patterns.querysets import GenerationOutcomeQuerySet
from patterns.recurrences import recurrences
from patterns.stats import Sample, interval, welch
from patterns.wording import UNITS, item, numbers

EXAMPLES = 5
# The smallest gain worth finding, as a share of the usual value, and the usual 5 % error and 80 % power.
WORTH_FINDING = 0.25
POWER_FACTOR = 2 * (1.96 + 0.84) ** 2


class PatternAnalyzer:
    """Answers about one persona on one platform, over the `days` before `now`; every question has its default."""

    def __init__(self, persona: Persona, platform: str, *, now: datetime, days: int | None = None) -> None:
        self.persona, self.platform, self.now, self.days = persona, platform, now, days

    def posts(self, default_days: int) -> Any:
        """The posts of the window that may teach something."""
        start = self.now - timedelta(days=self.days or default_days)
        return PostPerformance.objects.for_persona(self.persona).on(self.platform).in_window(start, self.now)

    def successful_patterns(self, min_engagement_rate: float = 5.0) -> list[SuccessfulPost]:
        """Posts above `min_engagement_rate` percent even at the lower bound, best first, with how they were made."""
        # Rates of another basis are not ranked beside these.
        posts = self.posts(30)
        posts = posts.filter(basis=posts.main_basis()).high_performing(min_engagement_rate)
        posts = posts.select_related("context", "content").prefetch_related("hashtags")
        return [_successful(post) for post in posts[: EXAMPLES * 4]]

    def _runs(self) -> GenerationOutcomeQuerySet:
        """Runs of all platforms: a run often ends before its platform matters."""
        return GenerationOutcome.objects.for_persona(self.persona)

    def _recent_runs(self) -> GenerationOutcomeQuerySet:
        return self._runs().in_window(self.now - timedelta(days=self.days or 30), self.now)

    def common_failure_patterns(self) -> list[FailurePattern]:
        """Kinds of failure and how often they occur; runs that failed and runs that people rejected. All platforms."""
        return failure_kinds(self._recent_runs())

    def failing_groups(self, kind: str) -> list[FailingGroup]:
        """Phases, models, providers, approaches or prompts (a `FailureGroup`) that fail more; every tested one."""
        return failing_groups(self._recent_runs(), kind)

    def recurring_failures(self) -> list[Recurrence]:
        """Failures that had stopped, since staff marked them as fixed or by themselves, and came back."""
        return recurrences(self._runs(), now=self.now, days=self.days or 90)

    def alarms(self) -> list[Alarm]:
        """Every check of whether the loop feeds on itself, alarms first: the window against the one before."""
        posts = PostPerformance.objects.for_persona(self.persona).on(self.platform)
        patterns = Pattern.objects.for_persona(self.persona).on(self.platform)
        return alarms(posts, patterns, now=self.now, days=self.days or 30)

    def optimal_posting_times(self) -> list[Finding]:
        """Hours of the persona's own zone, in order of the effect's lower bound."""
        return self._findings(PatternKind.POSTING_HOUR)

    def optimal_weekdays(self) -> list[Finding]:
        """Weekdays of the persona's own zone (0 is Monday), in order of the effect's lower bound."""
        return self._findings(PatternKind.POSTING_WEEKDAY)

    def effective_hashtags(self, min_posts: int = 5) -> list[Finding]:
        """Hashtags used on at least `min_posts` posts, in order of the effect's lower bound."""
        return [finding for finding in self._findings(PatternKind.HASHTAG) if finding.n >= min_posts]

    @cached_property
    def _basis(self) -> str:
        return str(self.posts(90).main_basis())

    @cached_property
    def _effects(self) -> list[Effect]:
        return effects(self.posts(90).with_value(self._basis), self._basis) if self._basis else []

    def _findings(self, kind: PatternKind) -> list[Finding]:
        return [self._finding(effect) for effect in self._effects if effect.kind == kind]

    def _finding(self, effect: Effect) -> Finding:
        # Evidence is looked up for claims alone: one query each, and few of them.
        posts = tuple(evidence(self.posts(90).with_value(self._basis), effect)) if effect.claimed else ()
        return Finding(
            subject=effect.subject,
            n=effect.n,
            mean=effect.mean,
            low=effect.low,
            high=effect.high,
            effect=effect.effect,
            effect_low=effect.effect_low,
            effect_high=effect.effect_high,
            q=effect.q,
            signal=effect.signal,
            basis=self._basis,
            posts=posts,
        )

    def performance_summary(self) -> Summary:
        """Totals, mean rate, trend (second half of the window against the first), best and worst, bots and personas."""
        posts = self.posts(30)
        basis = posts.main_basis()
        rated = posts.with_value(basis)
        totals = posts.aggregate(
            n=Count("pk"), total=Sum("total_engagement"),
            genuine=Sum("genuine_engagement"), low=Sum("genuine_low"), high=Sum("genuine_high"),
            observed=Sum("observed_count"), bots=Sum("bot_count"), personas=Sum("persona_count"),
        )  # fmt: skip
        return Summary(
            posts=self._published(),
            measured=totals["n"],
            total_engagement=totals["total"],
            genuine_engagement=totals["genuine"],
            # The widest case: what cannot be seen may err in one direction on every post.
            genuine_low=totals["low"],
            genuine_high=totals["high"],
            basis=basis,
            best=tuple(rated.order_by("-value", "pk").values_list("pk", flat=True)[:EXAMPLES]),
            worst=tuple(rated.order_by("value", "pk").values_list("pk", flat=True)[:EXAMPLES]),
            **_mean_rate(rated, basis),
            **self._trend(rated, basis),
            **_shares(totals),
        )

    def _published(self) -> int:
        posts = SocialMediaPost.objects.filter(persona=self.persona, platform=self.platform)
        return posts.between(self.now - timedelta(days=self.days or 30), self.now).count()

    def _trend(self, rated: Any, basis: str) -> dict[str, Any]:
        middle = self.now - timedelta(days=self.days or 30) / 2
        late, early = (
            sample(half) for half in (rated.filter(published_at__gt=middle), rated.filter(published_at__lte=middle))
        )
        change = welch(late, early) if basis and min(late.n, early.n) >= settings.PATTERN_MIN_POSTS else None
        if change is None:
            return dict.fromkeys(("trend", "trend_low", "trend_high"))
        return {"trend": change.effect, "trend_low": change.low, "trend_high": change.high}

    def suggest_content_improvements(self) -> list[str]:
        """Sentences that carry their numbers; where nothing is certain, how many more posts it would take."""
        advised = [effect for effect in self._effects if effect.advice]
        verbs = {Advice.REPEAT: "Do more of", Advice.AVOID: "Avoid"}
        said = [f"{verbs[e.advice]} {item(e.kind, e.subject)}: {numbers(e, self._basis)}." for e in advised if e.advice]
        return said or [self._not_enough()]

    def _not_enough(self) -> str:
        all_posts = sample(self.posts(90).with_value(self._basis)) if self._basis else Sample()
        missing = more_posts(all_posts, self._basis)
        if missing is None:
            return f"Not enough data: about {_to_begin(all_posts.n)} more posts to begin ({all_posts.n} so far)."
        if missing == 0:
            return (
                f"Nothing stands out among {all_posts.n} measured posts, which are enough to show a difference of 25 %."
            )
        return f"Not enough data: about {missing} more posts would show a difference of 25 % ({all_posts.n} so far)."

    def analyze_post_performance(self, post: SocialMediaPost) -> PostAnalysis:
        """What is known of one post, what stands out and what to do with that."""
        shown = _items_of(post)
        patterns = [pattern for pattern in self._active_patterns() if (pattern.kind, pattern.subject) in shown]
        return PostAnalysis(
            post=post.pk,
            total_engagement=post.total_engagement,
            genuine_engagement=post.genuine_engagement,
            genuine_low=post.genuine_low,
            genuine_high=post.genuine_high,
            rate=post.engagement_rate,
            rate_low=post.rate_low,
            rate_high=post.rate_high,
            basis=post.basis,
            provisional=post.is_provisional,
            vs_average=post.vs_average,
            average_n=post.average_n,
            stands_out=tuple(_stands_out(post)),
            recommendations=tuple(f"{p.get_advice_display()}: {p.strategy}" for p in patterns),
            patterns=tuple(p.pk for p in patterns),
        )

    def _active_patterns(self) -> Any:
        return Pattern.objects.for_persona(self.persona).on(self.platform).active().order_by("pk")


def _successful(post: PostPerformance) -> SuccessfulPost:
    return SuccessfulPost(
        post=post.pk,
        url=post.url,
        published_at=post.published_at,  # type: ignore[arg-type]  # a settled post has one
        rate=post.engagement_rate,  # type: ignore[arg-type]  # a high-performing post has one
        rate_low=post.rate_low,  # type: ignore[arg-type]
        rate_high=post.rate_high,  # type: ignore[arg-type]
        basis=post.basis,
        hashtags=tuple(tag.name for tag in post.hashtags.all()),
        local_hour=post.local_hour,
        media_kind=post.media_kind,
        context=str(post.context_id) if post.context_id else None,
        strategy=post.context.strategy if post.context else "",
        parameters=post.content.parameters if post.content else {},
    )


def _mean_rate(rated: Any, basis: str) -> dict[str, Any]:
    """The mean rate with its interval: the spread over posts and, in quadrature, the mean width of their own intervals.

    Where nobody can be seen all of these err in one direction, which no number of posts averages out.
    """
    if not basis or basis == Basis.COUNT:
        return dict.fromkeys(("mean_rate", "rate_low", "rate_high"))
    rates = sample(rated)
    around = interval(rates) if rates.n >= settings.PATTERN_MIN_POSTS else None
    mean = rates.mean
    if around is None or mean is None:
        return dict.fromkeys(("mean_rate", "rate_low", "rate_high"))
    own = rated.aggregate(below=Avg(F("value") - F("rate_low")), above=Avg(F("rate_high") - F("value")))
    return {
        "mean_rate": mean,
        "rate_low": max(0.0, mean - math.hypot(mean - around.low, own["below"])),
        "rate_high": mean + math.hypot(around.high - mean, own["above"]),
    }


def _shares(totals: dict[str, Any]) -> dict[str, Any]:
    observed = totals["observed"] or 0
    if not observed:
        return {"observed": 0} | dict.fromkeys(("bot_share", "bot_share_low", "bot_share_high", "persona_share"))
    around = known(wilson(totals["bots"], observed))
    return {
        "observed": observed,
        "bot_share": totals["bots"] / observed,
        "bot_share_low": around.low,
        "bot_share_high": around.high,
        "persona_share": totals["personas"] / observed,
    }


def _to_begin(n: int) -> int:
    # An item is tested with the least number of posts that have it, and as many that have it not.
    return max(1, 2 * settings.PATTERN_MIN_POSTS - n)


def more_posts(posts: Sample, basis: str) -> int | None:
    """About how many more posts would show a gain of a quarter (5 % error, 80 % power); None if unknowable."""
    if posts.n < 2 * settings.PATTERN_MIN_POSTS:
        return None
    # A lift is a log already, so a gain of a quarter is log(1.25) whatever the level.
    gain = math.log1p(WORTH_FINDING) if basis == Basis.COUNT else WORTH_FINDING * (posts.mean or 0.0)
    if not gain or posts.variance is None:
        return None
    return max(0, 2 * math.ceil(POWER_FACTOR * posts.variance / gain**2) - posts.n)


def _stands_out(post: SocialMediaPost) -> list[str]:
    said = []
    if post.vs_average is not None and abs(post.vs_average) >= 25:
        side = "above" if post.vs_average > 0 else "below"
        said.append(f"{abs(post.vs_average):.0f} % {side} the account's usual over {post.average_n} earlier posts.")
    if post.observed_count and post.bot_count / post.observed_count >= 0.3:
        said.append(f"Bots made {post.bot_count} of the {post.observed_count} interactions that could be observed.")
    if post.engagement_rate is not None and post.rate_low is not None and post.basis in UNITS:
        around = f"(95 % interval {post.rate_low:.2f} to {post.rate_high:.2f})"
        said.append(f"{post.engagement_rate:.2f} {UNITS[Basis(post.basis)]} {around}.")
    return said


def _items_of(post: SocialMediaPost) -> set[tuple[str, str]]:
    """Every (kind, subject) that a pattern may speak of and this post has."""
    return {(PatternKind.HASHTAG, tag.name) for tag in post.hashtags.all()} | {
        (PatternKind.POSTING_HOUR, str(post.local_hour)),
        (PatternKind.POSTING_WEEKDAY, str(post.local_weekday)),
        (PatternKind.MEDIA_KIND, post.media_kind),
        (PatternKind.STRATEGY, post.content.approach if post.content else ""),
    }
