"""Groupings against a recount in Python, and what may serve as evidence at all."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from acd.enums import State, Validation
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, FilterState, Platform
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import PatternStatus
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance
from patterns.tests.factories import make_evidence, make_extraction, make_pattern

POSTS = st.lists(
    st.fixed_dictionaries(
        {
            # Sixteenths of a percent add up without rounding.
            "engagement_rate": st.none() | st.integers(0, 160).map(lambda n: n / 16),
            "local_hour": st.none() | st.sampled_from([8, 12, 18]),
            "local_weekday": st.none() | st.integers(0, 6),
            "media_kind": st.sampled_from(["image", "video"]),
            "tags": st.sets(st.sampled_from(["sea", "light", "market"])),
            "basis": st.sampled_from([Basis.REACH, Basis.VIEWS]),
            "approach": st.sampled_from(["", "question", "story"]),
        }
    ),
    max_size=12,
)


def recount(posts, items_of):
    groups = defaultdict(list)
    for post in posts:
        for item in items_of(post):
            groups[item].append(post["engagement_rate"])
    return {item: (len(rates), sum(rates), sum(rate * rate for rate in rates)) for item, rates in groups.items()}


def told(rows):
    return {row["subject"]: (row["n"], row["total"], row["squares"]) for row in rows}


class GroupingTest(TestCase):
    @settings(max_examples=25)
    @given(POSTS)
    def test_groups_agree_with_a_recount(self, drawn):
        account = make_account()
        for changes in map(dict, drawn):
            content = make_content(persona=account.persona, approach=changes.pop("approach"))
            make_evidence(account, content=content, **changes)
        known = [p for p in drawn if p["basis"] == Basis.REACH and p["engagement_rate"] is not None]

        posts = PostPerformance.objects.all().with_value(Basis.REACH)

        assert told(posts.per_hashtag()) == recount(known, lambda p: p["tags"])
        assert told(posts.per_hour()) == recount(known, lambda p: {p["local_hour"]} - {None})
        assert told(posts.per_weekday()) == recount(known, lambda p: {p["local_weekday"]} - {None})
        assert told(posts.per_format()) == recount(known, lambda p: [p["media_kind"]])
        assert told(posts.per_approach()) == recount(known, lambda p: {p["approach"]} - {""})
        assert posts.sums()["n"] == sum(row["n"] for row in posts.per_format()) == len(known)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"published_at": NOW - timedelta(days=30)}, False),
        ({"published_at": NOW - timedelta(days=30) + timedelta(microseconds=1)}, True),
        ({"published_at": NOW - timedelta(hours=48), "last_synced_at": NOW}, True),
        ({"published_at": NOW - timedelta(hours=47), "last_synced_at": NOW}, False),
        ({"filter_state": FilterState.UNFILTERED}, False),
        ({"filter_state": FilterState.UNOBSERVED}, True),
        ({"genuine_engagement": None}, False),
        ({"last_synced_at": None}, False),
    ],
    ids=["usual", "at the start", "just after it", "settled", "too young", "unfiltered", "unobserved", "unknown",
         "never synced"],
)  # fmt: skip
def test_window_holds_measured_and_settled_posts(changes, counts):
    post = make_evidence(make_account(), **changes)

    posts = PostPerformance.objects.in_window(NOW - timedelta(days=30), NOW)

    assert [p.pk for p in posts] == ([post.pk] if counts else [])


@pytest.mark.django_db
def test_main_basis_is_the_most_frequent_and_the_first_by_name_in_a_tie():
    account = make_account()

    assert PostPerformance.objects.all().main_basis() == ""

    make_evidence(account, basis="")
    make_evidence(account, basis=Basis.VIEWS)
    make_evidence(account, basis=Basis.REACH)

    assert PostPerformance.objects.all().main_basis() == Basis.REACH

    make_evidence(account, basis=Basis.VIEWS)

    assert PostPerformance.objects.all().main_basis() == Basis.VIEWS


@pytest.mark.django_db
def test_value_is_the_lift_where_there_is_no_basis():
    account = make_account()
    make_evidence(account, basis=Basis.COUNT, engagement_rate=None, lift=0.25)
    make_evidence(account, basis=Basis.COUNT, engagement_rate=None, lift=None)
    make_evidence(account)

    posts = PostPerformance.objects.all().with_value(Basis.COUNT)

    assert posts.sums() == {"n": 1, "total": 0.25, "squares": 0.0625}


@pytest.mark.django_db
def test_high_performing_asks_the_lower_bound():
    account = make_account()
    sure, best = (make_evidence(account, engagement_rate=rate) for rate in (5.6, 9.0))
    make_evidence(account, engagement_rate=5.5)

    posts = PostPerformance.objects.all().high_performing(5.0)

    assert [post.pk for post in posts] == [best.pk, sure.pk]


@pytest.mark.django_db
def test_awaiting_extraction_are_posts_with_numbers_newer_than_the_last_look():
    account = make_account()
    seen = make_evidence(account, measured_at=NOW - timedelta(hours=2))
    newer = make_evidence(account, measured_at=NOW)
    elsewhere = make_evidence(make_account(persona=account.persona, platform=Platform.TIKTOK))
    for hours in (1, 5):
        make_extraction(persona=account.persona, as_of=NOW - timedelta(hours=hours))

    waiting = PostPerformance.objects.awaiting_extraction(Extraction.objects.all())

    assert {post.pk for post in waiting} == {newer.pk, elsewhere.pk}
    assert seen.pk not in {post.pk for post in waiting}


@pytest.mark.django_db
def test_failures_are_counted_by_error_and_phase():
    persona = make_persona()
    for state, validation, error in (
        (State.FAILED, Validation.PENDING, "Timeout"),
        (State.FAILED, Validation.REJECTED, "Timeout"),
        (State.DONE, Validation.REJECTED, ""),
        (State.DONE, Validation.ANALYZED, ""),
    ):
        context = make_context(phase="TEXT_GENERATION", state=state, validation=validation, error_class=error)
        make_content(persona=persona, context=context)
    make_content(context=make_context(phase="TEXT_GENERATION", state=State.FAILED, error_class="Timeout"))

    runs = GenerationOutcome.objects.for_persona(persona)

    assert [(row["failure"], row["n"]) for row in runs.per_failure()] == [("Timeout", 2), ("Rejected by a person", 1)]
    assert list(runs.per_phase()) == [{"phase": "TEXT_GENERATION", "n": 4, "failures": 3}]


@pytest.mark.django_db
def test_patterns_by_status_persona_platform_and_time():
    persona = make_persona()
    rows = {status: make_pattern(persona=persona, status=status) for status in PatternStatus}
    make_pattern(learned_at=NOW - timedelta(days=1))
    make_pattern(learned_at=NOW - timedelta(days=1), effect=None, effect_low=None, effect_high=None)

    ours = Pattern.objects.for_persona(persona).on("instagram")

    assert list(ours.active()) == [rows[PatternStatus.ACTIVE]]
    assert set(ours.current()) == {rows[PatternStatus.ACTIVE], rows[PatternStatus.REJECTED]}
    assert Pattern.objects.tested().count() == 5
    assert Counter(Pattern.objects.learned_since(NOW).values_list("persona", flat=True)) == {persona.pk: 4}
