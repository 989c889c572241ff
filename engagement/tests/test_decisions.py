"""What people say of interactions, and how those that the filter is not sure of are counted."""

from datetime import timedelta
from operator import itemgetter

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acd.tests.factories import NOW
from engagement.assessment import Counted, _count
from engagement.decisions import NothingToDecide, decide, deciding, measure
from engagement.enums import Verdict
from engagement.models import Decision, Interaction, SocialMediaPost
from engagement.tests.factories import make_account, make_interaction, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("mira")


@pytest.fixture
def row() -> Interaction:
    return make_interaction(
        make_post(account=make_account()), verdict=Verdict.UNSURE, score=0.6, model_version="comments-2"
    )


def test_decision_stands_above_the_filter_and_says_who_when_and_against_what(row, staff):
    decide(row, Verdict.BOT, by=staff, now=NOW)

    row.refresh_from_db()
    label = Decision.objects.get()
    assert (row.verdict, row.final_verdict, row.overridden_by) == (Verdict.UNSURE, Verdict.BOT, staff)
    assert (label.verdict, label.decided_by, label.decided_at) == (Verdict.BOT, staff, NOW)
    assert (label.filter_verdict, label.score, label.model_version) == (Verdict.UNSURE, 0.6, "comments-2")


def test_what_is_given_back_follows_the_filter_and_both_words_stay_in_the_history(row, staff):
    decide(row, Verdict.GENUINE, by=staff, now=NOW)
    row.refresh_from_db()
    decide(row, "", by=staff, now=NOW + timedelta(hours=1))

    row.refresh_from_db()
    assert (row.override, row.overridden_by, row.final_verdict) == ("", None, Verdict.UNSURE)
    assert [one.verdict for one in row.decisions.all()] == ["", Verdict.GENUINE]
    assert list(Decision.objects.newest()) == []


@pytest.mark.parametrize(("verdict", "word"), [(Verdict.BOT, "said already"), ("", "no person")])
def test_the_same_again_is_refused_and_writes_nothing(row, staff, verdict, word):
    if verdict:
        decide(row, verdict, by=staff, now=NOW)
    before = Decision.objects.count()

    with pytest.raises(NothingToDecide, match=word):
        decide(row, verdict, by=staff, now=NOW)

    assert Decision.objects.count() == before


def test_newest_decision_of_each_interaction_is_the_label(row, staff):
    decide(row, Verdict.BOT, by=staff, now=NOW)
    decide(row, Verdict.GENUINE, by=staff, now=NOW + timedelta(hours=1))

    labels = Decision.objects.newest().of_model("comments-2")

    assert [(one.interaction_id, one.verdict) for one in labels] == [(row.pk, Verdict.GENUINE)]


def test_only_what_is_unsure_visible_and_undecided_is_for_review(row, staff):
    post = row.post
    make_interaction(post, verdict=Verdict.GENUINE, score=0.1)
    make_interaction(post, verdict=Verdict.UNSURE, score=0.5, deleted_at=timezone.now())
    decided = make_interaction(post, verdict=Verdict.UNSURE, score=0.5)
    decide(decided, Verdict.PERSONA, by=staff, now=NOW)

    assert list(Interaction.objects.to_review()) == [row]


@pytest.mark.parametrize(
    ("clear", "unsure", "counts"),
    [
        pytest.param({}, {}, (0, 0, 0, 0), id="nobody"),
        pytest.param({"genuine": 3, "bot": 2, "persona": 1}, {}, (3, 2, 1, 0), id="all-clear"),
        pytest.param({"genuine": 3}, {"comment": (4, 1.4)}, (6, 1, 0, 4), id="rounded-down"),
        pytest.param({"bot": 1}, {"comment": (2, 0.9), "like": (1, 0.6)}, (1, 3, 0, 3), id="kinds-together"),
        pytest.param({}, {"comment": (1, 0.5)}, (0, 1, 0, 1), id="half-up"),
    ],
)
def test_whom_the_filter_is_not_sure_of_counts_by_probability_and_all_are_partitioned(clear, unsure, counts):
    post, seen = SocialMediaPost(), Counted(unsure=unsure)
    seen.clear.update({("comment", verdict): number for verdict, number in clear.items()})

    _count(post, seen)

    assert (post.genuine_count, post.bot_count, post.persona_count, post.unsure_count) == counts
    assert post.observed_count == sum(counts[:3])


def test_measuring_after_a_decision_counts_the_person_s_word():
    row = make_interaction(make_post(account=make_account(), comments=1))
    decide(row, Verdict.BOT, by=None, now=NOW)

    measure([row], now=NOW)

    row.post.refresh_from_db()
    assert (row.post.genuine_count, row.post.bot_count) == (0, 1)


def test_what_was_erased_meanwhile_is_not_decided(row, staff):
    Interaction.objects.filter(pk=row.pk).delete()

    with pytest.raises(NothingToDecide, match="it is gone"):
        decide(row, Verdict.BOT, by=staff, now=NOW)

    assert not Decision.objects.exists()


def test_posts_are_locked_before_interactions_as_by_every_other_writer(row, staff):
    """A sync locks its posts and then writes interactions: the other way round each would wait for the other."""
    with CaptureQueriesContext(connection) as captured, deciding([row]):
        decide(row, Verdict.BOT, by=staff, now=NOW)

    read = [sql.split(" FROM ")[1].split('"')[1] for sql in map(itemgetter("sql"), captured) if " FROM " in sql]
    assert read[:2] == ["engagement_socialmediapost", "engagement_interaction"]
