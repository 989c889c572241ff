"""Adapters, syncing and publishing go through the budgets: what is closed is not called."""

# mypy: disable-error-code="attr-defined,union-attr"

import json
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate

import pytest

from acd.tests.factories import NOW
from engagement.enums import AttemptOutcome, PostStatus, Purpose, SyncStatus
from engagement.models import Budget, PublishAttempt, SocialMediaPost, Spending
from engagement.platforms import adapter_for, errors
from engagement.platforms.budgets import meter_for
from engagement.platforms.windows import slot_of
from engagement.publishing import publish
from engagement.reopening import reopen
from engagement.reports import Outcome
from engagement.scheduling import schedule
from engagement.sync import sync_account
from engagement.tests.factories import make_account
from engagement.tests.metering import Clock, budget_of, budget_of_app, limited
from engagement.tests.replies import Answer, answering

pytestmark = pytest.mark.django_db
# What an answer says, made when it is given: the server writes the Date itself.
WINDOWS = {
    "seconds": (lambda: {"Retry-After": "120"}, b"{}", 120),
    "date": (lambda: {"Retry-After": formatdate(time.time() + 120, usegmt=True)}, b"{}", 120),
    "absurd": (lambda: {"Retry-After": "31536000"}, b"{}", 86400),
    "negative": (lambda: {"Retry-After": "-5"}, b"{}", 60),
    "nought": (lambda: {"Retry-After": "0"}, b"{}", 60),
    "missing": (dict, b"{}", 900),
    "plain text": (lambda: {"Retry-After": "120"}, b"Too many", 120),
    "reset": (lambda: {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 120)}, b"{}", 121),
    "reset in plain text": (lambda: {"x-rate-limit-reset": str(int(time.time()) + 120)}, b"Too many", 121),
}


@pytest.mark.parametrize(("headers", "body", "seconds"), WINDOWS.values(), ids=WINDOWS)
def test_nothing_is_called_until_a_closed_window_opens(settings, headers, body, seconds):
    account, clock = make_account(platform="twitter"), Clock()
    with answering(Answer(body, 429, headers()), Answer({"data": []})) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"twitter": asked.address}
        with adapter_for(account, meter=meter_for(account, Purpose.SYNC, clock)) as adapter:
            first = caught(adapter)
            clock.move(seconds=seconds - 8)
            inside = [caught(adapter) for _ in range(5)]
            clock.move(seconds=10)
            after = caught(adapter)

    assert (type(first), {type(one) for one in inside}, after) == (errors.RateLimited, {errors.BudgetSpent}, None)
    assert len(asked.requests) == 2


def caught(adapter):
    try:
        adapter.http.get("/2/tweets", ids="1")
    except errors.PlatformError as error:
        return error
    return None


def test_hanging_platform_is_called_a_few_times_by_all_its_accounts(settings):
    settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"twitter": "http://127.0.0.1:9"}
    found = []
    for _ in range(4):
        account = make_account(platform="twitter")
        with adapter_for(account, meter=meter_for(account, Purpose.SYNC, Clock())) as adapter:
            found.append(type(caught(adapter)))

    assert found == [errors.TemporaryFailure, *[errors.BudgetSpent] * 3]
    assert budget_of_app("Unanswered calls").used == 5


class Queue:
    """Before a request leaves, it waits for its turn so long; what happens meanwhile is done."""

    def __init__(self, clock: Clock, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.clock, self.seconds, self.meanwhile = clock, seconds, meanwhile

    def __enter__(self) -> None:
        self.clock.move(seconds=self.seconds)
        self.meanwhile()

    def __exit__(self, *error: object) -> None:
        """Nobody stands behind it."""


@pytest.mark.parametrize(("seconds", "counted"), [(0.9, 0), (1.1, 1.1), (20, 20)])
def test_call_that_waited_for_its_turn_counts_from_when_it_left(settings, seconds, counted):
    account, clock = make_account(platform="tiktok"), Clock()
    meter = meter_for(account, Purpose.SYNC, clock, Queue(clock, seconds))
    with answering(Answer({"data": {"user": {}}, "error": {"code": "ok"}})) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": asked.address}
        with adapter_for(account, meter=meter) as adapter:
            adapter.http.get("/v2/user/info/")

    left = slot_of(NOW + timedelta(seconds=counted), timedelta(minutes=1))
    spent = Spending.objects.filter(amount__gt=0).values_list("budget__name", "slot_at", "counts_until", "amount")
    assert list(spent) == [("User info", *left, 1)]


def test_call_whose_budget_closed_while_it_waited_is_not_sent_and_not_counted(settings):
    account, clock = make_account(platform="tiktok"), Clock()
    until = NOW + timedelta(hours=1)
    queue = Queue(clock, 20, lambda: Budget.objects.update(closed_until=until, reason="Closed by staff."))
    with answering(Answer({})) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": asked.address}
        with adapter_for(account, meter=meter_for(account, Purpose.SYNC, clock, queue)) as adapter:
            found = type(caught(adapter))

    assert (found, len(asked.requests)) == (errors.BudgetSpent, 0)
    assert set(Spending.objects.values_list("amount", flat=True)) == {0}
    assert set(Budget.objects.values_list("closed_until", "strikes")) == {(until, 0)}


def test_sync_counts_its_calls_and_money(stage):
    account = stage.account("twitter")
    stage.live(account)

    sync_account(account, now=stage.pass_time(hours=2))

    assert budget_of(account, "Money").month >= 5_000
    assert {one.platform for one in Budget.objects.used_up(NOW)} == set()


def test_sync_without_budget_is_throttled_and_publishing_goes_on(stage, asked):
    account = stage.account("twitter")
    post = stage.live(account)
    now = stage.pass_time(hours=2)
    sync_account(account, now=now)
    for name in Budget.objects.filter(account=account, amount__isnull=False).values_list("name", flat=True):
        limited(account, name, 0)
    limited(account, "Create a post", 100)
    asked.clear()
    later = stage.pass_time(days=1)

    report = sync_account(account, now=later)
    planned = schedule(stage.content(account), account, later)
    ended = publish(planned, now=later)

    post.refresh_from_db()
    account.refresh_from_db()
    assert (report.counts(), ended.outcome) == ({"throttled": 1}, Outcome.PUBLISHED)
    # Nothing was asked, so how the last read ended stands, and the next one does not look at everything again.
    assert (post.sync_status, account.throttled_until, account.last_error) == (SyncStatus.OK, None, "")
    assert "X was not called" in post.sync_error
    assert [line for line in asked if line.startswith("GET")] == []


def test_cap_of_posts_read_ends_reading_and_publishing_goes_on(stage, asked):
    account = stage.account("twitter")
    post = stage.live(account)
    stage.fault("usage_capped", platform="twitter", method="GET")
    capped = sync_account(account, now=stage.pass_time(hours=2))
    stage.world.faults.clear()
    asked.clear()
    SocialMediaPost.objects.update(next_sync_at=NOW)
    later = stage.pass_time(days=1)

    report = sync_account(account, now=later)
    ended = publish(schedule(stage.content(account), account, later), now=later)

    post.refresh_from_db()
    account.refresh_from_db()
    assert (capped.counts(), report.counts(), ended.outcome) == ({"throttled": 1}, {"throttled": 1}, Outcome.PUBLISHED)
    assert (account.throttled_until, "Usage cap exceeded" in account.last_error) == (None, True)
    assert [line for line in asked if line.startswith("GET")] == []


def test_cap_that_staff_opened_again_lets_the_next_sync_read(stage):
    account = stage.account("twitter")
    post = stage.live(account)
    stage.fault("usage_capped", platform="twitter", method="GET")
    sync_account(account, now=stage.pass_time(hours=2))
    stage.world.faults.clear()
    later = stage.pass_time(hours=1)
    waited = sync_account(account, now=later)

    reopen(Budget.objects.get(account=None, name="Posts read"), later)
    report = sync_account(account, now=later)

    post.refresh_from_db()
    assert (waited.items, report.counts(), post.sync_status) == ([], {"synced": 1}, SyncStatus.OK)


@pytest.mark.parametrize(
    ("header", "own"), [("X-App-Usage", False), ("X-Business-Use-Case-Usage", True)], ids=["app", "account"]
)
def test_usage_that_only_an_item_of_a_batch_tells_stops_syncing(settings, header, own):
    account = make_account(platform="facebook", platform_user_id="1784")
    told = {"call_count": 97, "total_time": 2, "total_cputime": 2}
    usage = {"1784": [{"type": "pages", **told}]} if own else told
    one = {"code": 200, "headers": [{"name": header, "value": json.dumps(usage)}], "body": json.dumps({"id": "1_1"})}
    with answering(Answer([one, one | {"headers": []}])) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"facebook": asked.address}
        with adapter_for(account, meter=meter_for(account, Purpose.SYNC, Clock())) as adapter:
            adapter.fetch_metrics(["1_1", "1_2"], recent=False)
            refusal = caught(adapter)

    assert isinstance(refusal, errors.BudgetSpent)
    assert "97 % used" in refusal.message
    assert asked.lines == ["POST /v26.0/"]


def test_limit_of_posts_a_day_ends_publishing_and_reading_goes_on(stage, settings):
    account = stage.account("tiktok")
    stage.live(account)
    now = stage.pass_time(hours=2)
    post = schedule(stage.content(account), account, now)
    creator = Answer({"data": {"privacy_level_options": ["PUBLIC_TO_EVERYONE"]}, "error": {"code": "ok"}})
    refusal = {"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "Too many posts today"}}
    addresses = settings.PLATFORM_API_URLS
    with answering(creator, Answer(refusal, 403)) as other:
        settings.PLATFORM_API_URLS = addresses | {"tiktok": other.address}
        ended = publish(post, now=now)
    settings.PLATFORM_API_URLS = addresses

    report = sync_account(account, now=now)

    account.refresh_from_db()
    post.refresh_from_db()
    assert (ended.outcome, report.counts(), account.throttled_until) == (Outcome.THROTTLED, {"synced": 1}, None)
    assert post.scheduled_at >= now + timedelta(days=1)


def test_limit_of_posts_that_only_the_processing_tells_ends_publishing_too(stage, settings):
    account = stage.account("tiktok")
    now = stage.pass_time(hours=2)
    posts = [schedule(stage.content(account), account, now) for _ in range(2)]
    creator = Answer({"data": {"privacy_level_options": ["PUBLIC_TO_EVERYONE"]}, "error": {"code": "ok"}})
    begun = Answer({"data": {"publish_id": "v_pub_url~v2-1.123"}, "error": {"code": "ok"}})
    failed = Answer({"data": {"status": "FAILED", "fail_reason": "spam_risk_too_many_posts"}, "error": {"code": "ok"}})
    with answering(creator, begun, failed, creator, begun) as other:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": other.address}
        ended = [publish(SocialMediaPost.objects.get(pk=post.pk), now=now).outcome for post in posts]

    account.refresh_from_db()
    assert (ended, account.throttled_until) == ([Outcome.THROTTLED] * 2, None)
    assert [line for line in other.lines if line.endswith("/init/")] == ["POST /v2/post/publish/video/init/"]


def test_post_without_budget_waits_and_is_not_sent(stage):
    account = stage.account("tiktok")
    now = stage.world.time()
    posts = [schedule(stage.content(account), account, now) for _ in range(2)]
    publish(posts[0], now=now)
    limited(account, "Posts", 1)

    ended = publish(SocialMediaPost.objects.get(pk=posts[1].pk), now=now + timedelta(minutes=1))

    posts[1].refresh_from_db()
    assert (ended.outcome, posts[1].status) == (Outcome.THROTTLED, PostStatus.SCHEDULED)
    assert len(stage.sent("tiktok")) == 1


def test_post_that_its_budget_refuses_is_known_never_to_have_left(stage):
    account = stage.account("facebook")
    post = schedule(stage.content(account), account, NOW)
    with adapter_for(account, meter=meter_for(account, Purpose.PUBLISH, Clock())) as adapter:
        caught(adapter)
    Budget.objects.update(closed_until=NOW + timedelta(hours=1), reason="Closed by staff.")

    item = publish(post, now=NOW)

    attempt = PublishAttempt.objects.get()
    assert (item.outcome, stage.sent("facebook")) == (Outcome.THROTTLED, [])
    assert (attempt.outcome, attempt.sent_at) == (AttemptOutcome.REFUSED, None)
