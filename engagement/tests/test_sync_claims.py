"""Two workers never do the same work, and no request is made inside a transaction."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated,func-returns-value"

import threading
from datetime import timedelta

import pytest
import requests
from django.db import connection

from acd.tests.factories import NOW
from engagement.enums import SyncStatus
from engagement.fetching import Batch
from engagement.models import MetricSnapshot, SocialAccount, SocialMediaPost
from engagement.reports import Outcome
from engagement.sync import Run, _fetched, _finish, claim, sync_account
from engagement.tests.factories import make_account, make_post

HOUR = timedelta(hours=1)


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
def test_claim_is_one_statement_and_brings_what_a_read_needs(django_assert_num_queries):
    post = make_post(next_sync_at=NOW, caption="Words", likes=3, interactions_read_at=NOW - HOUR)

    with django_assert_num_queries(1):
        (found,) = claim(SocialMediaPost.objects.all(), now=NOW, limit=5)
        read = (found.pk, found.caption, found.likes, found.published_at, found.interactions_read_at, found.account_id)

    post.refresh_from_db()
    assert read == (post.pk, "Words", 3, post.published_at, NOW - HOUR, post.account_id)
    assert (found.claim, found.missing_since) == (post.claim, None)


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
    batch, run = Batch(post.account, [post]), Run(now)
    _finish([(batch, _fetched(batch, run))], run)


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
    send = requests.Session.send
    monkeypatch.setattr(
        requests.Session, "send", lambda *a, **k: inside.append(connection.in_atomic_block) or send(*a, **k)
    )

    sync_account(account, now=now)

    assert set(inside) == {False}
