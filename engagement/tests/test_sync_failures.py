"""A sync that fails: what is told, what is kept and who is asked again, against the sandbox over real HTTP."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated,func-returns-value"

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from acd.tests.factories import NOW
from engagement.endings import NOT_FILTERED, RETRY
from engagement.enums import AccountState, FilterState, Platform, PostStatus, SyncStatus
from engagement.fetching import Batch
from engagement.models import MetricSnapshot, RefusedPayload, SocialAccount, SocialMediaPost
from engagement.reports import Outcome
from engagement.sync import Run, _fetched, _finish, claim, sync_account, sync_due, sync_posts
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.replies import Answer, answering
from engagement.tests.stage import Stage
from engagement.values import COUNT_FIELDS

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NUMBERS = (*COUNT_FIELDS, "last_synced_at", "genuine_engagement", "engagement_rate", "measured_at")
every_platform = pytest.mark.parametrize("platform", Platform.values)


def numbers_of(post: SocialMediaPost) -> dict[str, object]:
    return SocialMediaPost.objects.values(*NUMBERS).get(pk=post.pk)


def outcomes(account: SocialAccount, now) -> list[str]:
    account = SocialAccount.objects.get(pk=account.pk)
    return [item.outcome for item in sync_account(account, now=now).items]


# Failures


def synced_once(stage: Stage, platform: str = "facebook") -> tuple[SocialMediaPost, datetime]:
    """A post that was read after a day, and the moment it is due again."""
    post = stage.live(stage.account(platform))
    now = stage.pass_time(hours=24)
    sync_account(post.account, now=now)
    post.refresh_from_db()
    assert post.sync_status == SyncStatus.OK
    return post, stage.pass_time(hours=6)


@pytest.mark.parametrize("kind", ["server_error", "broken_json", "rate_limit", "expired_token", "revoked_token"])
@every_platform
@pytest.mark.django_db
def test_fetch_that_fails_touches_no_stored_number(stage, platform, kind):
    post, now = synced_once(stage, platform)
    before = numbers_of(post)
    stage.fault(kind, platform=platform, seconds=60)

    report = sync_account(post.account, now=now)

    post.refresh_from_db()
    assert numbers_of(post) == before
    assert report.count(Outcome.SYNCED) == 0
    assert (post.status, post.sync_status, post.claim) == (PostStatus.PUBLISHED, SyncStatus.FAILED, None)
    assert post.sync_error.startswith(Platform(platform).label)
    assert post.next_sync_at >= now + (timedelta(minutes=1) if kind == "rate_limit" else RETRY)
    assert post.snapshots.count() == 1


@every_platform
@pytest.mark.django_db
def test_post_missed_twice_is_deleted_and_keeps_its_last_numbers(stage, platform):
    post, now = synced_once(stage, platform)
    before = numbers_of(post)
    stage.fault("vanished_post", platform=platform, post=post.platform_post_id)

    reports = [sync_account(post.account, now=moment) for moment in (now, now + RETRY)]

    post.refresh_from_db()
    assert [(report.counts(), report.failed) for report in reports] == [({"stale": 1}, False)] * 2
    assert (post.status, post.next_sync_at) == (PostStatus.DELETED, None)
    assert post.status_reason == post.sync_error != ""
    assert numbers_of(post) == before
    assert not post.interactions.exclude(text="").exists()
    assert sync_account(post.account, now=now + DAY).items == []


@every_platform
@pytest.mark.django_db
def test_post_missed_once_stays_and_is_looked_for_again(stage, platform):
    post, now = synced_once(stage, platform)
    stage.fault("vanished_post", platform=platform, post=post.platform_post_id)
    sync_account(post.account, now=now)
    post.refresh_from_db()
    missed = (post.status, post.missing_since, post.next_sync_at)
    stage.world.faults.clear()

    again = sync_posts([post], now=now + timedelta(minutes=1)).counts()

    post.refresh_from_db()
    assert (missed, again) == ((PostStatus.PUBLISHED, now, now + RETRY), {"synced": 1})
    assert (post.status, post.missing_since) == (PostStatus.PUBLISHED, None)


@pytest.mark.django_db
def test_nothing_is_called_inside_a_closed_window(stage, asked):
    post, now = synced_once(stage)
    stage.fault("rate_limit", platform="facebook", seconds=7200, times=1)
    first = outcomes(post.account, now)
    asked.clear()

    inside = [outcomes(post.account, now + HOUR), sync_posts([post], now=now + HOUR).counts()]

    assert (first, inside) == ([Outcome.THROTTLED], [[Outcome.THROTTLED], {"skipped": 1}])
    assert asked == []
    # The window is counted from the answer, not from the beginning of the run.
    assert outcomes(post.account, now + 2 * HOUR + timedelta(minutes=1)) == [Outcome.SYNCED]


@pytest.mark.django_db
def test_limit_in_one_batch_stops_the_batches_after_it(stage, asked):
    account = stage.account("tiktok")
    for number in range(45):
        make_post(account=account, next_sync_at=NOW, platform_post_id=str(number))
    stage.fault("rate_limit", platform="tiktok")

    due = outcomes(account, NOW)
    named = sync_posts(SocialMediaPost.objects.all(), now=NOW + HOUR).counts()

    # TikTok's window is a minute.
    assert (due, named) == ([Outcome.THROTTLED] * 20, {"throttled": 20, "skipped": 25})
    assert len(asked) == 2


@pytest.mark.django_db
def test_expired_token_pauses_that_account_alone(stage):
    broken, fine = stage.live(stage.account("facebook")), stage.live(stage.account("twitter"))
    now = stage.pass_time(hours=2)
    stage.fault("expired_token", platform="facebook")

    report = sync_due(now)
    once = SocialAccount.objects.get(pk=broken.account.pk).state
    now += HOUR
    again = sync_account(SocialAccount.objects.get(pk=broken.account.pk), now=now)

    broken.account.refresh_from_db()
    fine.account.refresh_from_db()
    assert (report.counts(), once) == ({"failed": 1, "synced": 1}, AccountState.ACTIVE)
    assert again.counts() == {"failed": 1}
    assert (broken.account.state, fine.account.state) == (AccountState.EXPIRED, AccountState.ACTIVE)
    assert broken.account.last_error.endswith("Connect the account again.")
    assert (now <= broken.account.last_error_at < now + timedelta(minutes=1), fine.account.last_error) == (True, "")
    assert sync_account(broken.account, now=now + HOUR).counts() == {"skipped": 1}


@pytest.mark.django_db
def test_writing_an_error_down_leaves_what_staff_changed_meanwhile(stage):
    post, now = synced_once(stage)
    stale = SocialAccount.objects.get(pk=post.account.pk)
    batch, run = Batch(stale, claim(SocialMediaPost.objects.all(), now=now, limit=1)), Run(now)
    SocialAccount.objects.update(state=AccountState.PAUSED, handle="renamed")
    stage.fault("server_error", platform="facebook")

    _finish([(batch, _fetched(batch, run))], run)

    stale.refresh_from_db()
    assert (stale.state, stale.handle, stale.last_error != "") == (AccountState.PAUSED, "renamed", True)


@pytest.mark.django_db
def test_count_that_cannot_be_true_is_kept_for_inspection_and_the_others_are_stored(settings):
    account = make_account(platform=Platform.TWITTER)
    bad, good = (make_post(account=account, platform_post_id=n, next_sync_at=NOW, likes=7) for n in ("11", "12"))
    listed = [{"id": "11", "public_metrics": {"like_count": -1}}, {"id": "12", "public_metrics": {"like_count": 9}}]

    with answering(Answer({"data": listed}), Answer({"data": []})) as server:
        settings.PLATFORM_API_URLS = {"twitter": server.address}
        found = outcomes(account, NOW)

    bad.refresh_from_db()
    good.refresh_from_db()
    refused = RefusedPayload.objects.get()
    assert found == [Outcome.FAILED, Outcome.SYNCED]
    assert (bad.likes, bad.sync_status, good.likes, good.sync_status) == (7, SyncStatus.FAILED, 9, SyncStatus.OK)
    assert bad.sync_error.startswith("X gave an answer that cannot be read: likes: -1 cannot be stored.")
    assert (refused.post, "'like_count': -1" in refused.payload) == (bad, True)
    assert MetricSnapshot.objects.values_list("post", flat=True).get() == good.pk


UNSUPPORTED = {"error": {"message": "Unsupported get request. Object does not exist", "code": 100, "error_subcode": 33}}


@pytest.mark.parametrize(
    ("platform", "answer"),
    [
        # Graph words a withdrawn permission like a lost object: then the account itself is lost, too.
        pytest.param("instagram", Answer(UNSUPPORTED, 400), id="account not there either"),
        pytest.param("twitter", Answer({"title": "Not Found", "status": 404}, 404), id="whole request not found"),
    ],
)
@pytest.mark.django_db
def test_posts_that_an_unreadable_account_or_a_refused_request_hides_are_not_deleted(settings, platform, answer):
    account = make_account(platform=platform)
    posts = [make_post(account=account, platform_post_id=str(n), next_sync_at=NOW) for n in range(11, 16)]

    with answering(answer) as server:
        settings.PLATFORM_API_URLS = {platform: server.address}
        found = [outcomes(account, NOW), outcomes(account, NOW + HOUR)]

    assert found == [[Outcome.FAILED] * 5] * 2
    assert {SocialMediaPost.objects.get(pk=post.pk).status for post in posts} == {PostStatus.PUBLISHED}


# The filter


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError, ProgrammingError])
@pytest.mark.django_db
def test_trouble_of_the_database_is_not_taken_for_the_filters(stage, settings, trouble, caplog):
    post = stage.live(stage.account("facebook"))
    now = stage.pass_time(hours=2)

    def fails(execute: Callable[..., object], sql: str, *given: object) -> object:
        if "final_verdict" in sql:
            raise trouble("the database is in trouble")
        return execute(sql, *given)

    with connection.execute_wrapper(fails), pytest.raises(trouble):
        sync_account(post.account, now=now)

    post.refresh_from_db()
    assert (post.likes, post.sync_status, post.claim is None) == (None, SyncStatus.NEVER, False)
    assert not MetricSnapshot.objects.exists()
    assert "The filter failed" not in caplog.text
    later = now + timedelta(seconds=settings.CLAIM_SECONDS) + HOUR
    assert sync_account(post.account, now=later).counts() == {"synced": 1}


def with_spam(post: SocialMediaPost) -> None:
    make_interaction(post, text="Buy now with my promo code at www.best-deals.shop")


@pytest.mark.django_db
def test_filter_that_fails_leaves_that_post_unfiltered_and_the_next_sync_tries_again(stage, settings, caplog):
    account = stage.account("tiktok")
    broken, fine = stage.live(account), stage.live(account)
    with_spam(broken)
    now = stage.pass_time(hours=24)
    # Only the spammer's evidence is ever compared with the threshold.
    settings.MAX_WRONGLY_ACCUSED = "nonsense"

    report = sync_account(account, now=now)
    broken.refresh_from_db()
    fine.refresh_from_db()
    states = [(post.filter_state, post.sync_status, post.likes is None) for post in (broken, fine)]
    verdict = broken.interactions.get().verdict
    settings.MAX_WRONGLY_ACCUSED = 0.02
    again = outcomes(account, now + RETRY)

    assert report.counts() == {"failed": 1, "synced": 1}
    assert states == [
        (FilterState.UNFILTERED, SyncStatus.FAILED, False),
        (FilterState.UNOBSERVED, SyncStatus.OK, False),
    ]
    assert (broken.sync_error, broken.next_sync_at, broken.claim) == (NOT_FILTERED, now + RETRY, None)
    assert (broken.measured_at, verdict) == (None, "")
    assert "The filter failed on" in caplog.text
    broken.refresh_from_db()
    assert (again, broken.filter_state, broken.bot_count) == ([Outcome.SYNCED], FilterState.FILTERED, 1)


@pytest.mark.django_db
def test_post_that_was_filtered_is_unfiltered_again_when_the_filter_fails_on_newer_numbers(stage, settings):
    post, now = synced_once(stage, "tiktok")
    assert SocialMediaPost.objects.measured().exists()
    with_spam(post)
    settings.MAX_WRONGLY_ACCUSED = "nonsense"

    sync_account(post.account, now=now)

    assert not SocialMediaPost.objects.measured().exists()
