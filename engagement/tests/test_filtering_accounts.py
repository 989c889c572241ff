"""What the accounts of authors tell, where a platform shows them."""

from datetime import UTC, datetime

import pytest

from engagement.enums import InteractionKind, Verdict
from engagement.filtering.account_model import account_of
from engagement.filtering.model import load_model
from engagement.filtering.pipeline import assess
from engagement.filtering.scene import Account, Seen

AT = datetime(2026, 3, 11, tzinfo=UTC)
EMPTY = Account(age_days=2, followers=0, following=40, posts=900, has_biography=False, has_picture=False)
SETTLED = Account(age_days=2_900, followers=800, following=400, posts=3_000, has_biography=True, has_picture=True)


def score(account):
    (found,) = assess([Seen(1, InteractionKind.LIKE, "a", account=account)], known_personas=frozenset()).values()
    return found


def test_assess_doubts_an_empty_account_more_than_a_settled_one():
    assert score(SETTLED).score < score(None).score < score(EMPTY).score


def test_assess_convicts_nobody_for_an_empty_account():
    assert score(EMPTY).verdict == Verdict.GENUINE


@pytest.mark.parametrize(
    "account",
    [
        pytest.param(Account(), id="nothing"),
        pytest.param(Account(followers=0, has_picture=False, has_biography=False), id="no age"),
    ],
)
def test_assess_takes_what_is_not_told_for_nothing(account):
    assert score(account) == score(None)


def test_log_odds_leave_out_what_is_not_told():
    model = load_model().accounts
    assert model is not None

    assert model.log_odds(Account(age_days=400)) != model.log_odds(Account(age_days=400, followers=0))


def test_account_of_is_as_old_as_it_was_then():
    account = account_of({"joined_at": "2026-03-01", "followers": 3, "has_name": True}, AT)

    assert account == Account(age_days=10.0, followers=3)


@pytest.mark.parametrize(
    ("signals", "at", "account"),
    [
        pytest.param({}, AT, None, id="nothing stored"),
        pytest.param({"joined_at": "2026-03-01"}, None, Account(), id="no moment"),
        pytest.param({"joined_at": "2026-04-01"}, AT, Account(age_days=0.0), id="joined later, by another clock"),
    ],
)
def test_account_of_what_is_unknown(signals, at, account):
    assert account_of(signals, at) == account
