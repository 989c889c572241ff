"""The questions that people and programs ask of what was learned: the one door for API, admin, commands and guidance.

Every answer is a frozen value with n, interval and the ids of its evidence. Rates are percent of the named basis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings

from engagement.models import SocialMediaPost
from gator.studio.models import Persona
from patterns.alarm_answers import Alarm
from patterns.alarms import alarms
from patterns.answers import (
    Coverage,
    Curve,
    Finding,
    Findings,
    PostAnalysis,
    PostingHours,
    Span,
    SuccessfulPosts,
    Suggestions,
    Summary,
)
from patterns.change_answers import Changes
from patterns.change_questions import changed_advice
from patterns.effects import Effect, Study, evidence_of, studied
from patterns.enums import FailureGroup, PatternKind, Scope, Signal
from patterns.failure_answers import FailingGroup, FailurePattern, Recurrence
from patterns.failure_questions import failing_groups, failure_kinds
from patterns.hour_answers import HalfWeek, HourOfWeekday
from patterns.hours import WEEKEND, WORKING_DAYS
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance
from patterns.querysets import GenerationOutcomeQuerySet, PostPerformanceQuerySet
from patterns.recurrences import recurrences
from patterns.single_posts import analysis, successful
from patterns.summaries import figures
from patterns.wording import (
    any_part_may_be_genuine,
    best_hours,
    borrowed,
    changed,
    in_figures,
    meaning,
    not_borrowed,
    nothing_sure,
    successes,
    suggestion,
)

MOST_SUCCESSFUL = 20
# So many personas of a platform, those with most posts, lend their hours to one that has too few.
MOST_POOLED = 12
# The question under whose name the items of a kind are told.
ASKED_AS = {
    PatternKind.HASHTAG: "hashtags",
    PatternKind.POSTING_HOUR: "posting-times",
    PatternKind.POSTING_WEEKDAY: "posting-times",
    PatternKind.MEDIA_KIND: "formats",
    PatternKind.CAPTION_LENGTH: "caption-lengths",
    PatternKind.STRATEGY: "strategies",
}


class PatternAnalyzer:
    """Answers about one persona on one platform, or about all personas there, over the `days` before `now`.

    Every question has its own default of days. Posts of several personas are adjusted for the account they stand on.
    `busiest` leaves out all but so many personas, those with most posts.
    """

    def __init__(
        self,
        persona: Persona | None,
        platform: str,
        *,
        now: datetime,
        days: int | None = None,
        busiest: int | None = None,
    ) -> None:
        self.persona, self.platform, self.now, self.days, self.busiest = persona, platform, now, days, busiest

    def posts(self, default_days: int) -> PostPerformanceQuerySet:
        """The posts of the window that may teach something."""
        return self._published(default_days).measured().settled()

    def _published(self, default_days: int) -> PostPerformanceQuerySet:
        """All posts of the window."""
        window = self._window(default_days)
        rows: PostPerformanceQuerySet = PostPerformance.objects.on(self.platform).between(window.start, window.end)
        if self.busiest:
            return rows.of_busiest(self.busiest)
        return rows.for_persona(self.persona) if self.persona else rows

    def _window(self, default_days: int) -> Span:
        return Span(start=self.now - timedelta(days=self.days or default_days), end=self.now)

    def asked(self, question: str, default_days: int) -> dict[str, Any]:
        """What begins every answer."""
        persona = self.persona.slug if self.persona else None
        window = self._window(default_days)
        return {"question": question, "persona": persona, "platform": self.platform, "window": window}

    def _coverage(self, default_days: int) -> Coverage:
        return Coverage.of(self._published(default_days).per_standing())

    def successful_patterns(self, min_engagement_rate: float = 5.0) -> SuccessfulPosts:
        """Posts above `min_engagement_rate` percent even at the lower bound, best first, with how they were made."""
        coverage = self._coverage(30)
        # Rates of another basis are not ranked beside these.
        posts = self.posts(30).with_value(coverage.basis).high_performing(min_engagement_rate)
        shown = posts.select_related("context", "content").prefetch_related("hashtags")[:MOST_SUCCESSFUL]
        found = posts.count()
        return SuccessfulPosts(
            **self.asked("successful-patterns", 30),
            **vars(coverage),
            signal=_signal(found, coverage.posts_n),
            meaning=successes(found, coverage, min_engagement_rate),
            posts=tuple(map(successful, shown)),
        )

    def common_failure_patterns(self) -> list[FailurePattern]:
        """Kinds of failure and how often they occur; runs that failed and runs that people rejected. All platforms."""
        return failure_kinds(self._recent_runs())

    def failing_groups(self, kind: FailureGroup) -> list[FailingGroup]:
        """Phases, models, providers, approaches or prompts and how often they fail, those that fail more first."""
        return failing_groups(self._recent_runs(), kind)

    def recurring_failures(self) -> list[Recurrence]:
        """Failures that had stopped, since staff marked them as fixed or by themselves, and came back."""
        return recurrences(self.persona, now=self.now, days=self.days or 90)

    def _recent_runs(self) -> GenerationOutcomeQuerySet:
        """Runs of all platforms: a run often ends before its platform matters, or before it has a content."""
        window = self._window(30)
        return GenerationOutcome.objects.in_window(window.start, window.end, self.persona)

    def alarms(self) -> list[Alarm]:
        """Every check of whether the loop feeds on itself, alarms first: the window against the one before."""
        posts, patterns = PostPerformance.objects.on(self.platform), Pattern.objects.on(self.platform)
        if self.persona:
            posts, patterns = posts.for_persona(self.persona), patterns.for_persona(self.persona)
        return alarms(posts, patterns, now=self.now, days=self.days or 30)

    def changed_advice(self) -> Changes:
        """Advice that is new, gone, turned round or rests on other numbers than before the window, and why."""
        looks = Extraction.objects.filter(platform=self.platform)
        if self.persona:
            looks = looks.filter(persona=self.persona)
        window = self._window(7)
        found, compared = changed_advice(looks, start=window.start, end=window.end)
        meaning = changed(found, compared)
        return Changes(**self.asked("changes", 7), meaning=meaning, changes=tuple(found), looks=tuple(compared))

    def optimal_posting_times(self) -> PostingHours:
        """Hours of the persona's own zone; where its posts are too few to tell, what accounts of the platform share."""
        own = self._hours(Scope.PERSONA if self.persona else Scope.PLATFORM)
        if self.persona is None or own.signal == Signal.OK or own.more_posts == 0:
            return own
        pooled = PatternAnalyzer(None, self.platform, now=self.now, days=self.days, busiest=MOST_POOLED)
        shared = pooled._hours(Scope.PLATFORM)
        if shared.signal == Signal.OK and shared.accounts_n > 1:
            return replace(shared, persona=self.persona.slug, meaning=f"{borrowed(own, shared)} {shared.meaning}")
        return replace(own, meaning=f"{own.meaning} {not_borrowed(shared)}")

    def _hours(self, scope: Scope) -> PostingHours:
        found, study = self._findings(PatternKind.POSTING_HOUR), self._study
        cycle = study.cycles.get(PatternKind.POSTING_HOUR)
        curve = Curve.drawn(cycle, scope=scope, accounts_n=study.accounts_n, posts_n=found.posts_n)
        halves = {"working_days": study.hours_on(WORKING_DAYS), "weekend": study.hours_on(WEEKEND)}
        told: dict[str, Any] = {name: HalfWeek.of(half) if half else None for name, half in halves.items()}
        told["week"] = tuple(HourOfWeekday.of(one) for one in study.week())
        return PostingHours(**vars(found) | vars(curve) | told | {"meaning": best_hours(found, curve)})

    def optimal_weekdays(self) -> Findings:
        """Weekdays of the persona's own zone; 0 is Monday."""
        return self._findings(PatternKind.POSTING_WEEKDAY)

    def effective_hashtags(self, min_posts: int = 5) -> Findings:
        """Hashtags used on at least `min_posts` posts."""
        return self._findings(PatternKind.HASHTAG, min_posts)

    def effective_formats(self) -> Findings:
        """Images, texts, videos, carousels and audio."""
        return self._findings(PatternKind.MEDIA_KIND)

    def effective_caption_lengths(self) -> Findings:
        """Captions by their number of characters, in classes."""
        return self._findings(PatternKind.CAPTION_LENGTH)

    def effective_strategies(self) -> Findings:
        """Approaches of the contents that Gator made."""
        return self._findings(PatternKind.STRATEGY)

    @cached_property
    def _comparable(self) -> Coverage:
        return self._coverage(90)

    @property
    def _compared(self) -> PostPerformanceQuerySet:
        """The posts whose values are compared: those of one basis."""
        return self.posts(90).with_value(self._comparable.basis)

    @cached_property
    def _study(self) -> Study:
        return studied(self._compared)

    @property
    def _effects(self) -> list[Effect]:
        return self._study.effects

    def _findings(self, kind: PatternKind, min_posts: int = 1) -> Findings:
        found = [effect for effect in self._effects if effect.kind == kind and effect.n >= min_posts]
        return Findings(
            **self.asked(ASKED_AS[kind], 90),
            **vars(self._comparable),
            signal=_signal(any(one.claimed for one in found), any(one.signal != Signal.NONE for one in found)),
            meaning=meaning(kind, found, self._comparable.posts_n),
            items=tuple(self._with_evidence(found)),
        )

    def _with_evidence(self, found: Sequence[Effect]) -> Iterator[Finding]:
        """Claims first, each with the posts it rests on: one query for each kind."""
        claims = [effect for effect in found if effect.claimed]
        posts = {kind: self._evidence(kind, claims) for kind in dict.fromkeys(claim.kind for claim in claims)}
        for effect in claims + [effect for effect in found if not effect.claimed]:
            ids = posts[effect.kind][effect.subject] if effect.claimed else []
            yield Finding(**vars(effect), basis=self._comparable.basis, posts=tuple(ids))

    def _evidence(self, kind: PatternKind, claims: Sequence[Effect]) -> dict[str, list[int]]:
        return evidence_of(self._compared, kind, [claim.subject for claim in claims if claim.kind == kind])

    def performance_summary(self) -> Summary:
        """Totals, mean rate, trend (second half of the window against the first), best and worst, bots and personas."""
        coverage, asked = self._coverage(30), self.asked("summary", 30)
        window = asked["window"]
        told = figures(self.posts(30), coverage.basis, window.end - (window.end - window.start) / 2)
        published = self._published(30).count()
        return Summary(
            **asked,
            **vars(coverage),
            **told,
            posts=published,
            signal=_signal(told["mean_rate"] is not None and not any_part_may_be_genuine(told), told["measured"]),
            meaning=in_figures(published, told, coverage.basis),
        )

    def suggest_content_improvements(self) -> Suggestions:
        """Sentences that carry their numbers; where nothing is certain, how many more posts it would take."""
        claims = tuple(self._with_evidence([effect for effect in self._effects if effect.claimed]))
        said = tuple(suggestion(claim, claim.basis) for claim in claims)
        missing = nothing_sure(self._effects, self._comparable.posts_n, least=settings.PATTERN_MIN_POSTS)
        return Suggestions(
            **self.asked("suggestions", 90),
            **vars(self._comparable),
            signal=_signal(claims, any(effect.effect is not None for effect in self._effects)),
            meaning=f"{len(said)} finding{'s are' if len(said) > 1 else ' is'} sure enough to act on."
            if said
            else missing,
            suggestions=said or (missing,),
            claims=claims,
        )

    def analyze_post_performance(self, post: SocialMediaPost) -> PostAnalysis:
        """What is known of one post, what stands out and what to do with that."""
        active = Pattern.objects.for_persona(post.persona).on(post.platform).active().order_by("pk")
        return analysis(post, active)


def _signal(is_sure: object, is_tested: object) -> Signal:
    """What an answer shows at a glance: something sure, something tested, or nothing."""
    return Signal.OK if is_sure else Signal.THIN if is_tested else Signal.NONE
