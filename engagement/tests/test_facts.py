"""What a platform says of our own accounts, against adapters over real HTTP."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.enums import AccountState, Platform
from engagement.facts import read_facts
from engagement.models import SocialAccount
from engagement.tests.factories import make_account
from engagement.tests.metering import Clock, Metered
from engagement.tests.replies import Answer, answering

DAY = timedelta(days=1)
ME = Answer({"data": {"id": "9", "username": "renamed", "public_metrics": {"followers_count": 6900}}})


def account_on(settings, address: str, **changes) -> SocialAccount:
    settings.PLATFORM_API_URLS = {"twitter": address}
    return make_account(platform=Platform.TWITTER, handle="old", **changes)


@pytest.mark.django_db
def test_followers_and_handle_are_read_once_a_day(settings):
    with answering(ME) as asked:
        account = account_on(settings, asked.address)
        done = [read_facts(account, moment) for moment in (NOW, NOW + DAY / 2, NOW + DAY)]

    account.refresh_from_db()
    assert (done, len(asked.requests)) == ([True, False, True], 2)
    assert (account.followers, account.handle, account.facts_at) == (6900, "renamed", NOW + DAY)


@pytest.mark.django_db
def test_facts_that_cannot_be_read_leave_what_was_known(settings):
    with answering(Answer({"title": "Service Unavailable"}, 503)) as asked:
        account = account_on(settings, asked.address, followers=12)
        done = read_facts(account, NOW)

    account.refresh_from_db()
    assert (done, account.followers, account.handle) == (False, 12, "old")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": AccountState.PAUSED}, id="paused"),
        pytest.param({"throttled_until": NOW + DAY}, id="window-closed"),
        pytest.param({"access_token": ""}, id="no-token"),
    ],
)
@pytest.mark.django_db
def test_account_that_may_not_be_called_is_not(settings, changes):
    with answering(ME) as asked:
        account = account_on(settings, asked.address, **changes)
        done = read_facts(account, NOW)

    assert (done, asked.requests) == (False, [])


QUOTA = {"data": [{"quota_usage": 24, "config": {"quota_total": 25, "quota_duration": 86400}}]}


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (Answer(QUOTA), 1),
        (Answer({"data": [{"quota_usage": 25}]}), 3),
        (Answer({"error": {"message": "(#10) No permission", "code": 10}}, 403), 3),
        (Answer(b"", 500), 3),
    ],
    ids=["told", "no total", "refused", "fault"],
)
@pytest.mark.django_db
def test_posts_that_instagram_still_takes_today_are_asked_with_the_facts(settings, answer, left):
    me, nobody = Answer({"username": "renamed", "followers_count": 6900}), Answer({"data": []})
    account, clock = make_account(platform=Platform.INSTAGRAM), Clock()
    with answering(me, nobody, nobody, nobody, answer) as asked:
        settings.PLATFORM_API_URLS = {"instagram": asked.address}
        done = read_facts(account, NOW)

    account.refresh_from_db()
    publish = "POST", f"/v26.0/{account.platform_user_id}/media_publish"
    assert (done, account.followers) == (True, 6900)
    assert Metered(account, clock).granted(publish, 3) == left


@pytest.mark.django_db
def test_refused_metric_is_asked_for_again_after_a_month(settings):
    refused = {"REELS": {"reposts": "2026-10-01", "reach": "2026-11-19"}, "FEED": {"views": "2026-09-01"}}
    with answering(ME) as asked:
        account = account_on(settings, asked.address, refused_metrics=refused)
        read_facts(account, NOW)

    account.refresh_from_db()
    assert account.refused_metrics == {"REELS": {"reach": "2026-11-19"}}


@pytest.mark.django_db
def test_metric_of_the_account_that_is_refused_is_remembered_for_a_month(settings):
    page = Answer({"id": "1784", "name": "Me", "followers_count": 300})
    message = "(#100) The value must be a valid insights metric: page_follows_city"
    refused = Answer({"error": {"message": message, "code": 100}}, 400)
    told = {"name": "page_follows_country", "values": [{"value": {"PT": 80}}]}
    rest = Answer({"data": [told]})
    with answering(page, refused, rest, page, rest, page, rest, page, refused, rest) as asked:
        settings.PLATFORM_API_URLS = {"facebook": asked.address}
        account = make_account(platform=Platform.FACEBOOK)
        # What is a month old is forgotten with the day's facts, and asked for the day after.
        for moment in (NOW, NOW + DAY, NOW + 31 * DAY, NOW + 32 * DAY):
            read_facts(SocialAccount.objects.get(pk=account.pk), moment)

    account.refresh_from_db()
    assert [query["metric"].count("city") for query in asked.queries if "metric" in query] == [1, 0, 0, 0, 1, 0]
    assert (account.audience, account.followers) == ({"country": {"PT": 80}}, 300)
