"""Genuine engagement and rates, from rows to rows; the same when done again."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="operator,list-item"

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from acd.tests.factories import NOW
from engagement.assessment import MEASURED, assess_posts
from engagement.baselines import COMPARED
from engagement.calibration import rates_of
from engagement.enums import Basis, FilterState
from engagement.estimation import Tally, estimates, prior_of
from engagement.filtering.model import load_model
from engagement.models import Interaction, SocialMediaPost
from engagement.priors import past_of
from engagement.recording import record_metrics
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.values import Metrics

SPAM = "Buy now with my promo code at www.best-deals.shop"


def spam(post: SocialMediaPost, **changes: object) -> Interaction:
    return make_interaction(post, text=SPAM, **changes)


def rows_of(posts: Iterable[SocialMediaPost]) -> list[dict[str, object]]:
    pks = [post.pk for post in posts]
    posts_now = SocialMediaPost.objects.filter(pk__in=pks).order_by("pk").values()
    return [*posts_now, *Interaction.objects.filter(post__in=pks).order_by("pk").values()]


# Numbers


@pytest.mark.django_db
def test_everything_visible_and_genuine_leaves_only_the_doubt_about_the_verdicts():
    post = make_post(comments=2, likes=0, reach=100)
    make_interaction(post)
    make_interaction(post)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert 0 <= post.genuine_low < post.genuine_engagement == post.genuine_high == 2
    assert (post.total_engagement, post.engagement_rate, post.raw_rate) == (2, 2, 2)
    assert (post.basis, post.measured_at) == (Basis.REACH, NOW)


@pytest.mark.django_db
def test_post_of_which_nothing_is_visible_is_estimated_from_its_account_with_a_wide_interval():
    account = make_account()
    for _ in range(5):
        make_post(account=account, observed_count=40, genuine_count=30, bot_count=10)
    post = make_post(account=account, likes=1000, reach=10_000)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert post.filter_state == FilterState.UNOBSERVED
    tally = Tally(observed={}, counts=post.counts(), prior=prior_of(past_of([(30, 10)] * 5)))
    (expected,) = estimates([tally], rates=rates_of(load_model()))
    assert post.genuine_engagement == pytest.approx(expected.genuine)  # type: ignore[union-attr]  # likes are known
    assert post.genuine_low < post.genuine_high - 300


@pytest.mark.django_db
def test_post_without_any_history_is_as_uncertain_as_can_be():
    post = make_post(likes=1000, reach=10_000)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert post.genuine_engagement == pytest.approx(500)
    assert post.genuine_low < 50
    assert post.genuine_high > 950


@pytest.mark.django_db
def test_post_without_a_known_number_has_none():
    post = make_post(reach=100)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert (post.filter_state, post.basis) == (FilterState.UNOBSERVED, "")
    assert (post.total_engagement, post.genuine_engagement, post.engagement_rate, post.raw_rate) == (None,) * 4


@pytest.mark.parametrize(
    ("numbers", "followers", "basis", "raw_rate"),
    [
        pytest.param({"reach": 200, "views": 400}, 1000, Basis.REACH, 5, id="reach"),
        pytest.param({"reach": 0, "views": 400}, 1000, Basis.VIEWS, 2.5, id="reach-of-zero-is-no-basis"),
        pytest.param({}, 1000, Basis.FOLLOWERS, 1, id="followers"),
        pytest.param({}, None, Basis.COUNT, None, id="no-basis-no-rate"),
    ],
)
@pytest.mark.django_db
def test_rate_is_a_share_of_the_best_basis_known(numbers, followers, basis, raw_rate):
    post = make_post(account=make_account(followers=followers), likes=10, **numbers)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert (post.basis, post.raw_rate) == (basis, raw_rate)
    assert (post.engagement_rate is None) == (basis == Basis.COUNT)


@pytest.mark.django_db
def test_post_of_a_platform_without_an_account_is_assessed():
    post = make_post(account=None, likes=10, reach=100)

    assess_posts([post], now=NOW)

    post.refresh_from_db()
    assert post.genuine_engagement == pytest.approx(5)


# Groups


def raided(number: int, **changes: Any) -> SocialMediaPost:
    """A post with twenty people and so many accounts that paste one text under it."""
    post = make_post(**{"likes": 1000, "comments": 20 + number, "reach": 20_000} | changes)
    for _ in range(20):
        make_interaction(post)
    for _ in range(number):
        spam(post)
    return post


@pytest.mark.django_db
def test_those_who_paste_one_text_tell_nothing_of_who_likes():
    quiet, post = raided(0), raided(30)

    assess_posts([quiet, post], now=NOW)

    assert (post.bot_count, post.grouped_count) == (30, 30)
    assert post.genuine_engagement > 0.85 * quiet.genuine_engagement
    # Nothing tells whether likes were bought for them as well.
    assert post.genuine_low < quiet.genuine_low < 0.95 * quiet.genuine_engagement


@pytest.mark.django_db
def test_one_more_who_pastes_the_text_never_makes_more_genuine():
    post, found = raided(0), list[float]()
    for _ in range(6):
        assess_posts([post], now=NOW)
        found.append(post.genuine_engagement or 0)
        spam(post)

    assert found == sorted(found, reverse=True)
    # From the third on they are a group.
    assert found[0] > found[2] == pytest.approx(found[5], rel=0.01)


@pytest.mark.django_db
def test_two_who_paste_one_text_are_no_group():
    post = raided(2)

    assess_posts([post], now=NOW)

    assert (post.bot_count, post.grouped_count) == (2, 0)


def followed(brought: int) -> SocialMediaPost:
    """A post that gets a hundred likes an hour, and in the seventh a raid that brings so many more."""
    post = raided(30, published_at=NOW - timedelta(hours=12), reach=None, comments=None, likes=None)
    post.interactions.update(occurred_at=NOW - timedelta(hours=5, minutes=30))
    for hour in range(1, 12):
        likes = 100 * hour + (brought if hour >= 7 else 0)
        counts = Metrics(likes=likes, reach=1000 * hour, comments=50)
        record_metrics(post, counts, observed_at=NOW - timedelta(hours=12 - hour))
    return post


@pytest.mark.django_db
def test_likes_that_came_with_a_group_beyond_the_usual_are_doubted():
    alone, joined = followed(0), followed(180)

    assess_posts([alone, joined], now=NOW)

    # Fewer than three times the usual, they are not suspect by themselves.
    assert joined.suspect_likes == 0
    assert joined.genuine_low < 1100 + 20 <= joined.genuine_high
    assert joined.genuine_engagement < alone.genuine_engagement + 120
    assert joined.genuine_low < alone.genuine_low + 100


# Again, and at once


def crowd() -> list[SocialMediaPost]:
    """Three posts of one account with fans, spammers and regulars, none of them assessed yet; there is an older one."""
    account = make_account()
    make_interaction(make_post(account=account, published_at=NOW - timedelta(days=20)))
    posts = [
        make_post(account=account, likes=50, comments=4, reach=900, published_at=NOW - timedelta(days=n))
        for n in (9, 8, 3)
    ]
    for post in posts:
        spam(post)
        make_interaction(post, author_key="f" * 64)
        make_interaction(post)
    return posts


@pytest.mark.django_db
def test_assessing_again_gives_the_same_rows_and_writes_no_verdict_again(django_assert_num_queries):
    posts = crowd()
    assess_posts(posts, now=NOW)
    before = rows_of(posts)

    # The first run had two more: the verdicts and the near marks.
    with django_assert_num_queries(15):
        assess_posts(posts, now=NOW)

    assert rows_of(posts) == before


@pytest.mark.django_db
def test_order_and_repetition_of_the_posts_do_not_matter():
    posts = crowd()
    assess_posts(posts, now=NOW)
    before = rows_of(posts)
    nobody = dict.fromkeys(("observed_count", "genuine_count", "bot_count", "persona_count"), 0)
    SocialMediaPost.objects.update(filter_state=FilterState.UNFILTERED, **nobody)
    Interaction.objects.update(verdict="", score=None, reasons=[], model_version="")

    number = assess_posts([*reversed(posts), posts[0]], now=NOW)

    assert number == 3
    assert rows_of(posts) == before


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.django_db
def test_assessment_costs_the_same_for_one_post_of_an_account_and_for_two(number, django_assert_num_queries):
    posts = crowd()[:number]

    with django_assert_num_queries(17):
        assess_posts(posts, now=NOW)


@pytest.mark.django_db
def test_stale_object_is_assessed_by_what_is_stored_and_gets_the_answers():
    post = make_post(likes=1, reach=100)
    SocialMediaPost.objects.filter(pk=post.pk).update(likes=40, caption="After")

    assess_posts([post], now=NOW)

    stored = SocialMediaPost.objects.get()
    assert (stored.total_engagement, stored.caption) == (40, "After")
    names = (*MEASURED, *COMPARED)
    assert [getattr(post, name) for name in names] == [getattr(stored, name) for name in names]


@pytest.mark.django_db
def test_post_that_is_gone_is_not_made_again():
    post = make_post(likes=1)
    stale = SocialMediaPost.objects.get()
    post.delete()

    assess_posts([stale], now=NOW)

    assert not SocialMediaPost.objects.exists()


@pytest.mark.django_db
def test_filter_that_fails_leaves_nothing_half_written(settings):
    posts = crowd()
    before = rows_of(posts)
    # Only the spammer's evidence is ever compared with the threshold.
    settings.MAX_WRONGLY_ACCUSED = "nonsense"

    with pytest.raises(TypeError):
        assess_posts(posts, now=NOW)

    assert rows_of(posts) == before


@pytest.mark.django_db
def test_assessing_none_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert assess_posts([], now=NOW) == 0
