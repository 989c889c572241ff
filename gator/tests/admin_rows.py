"""One row of every model the admin shows, with a stranger's script, a token or a keyed hash wherever one can stand."""

import json
from collections.abc import Callable
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.models import AuthToken

from acd.enums import Grade, OutcomeSource, State
from acd.models import ACDContext, OutcomeEvent, TraceArtifact
from acd.tests.factories import NOW, make_context
from engagement.enums import DeliveryState, FilterState
from engagement.models import (
    Budget,
    ErasedAuthor,
    ErasureReceipt,
    Hashtag,
    Interaction,
    MetricSnapshot,
    RefusedPayload,
    SocialAccount,
    SocialMediaPost,
    Spending,
    WebhookDelivery,
)
from engagement.tests.factories import make_account, make_interaction, make_post, make_snapshot
from gator.studio.models import Content, Feedback, Persona
from gator.studio.tests.factories import make_content, make_persona
from patterns.models import Extraction, FailureFix, GenerationOutcome, Pattern, PostPerformance
from patterns.tests.factories import make_extraction, make_pattern

AUTHOR_KEY = "5e1f" * 16
TOKEN = "sealed-secret-token"
SCRIPT = "<script>alert(1)</script>"
TESTED = {"kind": "hashtag", "subject": SCRIPT, "claim": "gain", "n": 9, "q": 0.02}
TESTED |= {"effect": 30.0, "effect_low": 9.0, "effect_high": 55.0}
ALARM = {"kind": "repeats", "subject": SCRIPT, "text": SCRIPT, "advice": SCRIPT}


def make_run(**changes) -> ACDContext:
    """A failed run that made a content."""
    run = make_context(
        state=State.FAILED, error_class="ValueError", error_message=SCRIPT, metadata={"a": SCRIPT}, **changes
    )
    make_content(context=run)
    return run


def make_trace(number: int) -> TraceArtifact:
    return TraceArtifact.objects.create(context=make_run(), error_class="ValueError", message=SCRIPT, stack=SCRIPT)


def make_outcome(number: int) -> OutcomeEvent:
    return OutcomeEvent.objects.create(
        context=make_run(),
        source=OutcomeSource.HUMAN,
        grade=Grade.GOOD,
        validation_before="PENDING",
        validation_after="APPROVED",
        confidence_before="HYPOTHESIS",
        confidence_after="VALIDATED",
        evidence_key=f"key-{number}",
    )


def make_measured(**changes) -> SocialMediaPost:
    """A post with a full set of numbers, a content and a run behind it."""
    content = make_content(context=make_context())
    post = make_post(
        content=content,
        context=content.context,
        caption=SCRIPT,
        url="https://example.org/p/1",
        filter_state=FilterState.FILTERED,
        observed_count=10,
        genuine_count=6,
        bot_count=4,
        total_engagement=100,
        genuine_engagement=60.0,
        genuine_low=50.0,
        genuine_high=70.0,
        basis="reach",
        engagement_rate=6.0,
        rate_low=5.0,
        rate_high=7.0,
        vs_average=80.0,
        average_n=9,
        grade=Grade.GOOD,
        last_synced_at=NOW,
        measured_at=NOW,
    )
    post.hashtags.add(Hashtag.objects.get_or_create(name="light")[0])
    return post


def make_seen(number: int) -> Interaction:
    evidence = [{"layer": "duplicates", "name": "same_text", "weight": 0.6, "detail": SCRIPT}]
    key = AUTHOR_KEY[:-1] + str(number)
    return make_interaction(make_post(), author_key=key, text=SCRIPT, verdict="bot", score=0.9, reasons=evidence)


def make_delivery(number: int) -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        platform="facebook",
        digest=f"{number:064x}",
        kind=f"page.{SCRIPT}",
        body=json.dumps({"message": SCRIPT}),
        state=DeliveryState.UNKNOWN,
        reason=SCRIPT,
        happened_at=NOW,
    )


def make_feedback(number: int) -> Feedback:
    rater = User.objects.create_user(f"rater-{number}")
    return Feedback.objects.create(content=make_content(), rater=rater, rating="good", text=SCRIPT)


def make_budget(number: int) -> Budget:
    """A budget that a stranger's words closed, with something spent."""
    budget = Budget.objects.create(
        platform="twitter",
        account=make_account(),
        name=f"Money {number}",
        unit="micro-dollars",
        seconds=86400,
        closed_until=timezone.now() + timedelta(hours=1),
        reason=SCRIPT,
    )
    Spending.objects.create(budget=budget, slot_at=NOW, counts_until=NOW, amount=15_000)
    return budget


def make_log(number: int) -> LogEntry:
    user = User.objects.create_user(f"worker-{number}")
    kind = ContentType.objects.get_for_model(Persona)
    return LogEntry.objects.create(
        user=user, content_type=kind, object_id="1", object_repr=SCRIPT, action_flag=CHANGE, change_message="Paused."
    )


def make_task(number: int) -> PeriodicTask:
    every, _ = IntervalSchedule.objects.get_or_create(every=5, period="minutes")
    return PeriodicTask.objects.create(name=f"task {number}", task="engagement.tasks.sync_due", interval=every)


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    ACDContext: lambda _: make_run(),
    GenerationOutcome: lambda _: GenerationOutcome.objects.get(pk=make_run().pk),
    TraceArtifact: make_trace,
    OutcomeEvent: make_outcome,
    Persona: lambda _: make_persona(),
    Content: lambda _: make_content(context=make_context(), caption=SCRIPT),
    Feedback: make_feedback,
    SocialAccount: lambda _: make_account(access_token=TOKEN, refresh_token=TOKEN, last_error=SCRIPT),
    SocialMediaPost: lambda _: make_measured(),
    PostPerformance: lambda _: PostPerformance.objects.get(pk=make_measured().pk),
    MetricSnapshot: lambda _: make_snapshot(make_post(caption=SCRIPT), raw={"text": SCRIPT}),
    Interaction: make_seen,
    Budget: make_budget,
    Hashtag: lambda n: Hashtag.objects.create(name=f"tag{n}"),
    RefusedPayload: lambda _: RefusedPayload.objects.create(post=make_post(), reason=SCRIPT, payload=SCRIPT),
    WebhookDelivery: make_delivery,
    ErasedAuthor: lambda n: ErasedAuthor.objects.create(author_key=AUTHOR_KEY[:-1] + str(n)),
    ErasureReceipt: lambda n: ErasureReceipt.objects.create(interactions=n),
    Pattern: lambda n: make_pattern(subject=f"tag{n}", strategy=SCRIPT, extraction=make_extraction()),
    Extraction: lambda _: make_extraction(tested=[TESTED], alarms=[ALARM]),
    FailureFix: lambda _: FailureFix.objects.create(phase="TEXT_GENERATION", failure=SCRIPT, note=SCRIPT),
    User: lambda n: User.objects.create_user(f"person-{n}"),
    Group: lambda n: Group.objects.create(name=f"group {n}"),
    AuthToken: lambda n: AuthToken.objects.create(user=User.objects.create_user(f"owner-{n}"))[0],
    LogEntry: make_log,
    PeriodicTask: make_task,
    IntervalSchedule: lambda n: IntervalSchedule.objects.create(every=n + 1, period="hours"),
    CrontabSchedule: lambda n: CrontabSchedule.objects.create(minute=str(n)),
    ClockedSchedule: lambda n: ClockedSchedule.objects.create(clocked_time=NOW + timedelta(hours=n)),
    SolarSchedule: lambda n: SolarSchedule.objects.create(event="sunrise", latitude=n, longitude=0),
}
