"""Reading numbers and interactions of due and of named posts, against the sandbox over real HTTP."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated,func-returns-value"

import gc
import json
from datetime import timedelta

import pytest
from django.db import transaction

from acd.tests.factories import NOW
from engagement.accounts import closed
from engagement.endings import RETRY
from engagement.enums import AccountState, FilterState, MetricSource, Platform, PostStatus, SyncStatus
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.reports import Outcome
from engagement.sync import collected_seldom, sync_account, sync_due, sync_posts
from engagement.tests.factories import make_account, make_post
from engagement.tests.replies import Answer, answering

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
every_platform = pytest.mark.parametrize("platform", Platform.values)


def outcomes(account: SocialAccount, now) -> list[str]:
    account = SocialAccount.objects.get(pk=account.pk)
    return [item.outcome for item in sync_account(account, now=now).items]


# The way it should go


@every_platform
@pytest.mark.django_db
def test_due_post_gets_its_numbers_verdicts_and_next_moment(stage, platform):
    post = stage.live(stage.account(platform))
    now = stage.pass_time(days=2)

    report = sync_due(now)

    post.refresh_from_db()
    live = stage.world.post(platform, post.platform_post_id)
    assert (report.counts(), report.failed) == ({"synced": 1}, False)
    assert post.likes == stage.world.count(live, "like")
    assert post.comments == stage.world.count(live, "comment")
    assert (post.sync_status, post.sync_error, post.last_synced_at) == (SyncStatus.OK, "", now)
    assert (post.claim, post.claimed_until, post.next_sync_at) == (None, None, now + 6 * HOUR)
    assert post.measured_at == now
    assert post.snapshots.values_list("observed_at", "source").get() == (now, MetricSource.API)
    # TikTok shows nobody.
    expected = FilterState.UNOBSERVED if platform == "tiktok" else FilterState.FILTERED
    assert post.filter_state == expected
    assert post.observed_count == post.interactions.exclude(final_verdict="").count()
    assert post.rate_low <= post.engagement_rate <= post.rate_high


@pytest.mark.django_db
def test_number_that_is_no_longer_told_becomes_unknown(stage):
    post, other = (stage.live(account) for account in [stage.account("facebook")] * 2)
    SocialMediaPost.objects.filter(pk=post.pk).update(saves=5)
    now = stage.pass_time(days=2)

    sync_due(now)

    assert list(SocialMediaPost.objects.filter(pk__in=[post.pk, other.pk]).values_list("saves")) == [(None,), (None,)]


@pytest.mark.django_db
def test_post_that_is_not_due_is_left_alone(stage, asked):
    account = stage.account("facebook")
    stage.live(account, next_sync_at=NOW + HOUR)
    stage.live(account, next_sync_at=None)
    asked.clear()

    assert sync_due(NOW).items == []
    assert asked == []


@pytest.mark.django_db
def test_post_older_than_the_ladder_is_read_a_last_time(stage):
    post = stage.live(stage.account("facebook"))
    now = stage.pass_time(days=91)

    found = [sync_due(now).counts(), sync_due(now + 30 * DAY).counts()]

    post.refresh_from_db()
    assert (found, post.next_sync_at) == ([{"synced": 1}, {}], None)


@pytest.mark.django_db
def test_many_posts_are_read_in_batches(stage):
    account = stage.account("tiktok")
    for _ in range(3):
        stage.live(account)
    missing = [make_post(account=account, next_sync_at=NOW, platform_post_id=str(n)) for n in range(20)]
    now = stage.pass_time(hours=1)

    report = sync_account(account, now=now)

    assert report.counts() == {"synced": 3, "stale": len(missing)}
    assert not SocialMediaPost.objects.due_for_sync(now).exists()


# Comments


def comment_reads(asked: list[str]) -> int:
    return sum(line.endswith("/comments") for line in asked)


@pytest.mark.django_db
def test_comments_are_read_when_their_number_moved_and_only_then(stage, asked):
    account = stage.account("facebook")
    post = stage.live(account)
    reads = []
    for hours in (24, 0, 6):
        now = stage.pass_time(hours=hours)
        SocialMediaPost.objects.update(next_sync_at=now)
        before = post.comments
        asked.clear()
        sync_account(account, now=now + timedelta(seconds=len(reads)))
        post.refresh_from_db()
        reads.append((post.comments != before, comment_reads(asked)))

    assert reads[:2] == [(True, 1), (False, 0)]
    assert reads[2][1] == int(reads[2][0])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sync_status": SyncStatus.FAILED}, id="the-last-sync-failed"),
        pytest.param({"sync_status": SyncStatus.NEVER}, id="never-synced"),
        pytest.param({"source": MetricSource.IMPORT}, id="the-number-was-imported"),
    ],
)
@pytest.mark.django_db
def test_comments_are_read_again_where_their_number_says_nothing(stage, asked, changes):
    account = stage.account("facebook")
    stage.live(account)
    now = stage.pass_time(hours=24)
    sync_account(account, now=now)
    Interaction.objects.all().delete()
    SocialMediaPost.objects.update(next_sync_at=now, **changes)
    asked.clear()

    sync_account(account, now=now + timedelta(seconds=1))

    assert comment_reads(asked) == 1
    assert Interaction.objects.exists()


@pytest.mark.django_db
def test_numbers_are_stored_when_the_comments_cannot_be_read(stage):
    account = stage.account("facebook")
    post = stage.live(account)
    now = stage.pass_time(hours=24)
    stage.fault("server_error", platform="facebook", post="/comments")

    first = outcomes(account, now)
    post.refresh_from_db()
    after = (post.likes, post.sync_status, post.next_sync_at, post.observed_count)
    stage.world.faults.clear()
    second = outcomes(account, now + RETRY)

    post.refresh_from_db()
    assert (first, second) == ([Outcome.FAILED], [Outcome.SYNCED])
    assert after == (post.likes, SyncStatus.FAILED, now + RETRY, 0)
    assert post.observed_count > 0


@pytest.mark.django_db
def test_limit_in_the_middle_keeps_what_was_read_and_stops_asking(stage, asked):
    account = stage.account("facebook")
    posts = [stage.live(account) for _ in range(3)]
    now = stage.pass_time(hours=24)
    stage.fault("rate_limit", platform="facebook", post=f"{posts[1].platform_post_id}/comments", seconds=3600)
    asked.clear()

    found = outcomes(account, now)

    rows = list(SocialMediaPost.objects.order_by("pk"))
    account.refresh_from_db()
    assert found == [Outcome.SYNCED, Outcome.THROTTLED, Outcome.THROTTLED]
    assert [post.likes is not None for post in rows] == [True] * 3
    assert [post.observed_count > 0 for post in rows] == [True, False, False]
    assert rows[1].next_sync_at == now + HOUR <= account.throttled_until < now + HOUR + timedelta(minutes=1)
    assert comment_reads(asked) == 2


@pytest.mark.django_db
def test_comments_that_vanish_between_two_requests_do_not_delete_the_post(settings):
    account = make_account(platform=Platform.FACEBOOK)
    post = make_post(account=account, next_sync_at=NOW)
    numbers = {"id": "1", "comments": {"summary": {"total_count": 3}}}
    gone = Answer({"error": {"message": "Object does not exist", "code": 100, "error_subcode": 33}}, 400)

    with answering(Answer(numbers), gone) as server:
        settings.PLATFORM_API_URLS = {"facebook": server.address}
        found = outcomes(account, NOW)

    post.refresh_from_db()
    assert (found, post.status, post.comments) == ([Outcome.FAILED], PostStatus.PUBLISHED, 3)
    assert post.next_sync_at == NOW + RETRY


# Named posts


@pytest.mark.django_db
def test_named_posts_are_read_whether_due_or_not(stage):
    post = stage.live(stage.account("facebook"), next_sync_at=None)
    now = stage.pass_time(hours=2)

    report = sync_posts([post], now=now)

    post.refresh_from_db()
    assert (report.counts(), post.last_synced_at) == ({"synced": 1}, now)
    assert post.next_sync_at == now + HOUR


@pytest.mark.django_db
def test_named_posts_that_cannot_be_read_say_why(stage, asked):
    account = stage.account("facebook")
    free = make_post(account=None)
    draft = make_post(account=account, status=PostStatus.DRAFT)
    paused = make_post(account=make_account(state=AccountState.PAUSED, handle="ann"))
    waiting = make_post(account=make_account(throttled_until=NOW + HOUR, handle="bob"))
    claimed = make_post(account=account, claimed_until=NOW + HOUR)

    report = sync_posts([free, draft, paused, waiting, claimed], now=NOW)

    nothing = "It is not live on an account of ours, so there is nothing to read."
    assert [item.reason for item in report.items] == [
        nothing,
        nothing,
        "Instagram @ann is paused: connect it again or set it active.",
        "The platform asked Instagram @bob to wait until 2026-11-20 13:00 UTC.",
        "A worker is syncing it at this moment.",
    ]
    assert (report.counts(), report.failed, asked) == ({"skipped": 5}, False, [])


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_named_posts_cost_two_queries_to_find_that_their_account_is_closed(number, django_assert_num_queries):
    account = make_account(state=AccountState.PAUSED)
    for _ in range(number):
        make_post(account=account)
    posts = list(SocialMediaPost.objects.all())

    with django_assert_num_queries(2):
        sync_posts(posts, now=NOW)


@pytest.mark.django_db
def test_account_with_a_telling_name_is_skipped_and_not_throttled():
    account = make_account(state=AccountState.PAUSED, handle="until_dawn")

    assert sync_account(account, now=NOW).counts() == {"skipped": 1}


@pytest.mark.parametrize(
    ("changes", "is_closed"),
    [
        pytest.param({}, False, id="active"),
        pytest.param({"state": AccountState.EXPIRING}, False, id="expiring"),
        pytest.param({"state": AccountState.EXPIRED}, True, id="expired"),
        pytest.param({"state": AccountState.REVOKED}, True, id="revoked"),
        pytest.param({"throttled_until": NOW}, False, id="window-opens-now"),
        pytest.param({"throttled_until": NOW + HOUR}, True, id="window-closed"),
    ],
)
def test_account_is_closed_by_its_state_and_its_window(changes, is_closed):
    assert bool(closed(SocialAccount(platform="facebook", handle="ann", **changes), NOW)) == is_closed


@pytest.mark.django_db
def test_report_is_json_for_machines(stage):
    stage.live(stage.account("facebook"))
    stage.live(stage.account("twitter"))
    now = stage.pass_time(hours=2)
    stage.fault("server_error", platform="facebook")

    report = json.loads(json.dumps(sync_due(now).to_json()))

    assert (report["counts"], report["failed"]) == ({"failed": 1, "synced": 1}, True)
    facebook = next(item for item in report["items"] if item["name"].startswith("Facebook"))
    assert (facebook["name"], facebook["outcome"]) == ("Facebook: Figs 0", "failed")
    assert facebook["reason"].startswith("Facebook could not answer")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_batch_without_comments_costs_the_same_queries_for_one_post_and_for_three(
    stage, number, django_assert_num_queries
):
    account = stage.account("tiktok")
    for _ in range(number):
        stage.live(account)
    now = stage.pass_time(hours=2)

    # Claim, count against the budgets, store, assess and settle, and no look for a next batch.
    with transaction.atomic(), django_assert_num_queries(21):
        sync_account(account, now=now)


def test_garbage_is_looked_for_seldom_until_the_last_of_several_runs_has_ended():
    before = gc.get_threshold()
    first, second = collected_seldom(), collected_seldom()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    between = gc.get_threshold()
    second.__exit__(None, None, None)

    assert between[0] > before[0]
    assert gc.get_threshold() == before


def test_garbage_is_looked_for_seldom_in_a_run_and_as_before_after_it():
    before = gc.get_threshold()

    with collected_seldom():
        within = gc.get_threshold()

    assert within[0] > before[0]
    assert gc.get_threshold() == before
