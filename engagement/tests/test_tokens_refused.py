"""Calls that are refused for their token: one alone pauses nothing; and making a token usable before a call."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated"

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.accounts import closed, note_account_error, note_account_success
from engagement.enums import AccountState, Platform
from engagement.models import SocialAccount
from engagement.platforms import errors
from engagement.tests.factories import make_account
from engagement.tests.renewing import pair, renewable_account
from engagement.tests.replies import Answer, answering
from engagement.tokens import CONFIRM_AFTER, FIRST_REFUSAL, confirm_failure, fresh, refresh_account

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def refusal(code: str = "", subcode: str = "") -> errors.AuthenticationFailed:
    return errors.AuthenticationFailed("No.", platform="facebook", status=401, code=code, subcode=subcode)


def state_of(account: SocialAccount) -> tuple[str, int]:
    account = SocialAccount.objects.get(pk=account.pk)
    return account.state, account.auth_failures


def make_unrenewable(**changes) -> SocialAccount:
    return make_account(platform=Platform.FACEBOOK, **changes)


@pytest.mark.django_db
def test_one_refusal_is_noted_and_pauses_nothing():
    account = make_unrenewable()

    confirm_failure(account, refusal(), NOW)

    assert state_of(account) == (AccountState.ACTIVE, 1)
    assert account.last_error.endswith(FIRST_REFUSAL)
    assert closed(account, NOW + CONFIRM_AFTER - MINUTE).startswith("The platform refused the token")
    assert closed(account, NOW + CONFIRM_AFTER) == ""


@pytest.mark.parametrize(
    ("error", "state"),
    [
        pytest.param(refusal("190", "463"), AccountState.EXPIRED, id="Graph, ended"),
        pytest.param(refusal("190", "458"), AccountState.REVOKED, id="Graph, app removed"),
        pytest.param(refusal("190", "460"), AccountState.REVOKED, id="Graph, password changed"),
        pytest.param(refusal("auth_removed"), AccountState.REVOKED, id="TikTok, removed"),
        pytest.param(refusal(), AccountState.EXPIRED, id="a bare 401"),
    ],
)
@pytest.mark.django_db
def test_another_refusal_minutes_later_pauses_that_account_alone(error, state):
    account, other = make_unrenewable(), make_unrenewable()

    for moment in (NOW, NOW + MINUTE, NOW + CONFIRM_AFTER):
        before = state_of(account)
        confirm_failure(account, error, moment)

    assert before == (AccountState.ACTIVE, 1)
    assert (state_of(account), state_of(other)) == ((state, 2), (AccountState.ACTIVE, 0))
    assert (account.last_error, account.last_error_at) == (error.for_staff, NOW + CONFIRM_AFTER)


@pytest.mark.django_db
def test_refusals_of_different_days_are_each_the_first():
    account = make_unrenewable()

    for days in range(3):
        confirm_failure(account, refusal(), NOW + days * DAY)

    assert state_of(account) == (AccountState.ACTIVE, 1)


@pytest.mark.django_db
def test_answered_call_between_two_refusals_makes_the_second_the_first():
    account = make_unrenewable()

    note_account_error(account, refusal(), NOW)
    note_account_success(account)
    note_account_error(account, refusal(), NOW + HOUR)

    assert state_of(account) == (AccountState.ACTIVE, 1)


@pytest.mark.django_db
def test_end_of_the_token_confirms_a_refusal():
    account = make_unrenewable(token_expires_at=NOW)

    confirm_failure(account, refusal(), NOW)

    assert state_of(account) == (AccountState.EXPIRED, 1)


@pytest.mark.parametrize("state", [AccountState.PAUSED, AccountState.REVOKED])
@pytest.mark.django_db
def test_refusal_leaves_the_state_that_says_more(state):
    account = make_unrenewable(state=state, token_expires_at=NOW)

    confirm_failure(account, refusal(), NOW)

    assert state_of(account)[0] == state


# Where the token can be renewed


@pytest.mark.django_db
def test_refused_token_is_renewed_at_once(renewing):
    account = renewable_account(renewing, "twitter", left=HOUR)
    before = pair(account)

    confirm_failure(account, refusal(), NOW)

    assert pair(account) == (account.access_token, account.refresh_token) != before
    assert state_of(account) == (AccountState.ACTIVE, 0)
    assert closed(account, NOW) == ""


@pytest.mark.django_db
def test_refused_renewal_confirms_a_refusal(renewing, settings):
    account = renewable_account(renewing, "twitter", left=HOUR)

    with answering(Answer({"error": "invalid_grant"}, 400)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        confirm_failure(account, refusal(), NOW)

    assert state_of(account) == (AccountState.REVOKED, 1)


@pytest.mark.django_db
def test_renewal_that_cannot_be_reached_leaves_the_refusal_to_be_confirmed(renewing, settings):
    account = renewable_account(renewing, "twitter", left=HOUR)

    with answering(Answer({}, 503)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        confirm_failure(account, refusal(), NOW)
        first = state_of(account)
        confirm_failure(account, refusal(), NOW + 15 * MINUTE)

    assert (first, state_of(account)) == ((AccountState.ACTIVE, 1), (AccountState.EXPIRED, 2))


@pytest.mark.django_db
def test_new_token_that_is_refused_is_not_renewed_again(renewing, asked):
    account = renewable_account(renewing, "twitter", left=HOUR)
    confirm_failure(account, refusal(), NOW)
    asked.clear()

    for minutes in (15, 30):
        confirm_failure(account, refusal(), NOW + minutes * MINUTE)

    assert (asked, state_of(account)) == ([], (AccountState.EXPIRED, 2))


@pytest.mark.django_db
def test_refusal_of_a_token_that_another_worker_renewed_meanwhile_counts_for_nothing(renewing):
    account = renewable_account(renewing, "twitter", left=HOUR)
    stale = SocialAccount.objects.get(pk=account.pk)
    refresh_account(account, now=NOW)

    confirm_failure(stale, refusal(), NOW)

    assert state_of(account) == (AccountState.ACTIVE, 0)
    assert stale.access_token == account.access_token


# Before a call


@pytest.mark.parametrize(
    ("left", "is_renewed"),
    [
        pytest.param(HOUR, False, id="an hour left"),
        pytest.param(4 * MINUTE, True, id="minutes left"),
        pytest.param(-DAY, True, id="ended yesterday"),
    ],
)
@pytest.mark.django_db
def test_token_is_made_usable_before_a_call(renewing, left, is_renewed):
    account = renewable_account(renewing, "tiktok", left=left)
    before = pair(account)

    reason = fresh(account, NOW)

    assert (reason, pair(account) != before) == ("", is_renewed)
    assert account.access_token == pair(account)[0]


@pytest.mark.django_db
def test_token_that_ended_and_cannot_be_renewed_is_told_with_the_reason():
    account = make_unrenewable(token_expires_at=NOW)

    reason = fresh(account, NOW)

    assert reason.startswith("Its token has ended. Its token can be renewed only with the app it belongs to")


@pytest.mark.parametrize(("left", "usable"), [(4 * MINUTE, True), (-MINUTE, False)], ids=["not ended", "ended"])
@pytest.mark.django_db
def test_token_is_used_to_its_end_while_it_cannot_be_renewed(renewing, settings, left, usable):
    account = renewable_account(renewing, "twitter", left=left)

    with answering(Answer({}, 503)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        reason = fresh(account, NOW)

    assert (reason == "", len(asked.requests)) == (usable, 1)


@pytest.mark.django_db
def test_token_without_a_known_end_is_used(renewing):
    account = renewable_account(renewing, "twitter", left=HOUR, token_expires_at=None)

    assert fresh(account, NOW) == ""
