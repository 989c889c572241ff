"""What is remembered of a platform's peculiarities."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.accounts import note_peculiarities
from engagement.tests.factories import make_account

pytestmark = pytest.mark.django_db
FIRST, LATER = NOW, NOW + timedelta(days=9)


@pytest.mark.parametrize(
    ("told", "notice"),
    [
        pytest.param([(["Odd."], FIRST), ([], LATER)], [(FIRST, "Odd.")], id="later reads may not have asked"),
        pytest.param([(["Odd."], FIRST), (["Odd."], LATER)], [(LATER, "Odd.")], id="still so"),
        pytest.param([(["Odd."], FIRST), (["Other."], LATER)], [(LATER, "Other.")], id="something else"),
        pytest.param([(["A.", "B.", "A."], FIRST)], [(FIRST, "A."), (FIRST, "B.")], id="each once"),
        pytest.param([([], FIRST)], [], id="nothing"),
    ],
)
def test_notice_carries_the_day_on_which_it_was_last_told(told, notice):
    account = make_account()

    for words, moment in told:
        note_peculiarities(account, words, (), moment)

    account.refresh_from_db()
    assert account.notice.splitlines() == [f"{day:%Y-%m-%d}: {words}" for day, words in notice]


def test_the_same_notice_on_the_same_day_is_not_written_again(django_assert_num_queries):
    account = make_account()
    note_peculiarities(account, ["Odd."], (), FIRST)

    with django_assert_num_queries(0):
        note_peculiarities(account, ["Odd."], (), FIRST + timedelta(hours=2))
