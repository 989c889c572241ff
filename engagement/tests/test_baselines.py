"""A post beside the earlier posts of its account."""

import math
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from acd.tests.factories import NOW
from engagement.baselines import COMPARED, compare
from engagement.enums import Basis, FilterState
from engagement.metrics import USUAL_POSTS
from engagement.models import SocialAccount, SocialMediaPost
from engagement.tests.factories import make_account, make_post
from gator.studio.enums import MediaKind

DAY = timedelta(days=1)


def measured(account: SocialAccount | None, *, days: int, **changes: Any) -> SocialMediaPost:
    """A post published so many days ago, with ten genuine interactions and a rate of 2 percent."""
    defaults = {
        "published_at": NOW - days * DAY,
        "last_synced_at": NOW,
        "filter_state": FilterState.FILTERED,
        "genuine_low": 0,
        "genuine_engagement": 10,
        "genuine_high": 1000,
        "rate_low": 0,
        "engagement_rate": 2,
        "rate_high": 100,
        "basis": Basis.REACH,
    }
    return make_post(account=account, **defaults | changes)


def with_past(number: int = 5, **changes: Any) -> tuple[SocialAccount, list[SocialMediaPost]]:
    account = make_account()
    return account, [measured(account, days=20 + n, **changes) for n in range(number)]


def compared(post: SocialMediaPost) -> dict[str, object]:
    compare([post])
    return {name: getattr(post, name) for name in COMPARED}


NOTHING = dict.fromkeys(COMPARED)


@pytest.mark.django_db
def test_post_twice_as_good_as_usual_is_100_percent_above():
    account, _ = with_past()
    post = measured(account, days=10, genuine_engagement=21, engagement_rate=4)

    assert compared(post) == {
        "lift": pytest.approx(math.log(22 / 11)),
        "vs_average": pytest.approx(100),
        "average_n": 5,
        "percentile": 100,
    }


@pytest.mark.django_db
def test_post_as_good_as_usual_is_in_the_middle():
    account, _ = with_past()
    post = measured(account, days=10)

    found = compared(post)

    assert (found["lift"], found["vs_average"], found["percentile"]) == pytest.approx((0, 0, 50))


@pytest.mark.django_db
def test_post_without_a_basis_is_compared_by_the_log_of_its_count():
    unknown: dict[str, Any] = {"basis": Basis.COUNT, "rate_low": None, "engagement_rate": None, "rate_high": None}
    account, _ = with_past(**unknown)
    post = measured(account, days=10, genuine_engagement=21, **unknown)

    found = compared(post)

    assert (found["lift"], found["vs_average"]) == pytest.approx((math.log(2), 100))
    assert (found["average_n"], found["percentile"]) == (5, 100)


@pytest.mark.parametrize(
    ("past", "changes"),
    [
        pytest.param(4, {}, id="four-earlier-posts"),
        pytest.param(5, {"published_at": NOW - 6 * DAY}, id="younger-than-a-week"),
        pytest.param(
            5, {"published_at": NOW - 10 * DAY, "last_synced_at": NOW - 4 * DAY}, id="numbers-of-a-young-post"
        ),
        pytest.param(5, {"last_synced_at": None}, id="never-synced"),
        pytest.param(5, {"media_kind": MediaKind.VIDEO}, id="another-kind"),
        pytest.param(5, {"basis": Basis.VIEWS}, id="another-basis"),
        pytest.param(5, {"published_at": NOW - 22 * DAY}, id="only-two-are-earlier"),
        pytest.param(
            5, {"genuine_low": None, "genuine_engagement": None, "genuine_high": None}, id="nothing-known-of-it"
        ),
    ],
)
@pytest.mark.django_db
def test_post_that_cannot_be_compared_has_no_number(past, changes):
    account, _ = with_past(past)
    post = measured(account, **{"days": 10, "lift": 5, "vs_average": 5, "average_n": 5, "percentile": 5} | changes)

    assert compared(post) == NOTHING


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"filter_state": FilterState.UNFILTERED}, id="unfiltered"),
        pytest.param({"last_synced_at": NOW - 19 * DAY}, id="numbers-of-young-posts"),
    ],
)
@pytest.mark.django_db
def test_earlier_posts_that_may_not_teach_do_not_count(changes):
    account, _ = with_past(**changes)
    post = measured(account, days=10)

    assert compared(post) == NOTHING


@pytest.mark.django_db
def test_posts_of_another_account_do_not_count():
    with_past()
    post = measured(make_account(), days=10)

    assert compared(post) == NOTHING


@pytest.mark.django_db
def test_posts_of_one_moment_are_not_earlier_than_each_other():
    account = make_account()
    posts = [measured(account, days=10) for _ in range(6)]

    compare(posts)

    assert {post.average_n for post in posts} == {None}


@pytest.mark.django_db
def test_only_the_last_hundred_count():
    account = make_account()
    rows = [measured(account, days=9)]
    template = {
        f.attname: getattr(rows[0], f.attname) for f in SocialMediaPost._meta.concrete_fields if f.attname != "id"
    }
    SocialMediaPost.objects.bulk_create(
        SocialMediaPost(**template | {"platform_post_id": f"old-{n}", "published_at": NOW - (10 + n) * DAY})
        for n in range(120)
    )

    assert compared(rows[0])["average_n"] == 100


@pytest.mark.parametrize("number", [2, 5])
@pytest.mark.django_db
def test_comparison_costs_the_same_for_two_posts_and_for_five(number, django_assert_num_queries):
    _, posts = with_past()

    # The past of the account, and what lies between the posts.
    with django_assert_num_queries(2):
        compare(posts[:number])


@pytest.mark.django_db
def test_young_posts_ask_nothing(django_assert_num_queries):
    post = measured(make_account(), days=6)

    with django_assert_num_queries(0):
        compare([post])


def recounted(post, everything):
    """How many earlier posts a post is compared with and the share it beats, counted the long way."""
    alike = [
        other
        for other in everything
        if other.published_at < post.published_at
        and (other.media_kind, other.basis, other.account_id) == (post.media_kind, post.basis, post.account_id)
        and other.last_synced_at - other.published_at >= 7 * DAY
    ]
    last = sorted(alike, key=lambda other: (other.published_at, other.pk))[-USUAL_POSTS:]
    if len(last) < 5 or post.last_synced_at - post.published_at < 7 * DAY:
        return None, None
    beaten = sum((o.engagement_rate < post.engagement_rate) + (o.engagement_rate <= post.engagement_rate) for o in last)
    return len(last), beaten / 2 / len(last) * 100


@pytest.mark.parametrize("step", [1, 7, 60])
@pytest.mark.django_db
def test_batches_narrow_and_wide_are_compared_as_a_recount_says(step):
    first, noise = measured(make_account(), days=400), Random(step)
    other = make_account(persona=first.persona)
    fixed = {f.attname: getattr(first, f.attname) for f in SocialMediaPost._meta.concrete_fields if f.attname != "id"}
    SocialMediaPost.objects.bulk_create(
        SocialMediaPost(**fixed | {
            "account_id": noise.choice([first.account_id, first.account_id, other.pk]),
            "platform_post_id": f"drawn-{n}",
            # Several of one moment among them, and some too young to be compared with.
            "published_at": NOW - noise.randrange(2, 300) * DAY,
            "media_kind": noise.choice(["image", "video"]),
            "basis": noise.choice(["reach", "reach", "views"]),
            "engagement_rate": noise.randrange(9),
        })
        for n in range(900)
    )  # fmt: skip
    everything = list(SocialMediaPost.objects.order_by("published_at", "pk"))
    given = everything[::step]

    compare(given)

    found = [(post.average_n, post.percentile) for post in given]
    assert found == [recounted(post, everything) for post in given]
    # Some have as many before them as are looked at, and some fewer.
    assert {USUAL_POSTS} < {n for n, _ in found if n}


@pytest.mark.django_db
def test_given_posts_are_compared_by_what_they_hold_and_not_by_what_is_stored():
    _, posts = with_past(6)
    newest = posts[0]
    posts[5].media_kind = MediaKind.VIDEO
    posts[4].engagement_rate = 4

    compare(posts)

    assert (newest.average_n, newest.percentile) == (None, None)

    posts[5].media_kind = MediaKind.IMAGE

    compare(posts)

    assert (newest.average_n, newest.percentile) == (5, 40)
