"""What the demo's weeks came to, station by station, as plain figures read from the records."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from acd.enums import Grade
from acd.models import ACDContext, TraceArtifact
from engagement.enums import AccountState, FilterState, PostStatus
from engagement.intervals import wilson
from engagement.models import Interaction, MetricSnapshot, SocialAccount, SocialMediaPost
from gator.studio.enums import Arm
from gator.studio.models import Content, Feedback, Persona
from gator.studio.querysets import randomised
from patterns.analyzer import PatternAnalyzer
from patterns.enums import PatternKind, Signal
from patterns.experiment import RANDOMISED, Gain, uplift
from patterns.guidance import guidance_for
from patterns.models import Pattern

EXAMPLES = 5
ADVICE = (
    "hashtags",
    "hours",
    "media_kinds",
    "approaches",
    "avoid_hashtags",
    "avoid_hours",
    "avoid_media_kinds",
    "avoid_approaches",
)


class Account:
    """Reads one demo's records; every method is one station and returns figures ready to print or to write as JSON."""

    def __init__(self, accounts: Sequence[SocialAccount], truth: dict[str, Any], now: datetime) -> None:
        self.accounts, self.truth, self.now = accounts, truth, now
        self.personas = Persona.objects.filter(pk__in={account.persona_id for account in accounts})
        self.posts = SocialMediaPost.objects.filter(account__in=accounts)
        self.contents = Content.objects.filter(persona__in=self.personas)
        self.contexts = ACDContext.objects.filter(content__in=self.contents)
        self.seen = Interaction.objects.filter(post__in=self.posts)
        self.patterns = Pattern.objects.filter(persona__in=self.personas)

    def to_json(self) -> dict[str, Any]:
        """Every station, in the order of the loop."""
        stations = (
            "generate",
            "publish",
            "sync",
            "filter",
            "grade",
            "extract",
            "inform",
            "trouble",
            "uncertain",
            "lineage",
        )
        return {name: getattr(self, name)() for name in stations}

    def generate(self) -> dict[str, Any]:
        """Runs and how they ended, with one example of a failure."""
        trace = TraceArtifact.objects.filter(context__in=self.contexts).order_by("created_at", "pk").first()
        return {
            "runs": self.contexts.count(),
            "contents": counts(self.contents, "status"),
            "without_guidance": self.contents.filter(guided=False).count(),
            "control": self.contents.filter(randomised(), arm=Arm.CONTROL).count(),
            "failures": counts(self.contexts.failed(), "error_class"),
            "example_failure": trace.message if trace else "",
            "traces": TraceArtifact.objects.filter(context__in=self.contexts).count(),
        }

    def publish(self) -> dict[str, Any]:
        """Posts by platform and by status."""
        return {"by_platform": counts(self.posts.published(), "platform"), "by_status": counts(self.posts, "status")}

    def sync(self) -> dict[str, Any]:
        """Snapshots and visible interactions."""
        snapshots = MetricSnapshot.objects.filter(post__in=self.posts)
        return {
            "snapshots": snapshots.count(),
            "interactions": self.seen.count(),
            "by_state": counts(self.posts, "sync_status"),
        }

    def filter(self) -> dict[str, Any]:
        """Verdicts, and how right they are by the sandbox's truth, which the filter never saw."""
        said = dict(self.seen.order_by().values_list("platform_id", "final_verdict"))
        true = {key: value for rows in self.truth["interactions"].values() for key, value in rows.items()}
        known = Counter((true[key], verdict) for key, verdict in said.items() if key in true)
        caught = known["bot", "bot"]
        called = sum(n for (_, verdict), n in known.items() if verdict == "bot")
        bots = sum(n for (truth, _), n in known.items() if truth == "bot")
        return {
            "verdicts": self.seen.verdict_counts(),
            "precision": share(caught, called),
            "recall": share(caught, bots),
            "unobserved_posts": self.posts.filter(filter_state=FilterState.UNOBSERVED).count(),
            "estimates": self._coverage(),
        }

    def _coverage(self) -> dict[str, Any]:
        """How often the true genuine engagement lies in the interval, over posts whose numbers are settled."""
        inside = Counter[bool]()
        for post in self.posts.published().measured().settled():
            facts = self.truth["posts"][post.platform].get(post.platform_post_id)
            if facts and post.genuine_low is not None and post.genuine_high is not None:
                names = ("likes", "comments", "shares", "saves")
                genuine = sum(facts["genuine"][name] for name in names if getattr(post, name) is not None)
                inside[post.genuine_low - 0.5 <= genuine <= post.genuine_high + 0.5] += 1
        return share(inside[True], inside.total())

    def grade(self) -> dict[str, Any]:
        """Grades of posts, verdicts of runs, and what people said."""
        grades = {Grade(grade).label: n for grade, n in counts(self.posts.exclude(grade=None), "grade").items()}
        return {
            "grades": grades,
            "validation": counts(self.contexts, "validation"),
            "confidence": counts(self.contexts, "confidence"),
            "ratings": counts(Feedback.objects.filter(content__in=self.contents), "rating"),
        }

    def extract(self) -> dict[str, Any]:
        """What was learned, strongest first, beside what the sandbox knows to be true."""
        learned = self.patterns.active().tested().select_related("persona")
        ranked = learned.order_by("persona", "platform", "q_value", "pk")
        failures = self.patterns.active().filter(kind=PatternKind.FAILURE)
        return {
            "patterns": [self._learned(pattern) for pattern in ranked],
            "failures": list(failures.order_by("-n", "pk").values_list("strategy", flat=True)),
        }

    def _learned(self, pattern: Pattern) -> dict[str, Any]:
        return {
            "persona": pattern.persona.name,
            "advice": pattern.advice,
            "strategy": pattern.strategy,
            "true": is_true(pattern, self.truth["effects"][pattern.persona.slug]),
        }

    def inform(self) -> dict[str, Any]:
        """What the next piece starts from, how many did already, and what that gained by the control share."""
        account = self.accounts[0]
        guidance = guidance_for(account.persona, account.platform, now=self.now)
        return {
            "contents_that_used_patterns": self.contents.exclude(patterns=None).distinct().count(),
            "next_for": str(account),
            "next": {name: value for name, value in guidance.to_json().items() if value and name in ADVICE},
            "patterns_used": len(guidance.patterns),
            "uplift": {"design": RANDOMISED, "says": self._uplift().says},
        }

    def _uplift(self) -> Gain:
        return uplift(personas=self.personas, now=self.now).randomised.overall

    def trouble(self) -> dict[str, Any]:
        """What went wrong, in the words that staff read."""
        broken = SocialAccount.objects.filter(pk__in=[a.pk for a in self.accounts]).exclude(state=AccountState.ACTIVE)
        return {
            "accounts": {str(account): account.last_error for account in broken},
            "deleted_posts": [f"{post}: {post.status_reason}" for post in self.posts.filter(status=PostStatus.DELETED)],
            "failed_runs": self.contexts.failed().count(),
            "waiting_posts": self.posts.filter(status=PostStatus.SCHEDULED).count(),
            "weak_posts": self.posts.filter(grade=Grade.WEAK).count(),
            "bot_ridden_posts": self.posts.bot_ridden().count(),
        }

    def uncertain(self) -> dict[str, Any]:
        """What cannot be said yet, and what it would take."""
        thin = Counter[str]()
        advice: list[str] = []
        for account in self.accounts:
            analyzer = PatternAnalyzer(account.persona, account.platform, now=self.now)
            for answer in (
                analyzer.effective_hashtags(),
                analyzer.optimal_posting_times(),
                analyzer.optimal_weekdays(),
            ):
                thin.update(finding.signal for finding in answer.items)
            said = analyzer.suggest_content_improvements().suggestions
            advice += [f"{account}: {sentence}" for sentence in said if "more posts" in sentence]
        return {
            "tested_and_not_claimed": thin[Signal.THIN],
            "too_few_posts_to_test": thin[Signal.NONE],
            "more_posts_needed": advice[:EXAMPLES],
            "posts_still_provisional": self.posts.published().count() - self.posts.published().settled().count(),
        }

    def lineage(self) -> dict[str, Any]:
        """One pattern followed back to where it came from, and forward to what it informed."""
        pattern = self.patterns.active().tested().exclude(posts=None).order_by("q_value", "pk").first()
        if pattern is None:
            return {}
        context = pattern.contexts.order_by("created_at", "pk").first()
        return {
            "pattern": pattern.strategy,
            "rests_on": {"posts": pattern.posts.count(), "contexts": pattern.contexts.count()},
            "contents": Content.objects.filter(posts__in=pattern.posts.all()).distinct().count(),
            "informed": Content.objects.filter(patterns__subject=pattern.subject, patterns__persona=pattern.persona)
            .distinct()
            .count(),
            "example_context": context.strategy or str(context) if context else "",
            "page": f"/admin/patterns/pattern/{pattern.pk}/change/",
        }


def counts(rows: QuerySet[Any], field: str) -> dict[Any, int]:
    """How many rows there are for each value of `field`, most frequent first."""
    return dict(rows.order_by().values_list(field).annotate(n=Count("pk")).order_by("-n", field))


def share(part: int, whole: int) -> dict[str, Any]:
    """A share with its 95 % interval (0 to 1) and n; None where there is nothing."""
    around = wilson(part, whole)
    if around is None:
        return {"share": None, "low": None, "high": None, "n": whole}
    return {"share": part / whole, "low": around.low, "high": around.high, "n": whole}


def is_true(pattern: Pattern, effects: dict[str, Any]) -> bool | None:
    """Whether the sandbox's audience really reacts so; None where the sandbox has nothing to say."""
    liked, disliked = effects["liked_hashtags"], effects["disliked_hashtags"]
    kinds = effects["media_kinds"]
    best = {
        PatternKind.HASHTAG: liked,
        PatternKind.POSTING_HOUR: [str(effects["best_hour"])],
        PatternKind.MEDIA_KIND: [kind for kind, factor in kinds.items() if factor > 1],
    }
    worst = {
        PatternKind.HASHTAG: disliked,
        PatternKind.POSTING_HOUR: [str(effects["bad_hour"])],
        PatternKind.MEDIA_KIND: [kind for kind, factor in kinds.items() if factor < 1],
    }
    table = best if pattern.advice == "repeat" else worst
    return pattern.subject in table[PatternKind(pattern.kind)] if PatternKind(pattern.kind) in table else False
