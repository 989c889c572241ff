"""Alarms of a loop that feeds on itself: from rows, with numbers, silent where too little is known."""

from datetime import timedelta
from typing import Any

import pytest

from acd.tests.factories import NOW
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content
from patterns.alarms import ADVICE, alarms, alarms_of
from patterns.enums import AlarmState, PatternStatus
from patterns.models import Pattern, PostPerformance
from patterns.reading import reading_of
from patterns.tests.factories import make_evidence, make_pattern

pytestmark = pytest.mark.django_db
TAGS = [["sea", "sun"], ["tram"], ["food", "night"], ["river"], ["tiles"]]
SUBJECTS = {"hashtags", "formats", "hours", "approaches", "captions", "bots", "personas", "patterns"}


@pytest.fixture
def account():
    return make_account()


def make_posts(account, n=20, *, days_ago=29.0, approaches=("story", "tip", "quote"), **changes):
    """Varied posts, one a day from `days_ago` days ago on."""
    return [make_post(account, at, days_ago - at, approaches, changes) for at in range(n)]


def make_post(account, at, age, approaches, changes):
    content = make_content(persona=account.persona, approach=approaches[at % len(approaches)])
    usual = {
        "published_at": NOW - timedelta(days=age),
        "tags": TAGS[at % 5],
        "local_hour": 8 + at % 4,
        "media_kind": ("image", "text")[at % 2],
        # No two captions have a word in common.
        "caption": str(content.pk).translate(str.maketrans("0123456789", "abcdefghij")),
        "observed_count": 20,
        "genuine_count": 20,
    }
    return make_evidence(account, content=content, **usual | changes)


def check(account, days=30):
    found = alarms(
        PostPerformance.objects.for_persona(account.persona).on(account.platform),
        Pattern.objects.for_persona(account.persona),
        now=NOW,
        days=days,
    )
    return {one.subject: one for one in found}


def test_no_posts_say_that_too_little_is_known(account):
    found = check(account)

    assert set(found) == SUBJECTS
    assert {one.state for one in found.values()} == {AlarmState.UNKNOWN}
    assert {(one.value, one.change, one.advice) for one in found.values()} == {(None, None, "")}
    assert found["hashtags"].text == "Hashtags: too little is known, 0 posts now, 0 before; it takes 15."


def test_steady_choices_ring_nothing(account):
    for start in (29, 59):
        make_posts(account, days_ago=start)

    quiet = dict.fromkeys(SUBJECTS - {"patterns"}, AlarmState.QUIET)
    assert {subject: one.state for subject, one in check(account).items()} == quiet | {"patterns": AlarmState.UNKNOWN}


COLLAPSES: dict[str, dict[str, Any]] = {
    "hashtags": {"tags": ["sea", "sun"][:1]},
    "formats": {"media_kind": "image"},
    "hours": {"local_hour": 8},
    "captions": {"caption": "The same words again and again"},
    "bots": {"observed_count": 20, "genuine_count": 8, "bot_count": 12},
    "personas": {"observed_count": 20, "genuine_count": 8, "persona_count": 12},
}


@pytest.mark.parametrize(("subject", "changes"), COLLAPSES.items(), ids=COLLAPSES)
def test_collapse_rings_with_numbers_and_what_to_do(account, subject, changes):
    make_posts(account, days_ago=59)
    make_posts(account, **changes)

    found = check(account)

    one = found[subject]
    assert {name for name, other in found.items() if other.state == AlarmState.ALARM} == {subject}
    assert (one.n, one.n_before, one.advice) == (20, 20, ADVICE[subject])
    assert one.low <= one.value <= one.high
    assert one.change_low <= one.change <= one.change_high
    assert f"{one.n} posts" in one.text
    assert next(iter(found)) == subject


def test_look_and_question_compare_captions_with_those_before_both_windows(account):
    for start in (89, 59, 29):
        make_posts(account, days_ago=start, caption="The same words again and again")
    rows = PostPerformance.objects.for_persona(account.persona).on(account.platform)

    of_look = alarms_of(reading_of(rows), Pattern.objects.none(), now=NOW)

    assert {one.subject: one for one in of_look} == check(account)
    assert check(account)["captions"].before == 1.0


def test_one_approach_rings(account):
    make_posts(account, days_ago=59)
    make_posts(account, approaches=("tip",))

    assert check(account)["approaches"].state == AlarmState.ALARM


def test_few_posts_ring_nothing_however_alike(account):
    make_posts(account, days_ago=59)
    make_posts(account, n=14, **COLLAPSES["hashtags"])

    assert check(account)["hashtags"].state == AlarmState.UNKNOWN


def test_window_is_asked_of_the_days_given(account):
    make_posts(account, days_ago=59)
    make_posts(account, **COLLAPSES["hashtags"])

    found = check(account, days=60)["hashtags"]

    assert (found.n, found.n_before, found.state) == (40, 0, AlarmState.UNKNOWN)


def test_patterns_that_rest_on_others_than_people_ring(account):
    bots = make_evidence(account, total_engagement=100, genuine_engagement=20.0, genuine_low=10.0, genuine_high=40.0)
    people = make_evidence(account, total_engagement=100, genuine_engagement=60.0, genuine_low=40.0, genuine_high=70.0)
    unknown = make_evidence(account, total_engagement=100, genuine_engagement=None, genuine_low=None, genuine_high=None)
    bad, good, odd, retired = (make_pattern(persona=account.persona) for _ in range(4))
    bad.posts.set([bots, unknown])
    good.posts.set([people, unknown])
    odd.posts.set([unknown])
    retired.posts.set([bots])
    Pattern.objects.filter(pk=retired.pk).update(status=PatternStatus.RETIRED)

    found = check(account)["patterns"]

    assert (found.state, found.patterns, found.n) == (AlarmState.ALARM, (bad.pk,), 3)
    assert found.text.endswith("less than half: 1 of 3.")


@pytest.mark.parametrize("n", [1, 3])
def test_alarms_cost_four_queries(account, n, django_assert_num_queries):
    for start in range(n):
        make_posts(account, days_ago=29 + 30 * start)
        make_pattern(persona=account.persona).posts.set(SocialMediaPost.objects.all())

    with django_assert_num_queries(4):
        check(account)
