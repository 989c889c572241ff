"""What may serve as evidence at all, why the rest may not, and how failures are counted."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from acd.enums import State, Validation
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, FilterState, Platform
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content, make_persona
from patterns.answers import Coverage
from patterns.enums import PatternStatus, Reason
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance
from patterns.querysets import caption_length
from patterns.tests.factories import make_evidence, make_extraction, make_pattern


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


STANDINGS = {
    "usual": ({}, ""),
    "provisional": ({"published_at": NOW - timedelta(hours=47), "last_synced_at": NOW}, Reason.PROVISIONAL),
    "never synced": ({"last_synced_at": None}, Reason.PROVISIONAL),
    "provisional and unfiltered": (
        {"last_synced_at": None, "filter_state": FilterState.UNFILTERED},
        Reason.PROVISIONAL,
    ),
    "unfiltered": ({"filter_state": FilterState.UNFILTERED}, Reason.UNFILTERED),
    "unobserved": ({"filter_state": FilterState.UNOBSERVED}, ""),
    "unmeasured": ({"genuine_engagement": None}, Reason.UNMEASURED),
    "no basis": ({"basis": "", "engagement_rate": None}, Reason.WITHOUT_BASIS),
    "no rate": ({"engagement_rate": None}, Reason.WITHOUT_VALUE),
    "no lift": ({"basis": Basis.COUNT}, Reason.WITHOUT_VALUE),
    "lift": ({"basis": Basis.COUNT, "engagement_rate": None, "lift": 0.1}, ""),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("changes", "standing"), STANDINGS.values(), ids=STANDINGS)
def test_standing_is_the_first_reason_that_holds(changes, standing):
    make_evidence(make_account(), **changes)

    (row,) = PostPerformance.objects.all().per_standing()

    assert (row["standing"], row["n"], row["wide"]) == (standing, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("low", "wide"), [(20.0, 0), (19.9, 1), (0.0, 1)])
def test_wide_is_an_interval_of_more_than_its_double(low, wide):
    make_evidence(make_account(), genuine_low=low, genuine_high=40.0)

    (row,) = PostPerformance.objects.all().per_standing()

    assert row["wide"] == wide


@pytest.mark.django_db
@pytest.mark.parametrize(
    "posts",
    [
        lambda persona: PostPerformance.objects.for_persona(persona).on("instagram"),
        lambda _: PostPerformance.objects.on("instagram"),
    ],
    ids=["of a persona", "of a platform"],
)
def test_window_is_read_by_an_index_of_its_days(posts):
    window = posts(make_account().persona).between(NOW - timedelta(days=90), NOW)
    if connection.vendor == "postgresql":
        # So few rows would be read without any index.
        connection.cursor().execute("SET LOCAL enable_seqscan = off")

    assert "post_window" in window.per_standing().explain()


class CoverageTest(TestCase):
    @settings(max_examples=25)
    @given(st.lists(st.sampled_from([changes for changes, _ in STANDINGS.values()]), max_size=12))
    def test_every_post_of_a_window_is_used_or_counted_under_one_reason(self, drawn):
        account = make_account()
        for changes in drawn:
            make_evidence(account, **changes)
        window = PostPerformance.objects.between(NOW - timedelta(days=30), NOW)
        teaching = PostPerformance.objects.in_window(NOW - timedelta(days=30), NOW)

        coverage = Coverage.of(window.per_standing())

        assert coverage.basis == teaching.main_basis()
        assert coverage.posts_n == (teaching.with_value(coverage.basis).count() if coverage.basis else 0)
        assert coverage.posts_n + sum(vars(coverage.left_out).values()) == len(drawn)


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
@pytest.mark.parametrize(
    ("caption", "length"),
    [("", "0"), ("a", "1-50"), ("é" * 50, "1-50"), ("a" * 51, "51-125"), ("a" * 280, "126-280"), ("a" * 281, "281+")],
    ids=["none", "one", "50", "51", "280", "281"],
)
def test_captions_are_of_a_class_of_lengths(caption, length):
    make_evidence(make_account(), caption=caption)

    posts = PostPerformance.objects.all().with_value(Basis.REACH)

    assert list(posts.values_list("caption_length", flat=True)) == [length]  # type: ignore[misc]
    assert caption_length(caption) == length


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

    runs = GenerationOutcome.objects.in_window(NOW - timedelta(days=1), NOW, persona)

    assert [(row["failure"], row["n"]) for row in runs.per_failure()] == [("Timeout", 2), ("Rejected by a person", 1)]
    assert list(runs.per_phase()) == [{"phase": "TEXT_GENERATION", "n": 4, "failures": 3}]


@pytest.mark.django_db
def test_runs_of_a_persona_are_those_created_within_the_window():
    persona, start = make_persona(), NOW - timedelta(days=1)
    made = {}
    for age, of in ((0, persona), (1, persona), (2, persona), (1, make_persona())):
        moment = NOW - timedelta(days=age)
        made[age, of] = make_context(state=State.DONE, created_at=moment)
        make_content(persona=of, context=made[age, of], created_at=moment + timedelta(minutes=age))

    assert set(GenerationOutcome.objects.in_window(start, NOW, persona)) == {made[0, persona], made[1, persona]}
    assert list(GenerationOutcome.objects.in_window(start, start, persona)) == [made[1, persona]]
    assert GenerationOutcome.objects.in_window(start, NOW).count() == 3


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


@pytest.mark.django_db
def test_patterns_stood_before_every_look_after_the_one_that_learned_them_and_up_to_the_one_that_ended_them():
    ended = {"learned_at": NOW - timedelta(days=9), "retired_at": NOW - timedelta(days=2)}
    pattern = make_pattern(status=PatternStatus.RETIRED, **ended)
    make_pattern(status=PatternStatus.REJECTED, learned_at=NOW - timedelta(days=9))

    standing = {
        days: list(Pattern.objects.standing_before(NOW - timedelta(days=days))) == [pattern] for days in (9, 8, 2, 1)
    }

    assert standing == {9: False, 8: True, 2: True, 1: False}
