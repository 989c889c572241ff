"""Effects over real rows: the floor, the family, the order, one basis at a time, a fixed number of queries."""

from datetime import timedelta
from math import ceil, expm1, log1p

import pytest

from acd.tests.factories import NOW
from engagement.enums import Basis
from engagement.tests.factories import make_account
from patterns.effects import Effect, evidence, studied
from patterns.enums import Advice, PatternKind, Signal
from patterns.models import PostPerformance
from patterns.stats import benjamini_hochberg
from patterns.tests.factories import make_evidence, make_window

pytestmark = pytest.mark.django_db


def found(basis=Basis.REACH):
    return studied(PostPerformance.objects.all().with_value(basis)).effects


def item(kind, subject, basis=Basis.REACH):
    return next((one for one in found(basis) if (one.kind, one.subject) == (kind, subject)), None)


def test_planted_tag_is_claimed_with_its_numbers():
    posts = make_window(make_account())

    good = item(PatternKind.HASHTAG, "good")

    rates = [post.engagement_rate or 0.0 for post in posts[::2]]
    assert (good.n, good.mean, good.claimed, good.advice) == (20, pytest.approx(sum(rates) / 20), True, Advice.REPEAT)
    assert good.low < good.mean < good.high
    assert 0 < good.effect_low < good.effect < good.effect_high
    # Twice the rate.
    assert good.effect == pytest.approx(100, abs=15)


def test_nothing_else_of_the_window_is_claimed_but_its_mirror():
    make_window(make_account())

    claimed = {(one.subject, one.advice) for one in found() if one.claimed}

    assert claimed == {("good", Advice.REPEAT), ("plain", Advice.AVOID)}


@pytest.mark.parametrize(("n", "known"), [(4, False), (5, True)])
def test_floor_is_five_posts_with_the_item(n, known):
    account = make_account()
    for number in range(20):
        make_evidence(account, tags=["rare"] if number < n else ["usual"], engagement_rate=4 + number % 3)

    rare = item(PatternKind.HASHTAG, "rare")

    assert (rare.n, rare.mean is not None, rare.q_gain is not None) == (n, known, known)
    assert rare.signal == (Signal.THIN if known else Signal.NONE)


def test_floor_is_five_posts_without_the_item_as_well():
    account = make_account()
    for number in range(20):
        make_evidence(account, tags=["usual"] if number < 16 else [], engagement_rate=4 + number % 3)

    assert item(PatternKind.HASHTAG, "usual").effect is None


@pytest.mark.parametrize(
    "kind", [PatternKind.HASHTAG, PatternKind.POSTING_HOUR, PatternKind.POSTING_WEEKDAY], ids=lambda kind: kind.value
)
@pytest.mark.parametrize("side", ["gain", "loss"])
def test_family_is_one_kind_and_one_side(kind, side):
    make_window(make_account())

    family = [one for one in found() if one.kind == kind and one.effect is not None]

    p_values, q_values = ([getattr(one, f"{letter}_{side}") for one in family] for letter in "pq")
    assert len(family) >= 3
    assert q_values == pytest.approx(benjamini_hochberg(p_values))


def test_order_is_by_the_shrunk_lower_bound_and_untested_last():
    make_window(make_account())
    make_evidence(make_account(persona=make_account().persona), tags=["once"])

    bounds = [one.shrunk_low for one in found()]

    known = [bound for bound in bounds if bound is not None]
    assert known == sorted(known, reverse=True)
    assert bounds == known + [None] * (len(bounds) - len(known))


def test_unknown_rates_take_part_in_no_mean():
    account = make_account()
    make_window(account)
    before = found()

    for _ in range(6):
        make_evidence(account, tags=["good"], engagement_rate=None)

    assert found() == before


def test_bases_are_never_mixed():
    account = make_account()
    make_window(account)
    before = found()

    for _ in range(6):
        make_evidence(account, tags=["good"], engagement_rate=50.0, basis=Basis.VIEWS)

    assert found() == before


def test_lift_is_compared_as_it_is():
    account = make_account()
    for number in range(40):
        lift = 0.5 * (number % 2) + 0.01 * (number % 7)
        make_evidence(account, basis=Basis.COUNT, engagement_rate=None, lift=lift, tags=["odd"] if number % 2 else [])

    odd = item(PatternKind.HASHTAG, "odd", Basis.COUNT)

    assert odd.effect == pytest.approx(100 * expm1(0.5), abs=3)
    assert odd.advice == Advice.REPEAT


@pytest.mark.parametrize(
    ("own", "low"),
    [
        pytest.param(lambda value: {"engagement_rate": value}, 0.0, id="a rate is never below nothing"),
        pytest.param(
            lambda value: {"basis": Basis.COUNT, "engagement_rate": None, "lift": value}, -5.06, id="a lift may be"
        ),
    ],
)
def test_interval_of_a_mean_ends_where_values_do(own, low):
    account = make_account()
    for number in range(10):
        # One post in five is far above the rest, so that Student's interval is wide.
        made = own(20.0 if number == 0 else 1.0)
        make_evidence(account, tags=["sea"] if number < 5 else [], **made)

    sea = item(PatternKind.HASHTAG, "sea", made.get("basis", Basis.REACH))

    assert sea.mean == pytest.approx(4.8)
    assert sea.low == pytest.approx(low, abs=0.8)


def test_accounts_of_different_levels_are_not_taken_for_an_effect():
    small = make_account()
    large = make_account(persona=small.persona)
    for number in range(30):
        rate = 4 + 0.1 * (number % 5)
        make_evidence(small, tags=["sea"] if number % 10 else [], engagement_rate=rate * 3)
        make_evidence(large, tags=[] if number % 10 else ["sea"], engagement_rate=rate)

    sea = item(PatternKind.HASHTAG, "sea")

    assert sea.mean > 2 * sea.baseline
    assert not sea.claimed


def test_young_posts_do_not_make_their_items_look_weak():
    account = make_account()
    for number in range(60):
        young = number < 20
        make_evidence(
            account,
            # What guidance praises stands under the newest posts, whose numbers still grow.
            tags=["praised"] if (number % 4 > 0) == young else [],
            engagement_rate=(1.0 if young else 4.0) + 0.1 * (number % 7),
            published_at=NOW - timedelta(days=3 if young else 2 * number - 32),
            last_synced_at=NOW,
        )

    assert not item(PatternKind.HASHTAG, "praised").claimed


def test_rates_of_nothing_do_not_stop_the_test():
    account = make_account()
    for number in range(30):
        make_evidence(account, tags=["good"] if number % 2 else [], engagement_rate=(number % 2) * (3.0 + number % 3))

    good = item(PatternKind.HASHTAG, "good")

    assert (good.mean, good.baseline, good.claim) == (4.0, 0.0, "gain")


def test_effects_are_shrunk_and_say_what_could_be_told():
    make_window(make_account())

    good, often = item(PatternKind.HASHTAG, "good"), item(PatternKind.HASHTAG, "often")

    assert 0 < good.shrunk_low < good.shrunk < good.shrunk_high
    assert abs(often.shrunk) < abs(often.effect)
    assert 0 < good.detectable < 100
    # Twice the error takes four times the posts.
    needed = 40 * ((log1p(good.detectable / 100) / log1p(0.25)) ** 2 - 1)
    assert good.more_posts == max(0, ceil(needed))


def test_item_with_too_few_posts_says_how_many_are_missing():
    account = make_account()
    make_window(account)
    make_evidence(account, tags=["once"])

    once = item(PatternKind.HASHTAG, "once")

    # One of 41 posts has it, so five of 205 will.
    assert (once.effect, once.detectable) == (None, None)
    assert once.more_posts >= 4 * 41


def test_no_posts_have_no_effects():
    assert found() == []


@pytest.mark.parametrize("n", [12, 36])
def test_effects_cost_the_same_queries_for_any_number_of_posts(n, django_assert_num_queries):
    make_window(make_account(), n)

    # The posts and their hashtags.
    with django_assert_num_queries(2):
        found()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (PatternKind.HASHTAG, "sea"),
        (PatternKind.POSTING_HOUR, "8"),
        (PatternKind.POSTING_WEEKDAY, "3"),
        (PatternKind.MEDIA_KIND, "video"),
    ],
)
def test_evidence_are_the_posts_that_have_the_item(kind, subject):
    account = make_account()
    newer = make_evidence(account, tags=["sea"], local_hour=8, local_weekday=3, media_kind="video")
    older = make_evidence(
        account, tags=["sea", "sun"], local_hour=8, local_weekday=3, media_kind="video",
        published_at=NOW - timedelta(days=25),
    )  # fmt: skip
    make_evidence(account, tags=["sun"])

    ids = evidence(PostPerformance.objects.all(), Effect(kind=kind, subject=subject, n=2))

    assert ids == [older.pk, newer.pk]
