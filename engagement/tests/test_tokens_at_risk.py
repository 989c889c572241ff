"""What staff are told ahead: whose access ends within 14, 7 and 1 days, and how many planned posts come too late."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.enums import AccountState, Flavour, Platform, PostStatus
from engagement.models import SocialAccount
from engagement.tests.factories import make_account, make_post
from engagement.tokens import why_not
from engagement.values import App

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)
OLD = NOW - 40 * DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _apps(settings):
    settings.PLATFORM_APPS = {"twitter": App(id="x"), "tiktok": App(id="t")}


def plan(account: SocialAccount, *days: float, status: str = PostStatus.SCHEDULED) -> None:
    for number in days:
        at = NOW + number * DAY
        make_post(account=account, status=status, platform_post_id=None, published_at=None, scheduled_at=at)


def make_ending(left: timedelta, **changes) -> SocialAccount:
    """An account that no program renews, since its app is not set."""
    return make_account(**{"platform": Platform.FACEBOOK, "token_expires_at": NOW + left, "created_at": OLD} | changes)


def risk(account: SocialAccount) -> tuple[int | None, int]:
    row = SocialAccount.objects.with_risk(NOW).get(pk=account.pk)
    return row.token_warning, row.posts_at_risk  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("left", "warning"),
    [
        (15 * DAY, None),
        (14 * DAY + SECOND, None),
        (14 * DAY, 14),
        (7 * DAY + SECOND, 14),
        (7 * DAY, 7),
        (DAY + SECOND, 7),
        (DAY, 1),
        (-DAY, 1),
    ],
    ids=str,
)
def test_warning_comes_14_7_and_1_days_ahead(left, warning):
    assert risk(make_ending(left))[0] == warning


def test_posts_planned_for_after_the_end_are_at_risk():
    account = make_ending(6 * DAY)
    plan(account, 1, 5.9, 6, 6.1, 30)
    plan(account, 8, status=PostStatus.DRAFT)
    plan(make_ending(2 * DAY), 3)

    assert risk(account) == (7, 3)


@pytest.mark.parametrize("state", [AccountState.EXPIRED, AccountState.REVOKED])
def test_every_planned_post_of_an_account_without_access_is_at_risk(state):
    account = make_ending(30 * DAY, state=state)
    plan(account, -1, 1, 2)

    assert risk(account) == (1, 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"platform": Platform.INSTAGRAM, "token_expires_at": NOW + 3 * DAY}, (None, 0), id="Instagram"),
        pytest.param(
            {"platform": Platform.INSTAGRAM, "token_expires_at": NOW + 3 * DAY, "last_error": "Refused"},
            (7, 1),
            id="Instagram, whose renewal fails",
        ),
        pytest.param(
            {"platform": Platform.INSTAGRAM, "token_expires_at": NOW + HOUR, "created_at": NOW},
            (1, 1),
            id="Instagram, of an hour",
        ),
        pytest.param({"platform": Platform.INSTAGRAM, "token_expires_at": NOW - DAY}, (1, 1), id="Instagram, ended"),
        pytest.param({"platform": Platform.TWITTER, "refresh_token": "r"}, (None, 0), id="X"),
        pytest.param(
            {"platform": Platform.TWITTER, "refresh_token": "r", "last_error": "Slow"}, (None, 0), id="X, slow"
        ),
        pytest.param({"platform": Platform.TWITTER}, (1, 1), id="X, without a refresh token"),
        pytest.param(
            {"platform": Platform.TIKTOK, "flavour": Flavour.BUSINESS, "refresh_token": "r"}, (1, 1), id="no app is set"
        ),
        pytest.param(
            {"platform": Platform.TIKTOK, "refresh_token": "r", "refresh_expires_at": NOW + 3 * DAY},
            (7, 1),
            id="the refresh token ends",
        ),
        pytest.param(
            {"platform": Platform.TIKTOK, "refresh_token": "r", "refresh_expires_at": NOW + 30 * DAY},
            (None, 0),
            id="the refresh token ends later",
        ),
        pytest.param({"platform": Platform.FACEBOOK, "token_expires_at": None}, (None, 0), id="a token without end"),
    ],
)
def test_token_that_a_program_renews_puts_nothing_at_risk(changes, expected):
    account = make_ending(HOUR, **changes)
    plan(account, 10)

    assert risk(account) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"platform": Platform.INSTAGRAM},
        {"platform": Platform.INSTAGRAM, "token_expires_at": NOW},
        {"platform": Platform.INSTAGRAM, "token_expires_at": None},
        {"platform": Platform.INSTAGRAM, "token_expires_at": OLD + 20 * HOUR},
        {"platform": Platform.INSTAGRAM, "flavour": Flavour.FACEBOOK_LOGIN},
        {"platform": Platform.TWITTER},
        {"platform": Platform.TWITTER, "refresh_token": "r"},
        {"platform": Platform.TWITTER, "refresh_token": "r", "token_expires_at": NOW - DAY},
        {"platform": Platform.TWITTER, "refresh_token": "r", "access_token": ""},
        {"platform": Platform.TWITTER, "refresh_token": "r", "state": AccountState.REVOKED},
        {"platform": Platform.TWITTER, "refresh_token": "r", "flavour": Flavour.BUSINESS},
        {"platform": Platform.TIKTOK, "refresh_token": "r", "refresh_expires_at": NOW},
        {"platform": Platform.TIKTOK, "refresh_token": "r", "refresh_expires_at": NOW + DAY},
        {"platform": Platform.TIKTOK, "refresh_token": "r", "flavour": Flavour.BUSINESS},
    ],
    ids=str,
)
def test_lists_and_the_engine_agree_on_what_can_be_renewed(changes):
    account = make_ending(3 * DAY, **changes)

    assert SocialAccount.objects.renewable(NOW).exists() is (why_not(account, NOW) == "")


@pytest.mark.parametrize(("days", "found"), [(1, 2), (7, 3), (14, 4)])
def test_ending_holds_what_has_ended_and_expiring_does_not(days, found):
    for left in (-DAY, HOUR, 5 * DAY, 10 * DAY, 20 * DAY):
        make_ending(left)

    assert SocialAccount.objects.ending(NOW, days).count() == found
    assert SocialAccount.objects.expiring(NOW, days).count() == found - 1


def test_risk_of_all_accounts_is_one_question(django_assert_num_queries):
    for _ in range(3):
        plan(make_ending(DAY), 2, 3)

    with django_assert_num_queries(1):
        rows = list(SocialAccount.objects.with_risk(NOW))

    assert [row.posts_at_risk for row in rows] == [2, 2, 2]  # type: ignore[attr-defined]
