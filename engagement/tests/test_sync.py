"""Reading numbers and interactions of due posts, against the sandbox over real HTTP."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated,func-returns-value"

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from django.db import connection, transaction

from acd.tests.factories import NOW
from engagement.enums import AccountState, FilterState, MetricSource, Platform, PostStatus, SyncStatus
from engagement.models import Interaction, MetricSnapshot, RefusedPayload, SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for
from engagement.reports import Outcome, Report
from engagement.sync import NOT_FILTERED, RETRY, _sync_batch, claim, closed, sync_account, sync_due, sync_posts
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.replies import Answer, answering
from engagement.tests.stage import Stage, staged
from engagement.values import COUNT_FIELDS

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NUMBERS = (*COUNT_FIELDS, "raw", "last_synced_at", "genuine_engagement", "engagement_rate", "measured_at")
every_platform = pytest.mark.parametrize("platform", Platform.values)


@pytest.fixture
def stage(settings, tmp_path) -> Iterator[Stage]:
    with staged(settings, tmp_path) as one:
        yield one


@pytest.fixture
def asked(caplog) -> Iterator[list[str]]:
    """Every request, as "METHOD path", as the connection logs them."""
    lines: list[str] = []
    caplog.set_level(logging.DEBUG, "engagement.platforms.http")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.DEBUG:
                lines.append(f"{record.args[1]} {record.args[2]}")

    handler, logger = Keep(), logging.getLogger("engagement.platforms.http")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


def numbers_of(post: SocialMediaPost) -> dict[str, object]:
    return SocialMediaPost.objects.values(*NUMBERS).get(pk=post.pk)


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
    assert rows[1].next_sync_at == now + HOUR == account.throttled_until
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


# Failures


def synced_once(stage: Stage, platform: str = "facebook") -> tuple[SocialMediaPost, object]:
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
    assert post.next_sync_at >= now + RETRY
    assert post.snapshots.count() == 1


@every_platform
@pytest.mark.django_db
def test_vanished_post_is_deleted_and_keeps_its_last_numbers(stage, platform):
    post, now = synced_once(stage, platform)
    before = numbers_of(post)
    stage.fault("vanished_post", platform=platform, post=post.platform_post_id)

    report = sync_account(post.account, now=now)

    post.refresh_from_db()
    assert (report.counts(), report.failed) == ({"stale": 1}, False)
    assert (post.status, post.next_sync_at) == (PostStatus.DELETED, None)
    assert post.status_reason == post.sync_error != ""
    assert numbers_of(post) == before
    assert sync_account(post.account, now=now + DAY).items == []


@pytest.mark.django_db
def test_nothing_is_called_inside_a_closed_window(stage, asked):
    post, now = synced_once(stage)
    stage.fault("rate_limit", platform="facebook", seconds=7200, times=1)
    first = outcomes(post.account, now)
    asked.clear()

    inside = [outcomes(post.account, now + HOUR), sync_posts([post], now=now + HOUR).counts()]

    assert (first, inside) == ([Outcome.THROTTLED], [[Outcome.THROTTLED], {"skipped": 1}])
    assert asked == []
    assert outcomes(post.account, now + 2 * HOUR) == [Outcome.SYNCED]


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

    broken.account.refresh_from_db()
    fine.account.refresh_from_db()
    assert report.counts() == {"failed": 1, "synced": 1}
    assert (broken.account.state, fine.account.state) == (AccountState.EXPIRED, AccountState.ACTIVE)
    assert broken.account.last_error.endswith("Connect the account again.")
    assert (broken.account.last_error_at, fine.account.last_error) == (now, "")
    assert sync_account(broken.account, now=now + HOUR).counts() == {"skipped": 1}


@pytest.mark.django_db
def test_writing_an_error_down_leaves_what_staff_changed_meanwhile(stage):
    post, now = synced_once(stage)
    stale = SocialAccount.objects.get(pk=post.account.pk)
    SocialAccount.objects.update(state=AccountState.PAUSED, handle="renamed")
    stage.fault("server_error", platform="facebook")

    sync_account(stale, now=now)

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


# The filter


def with_spam(post: SocialMediaPost) -> None:
    make_interaction(post, text="Buy now with my promo code at www.best-deals.shop")


@pytest.mark.django_db
def test_filter_that_fails_leaves_that_post_unfiltered_and_the_next_sync_tries_again(stage, settings, caplog):
    account = stage.account("tiktok")
    broken, fine = stage.live(account), stage.live(account)
    with_spam(broken)
    now = stage.pass_time(hours=24)
    # Only the spammer's evidence is ever compared with the threshold.
    settings.BOT_THRESHOLD = "nonsense"

    report = sync_account(account, now=now)
    broken.refresh_from_db()
    fine.refresh_from_db()
    states = [(post.filter_state, post.sync_status, post.likes is None) for post in (broken, fine)]
    verdict = broken.interactions.get().verdict
    settings.BOT_THRESHOLD = 0.8
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
    settings.BOT_THRESHOLD = "nonsense"

    sync_account(post.account, now=now)

    assert not SocialMediaPost.objects.measured().exists()


# Claims


@pytest.mark.django_db
def test_claim_is_exclusive_until_it_expires(settings):
    account = make_account()
    for _ in range(3):
        make_post(account=account, next_sync_at=NOW)
    expired = NOW + timedelta(seconds=settings.CLAIM_SECONDS)
    everything = SocialMediaPost.objects.all()

    found = [
        len(claim(everything, now=NOW, limit=2)),
        len(claim(everything.due_for_sync(NOW), now=NOW, limit=5)),
        len(claim(everything, now=expired - timedelta(seconds=1), limit=5)),
        len(claim(everything, now=expired, limit=5)),
    ]

    assert found == [2, 1, 0, 3]


@pytest.mark.django_db
def test_claim_takes_the_longest_due_first():
    account = make_account()
    posts = [make_post(account=account, next_sync_at=NOW - hours * HOUR) for hours in (1, 3, 2)]

    (first,) = claim(account.posts.due_for_sync(NOW), now=NOW, limit=1)

    assert first == posts[1]


@pytest.mark.django_db
def test_post_whose_claim_was_lost_is_settled_by_its_new_owner_alone(stage):
    post = stage.live(stage.account("facebook"))
    now = stage.pass_time(hours=2)
    (mine,) = claim(SocialMediaPost.objects.all(), now=now, limit=1)
    theirs = claim(SocialMediaPost.objects.all(), now=now + HOUR, limit=1)[0].claim

    from_a_slow_worker(mine, now)

    post.refresh_from_db()
    assert (post.claim, post.next_sync_at, post.sync_status) == (theirs, NOW, SyncStatus.NEVER)
    assert post.likes is not None


def from_a_slow_worker(post: SocialMediaPost, now) -> None:
    """Go on with a post that was claimed long ago."""
    with adapter_for(post.account) as adapter:
        _sync_batch(adapter, post.account, [post], Report(), now)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_read_every_post_once(stage):
    account = stage.account("tiktok")
    for _ in range(3):
        stage.live(account)
    now = stage.pass_time(hours=2)
    barrier, found = threading.Barrier(2), []

    def work() -> None:
        own = SocialAccount.objects.get()
        barrier.wait()
        try:
            found.extend(item.outcome for item in sync_account(own, now=now).items)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [Outcome.SYNCED] * 3
    assert MetricSnapshot.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_no_request_is_made_inside_a_transaction(stage, monkeypatch):
    account = stage.account("facebook")
    stage.live(account)
    now = stage.pass_time(hours=24)
    inside = []
    request = requests.Session.request
    monkeypatch.setattr(
        requests.Session, "request", lambda *a, **k: inside.append(connection.in_atomic_block) or request(*a, **k)
    )

    sync_account(account, now=now)

    assert set(inside) == {False}


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
def test_named_posts_cost_one_query_to_find_their_accounts(number, django_assert_num_queries):
    account = make_account(state=AccountState.PAUSED)
    for _ in range(number):
        make_post(account=account)
    posts = list(SocialMediaPost.objects.all())

    with django_assert_num_queries(1):
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

    # Claim 3, store 7, assess 14, settle 4, and the look for a next batch 3.
    with transaction.atomic(), django_assert_num_queries(31):
        sync_account(account, now=now)
