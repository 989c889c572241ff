"""What is taken away takes with it what rested on it: posts and verdicts, through the doors that there are.

People are erased in test_forgetting.py. Every time the world is compared with one in which it had never been.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from acd.tests.clients import client_with
from acd.tests.factories import NOW
from engagement.enums import Verdict
from engagement.models import Interaction, SocialMediaPost
from engagement.tests.factories import make_account
from gator import loop
from gator.forgetting import relearn
from gator.tests.test_commands import run_json
from gator.tests.test_forgetting import build, forget, in_a_world_of_its_own, told
from patterns.enums import PatternStatus, RetiredReason
from patterns.extraction import extract
from patterns.models import Extraction, Pattern
from patterns.rebuilding import looks_at
from patterns.removals import take_up_removals
from patterns.tests.factories import make_extraction, make_window

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
# What the filter takes for a campaign: on every eighth post.
CAMPAIGN = {"platform_id__in": [f"{number}-copy" for number in range(0, 40, 8)]}
SOME_POSTS = {"platform_post_id__in": [f"post-{number}" for number in (3, 8, 21)]}


def decide(rows, verdict):
    client = client_with("engagement.change_interaction")
    for row in rows:
        response = client.post(
            f"/api/v1/posts/{row.post_id}/interactions/{row.pk}/decide/", {"verdict": verdict}, format="json"
        )
        assert response.status_code == 200


def say_genuine():
    decide(Interaction.objects.filter(**CAMPAIGN), Verdict.GENUINE)
    loop.learn(timezone.now())


def take_back():
    say_genuine()
    decide(Interaction.objects.filter(**CAMPAIGN), "")
    loop.learn(timezone.now())


def delete_posts():
    SocialMediaPost.objects.filter(**SOME_POSTS).delete()
    loop.learn(LATER)


def delete_posts_before_they_are_measured():
    SocialMediaPost.objects.filter(**SOME_POSTS).delete()


def call_genuine_before_it_is_judged():
    Interaction.objects.filter(**CAMPAIGN).update(override=Verdict.GENUINE)


def nothing():
    pass


DOORS = {
    "posts deleted": (delete_posts, delete_posts_before_they_are_measured),
    "verdicts overruled": (say_genuine, call_genuine_before_it_is_judged),
    "overruled and given back": (take_back, nothing),
}


@pytest.mark.parametrize(("remove", "never_there"), DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("seed", [1, 4])
def test_after_a_removal_everything_is_as_if_it_had_never_been_there(seed, remove, never_there):
    without, _ = in_a_world_of_its_own(seed, with_ana=True, before_measuring=never_there)

    before, after = in_a_world_of_its_own(seed, with_ana=True, then=remove)

    assert never_there is nothing or before["patterns"] != without["patterns"]
    assert without["patterns"] != []
    # A run whose post went keeps the grade that it gave: a person may delete the run as well.
    kept = ("patterns", "posts", "verdicts") if remove is delete_posts else without
    for name in kept:
        assert after[name] == without[name], name


@pytest.mark.django_db(transaction=True)
def test_what_is_stored_after_removals_is_what_a_rebuild_gives():
    build(1, with_ana=True)
    SocialMediaPost.objects.filter(**SOME_POSTS).delete()
    decide(Interaction.objects.filter(**CAMPAIGN), Verdict.GENUINE)
    run_json("erase_author", "--platform", "instagram", "--author", "ana-1815")
    loop.learn(now := timezone.now())

    rebuilt = looks_at([now], days=90)[now].values()

    rows = [row for look in rebuilt for row in look.patterns]
    assert {row["digest"]: row["strategy"] for row in rows} == dict(
        Pattern.objects.active().values_list("digest", "strategy")
    )
    assert rows != []


def test_decision_before_the_first_look_is_taken_up_by_it():
    without, _ = in_a_world_of_its_own(1, with_ana=True, before_measuring=call_genuine_before_it_is_judged)

    def forget_all_looks_and_decide():
        Pattern.objects.all().delete()
        Extraction.objects.all().delete()
        say_genuine()

    _, after = in_a_world_of_its_own(1, with_ana=True, then=forget_all_looks_and_decide)

    assert after == without


def test_patterns_that_end_by_an_erasure_say_so():
    build(1, with_ana=True)

    forget()

    ended = Pattern.objects.exclude(status=PatternStatus.ACTIVE)
    assert set(ended.values_list("retired_reason", flat=True)) == {RetiredReason.REMOVED}


def test_pattern_whose_posts_are_all_gone_ends_with_the_reason():
    account = make_account()
    make_window(account)
    extract(account.persona, account.platform, now=NOW)
    SocialMediaPost.objects.all().delete()

    run_json("extract_patterns")

    ended = Pattern.objects.values_list("status", "retired_reason")
    assert set(ended) == {(PatternStatus.RETIRED, RetiredReason.REMOVED)}


def test_removal_is_taken_up_once():
    account = make_account()
    posts = make_window(account)
    extract(account.persona, account.platform, now=NOW)
    posts[0].delete()

    looks = [len(loop.learn(NOW + timedelta(minutes=n))) for n in (5, 10)]

    assert looks == [1, 0]


def test_nothing_is_measured_where_nothing_was_removed(django_assert_num_queries):
    account = make_account()
    make_window(account)
    for _ in range(3):
        make_extraction(persona=account.persona)
    extract(account.persona, account.platform, now=LATER)

    with django_assert_num_queries(3):
        assert take_up_removals(LATER) == set()


def test_decision_that_waits_is_not_passed_over_by_the_looks_after_an_erasure():
    def forget_after_a_decision():
        decide(Interaction.objects.filter(**CAMPAIGN), Verdict.GENUINE)
        run_json("erase_author", "--platform", "instagram", "--author", "ana-1815")

    without, _ = in_a_world_of_its_own(2, with_ana=False, before_measuring=call_genuine_before_it_is_judged)

    _, after = in_a_world_of_its_own(2, with_ana=True, then=forget_after_a_decision)

    assert after == without
    assert relearn(timezone.now()).erasures == 0
    assert told() == {"posts": [], "verdicts": [], "contexts": [], "patterns": []}
    assert Extraction.objects.count() == 0
