"""What the other posts of an account and a platform lead to expect."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import Platform
from engagement.estimation import Prior, prior_of
from engagement.models import SocialMediaPost
from engagement.priors import PLATFORM_POSTS, Group, past_of, priors
from engagement.tests.factories import make_account, make_post

DAY = timedelta(days=1)


def seen(genuine: int, bots: int) -> dict[str, int]:
    return {"observed_count": genuine + bots, "genuine_count": genuine, "bot_count": bots}


@pytest.mark.django_db
def test_prior_of_a_post_leaves_its_own_interactions_out():
    account = make_account()
    post = make_post(account=account, **seen(50, 50))

    assert priors([post]) == {post.pk: Prior()}


@pytest.mark.django_db
def test_prior_takes_the_account_first_and_fills_up_with_the_platform():
    account = make_account()
    make_post(account=account, **seen(4, 1))
    make_post(account=make_account(), **seen(0, 45))
    make_post(account=make_account(platform=Platform.TIKTOK), **seen(99, 0))
    post = make_post(account=account)

    (prior,) = priors([post]).values()

    assert prior == prior_of(past_of([(4, 1)]), past_of([(4, 1), (0, 45)]))


@pytest.mark.django_db
def test_prior_takes_counts_of_the_posts_given_from_the_objects():
    account = make_account()
    first, second = make_post(account=account, **seen(0, 9)), make_post(account=account)
    first.genuine_count, first.bot_count = 2, 0

    found = priors([first, second])

    assert found == {first.pk: Prior(), second.pk: prior_of(*[past_of([(2, 0)])] * 2)}


@pytest.mark.django_db
def test_groups_under_other_posts_tell_nothing_of_this_one():
    account = make_account()
    make_post(account=account, **seen(8, 32), grouped_count=30)
    given = make_post(account=account)
    given.genuine_count, given.bot_count, given.grouped_count = 5, 9, 9
    post = make_post(account=account)

    (prior, _) = priors([post, given]).values()

    others = past_of([(8, 2), (5, 0)])
    assert prior == prior_of(others, others)


@pytest.mark.django_db
def test_prior_of_an_account_with_a_history_asks_for_no_platform(django_assert_num_queries):
    account = make_account()
    for _ in range(5):
        make_post(account=account, **seen(3, 1))
    make_post(account=make_account(), **seen(0, 45))
    post = make_post(account=account)

    with django_assert_num_queries(1):
        (prior,) = priors([post]).values()

    assert prior == prior_of(past_of([(3, 1)] * 5))


@pytest.mark.django_db
def test_prior_of_a_platform_is_that_of_its_newest_posts():
    newest = make_post(published_at=NOW, **seen(1, 1))
    fixed = {f.attname: getattr(newest, f.attname) for f in SocialMediaPost._meta.concrete_fields if f.attname != "id"}
    SocialMediaPost.objects.bulk_create(
        SocialMediaPost(**fixed | {"platform_post_id": f"made-{n}", "published_at": NOW - n * DAY} | seen(1, 1 + n % 3))
        for n in range(1, PLATFORM_POSTS + 20)
    )

    (prior,) = priors([make_post(published_at=NOW - 5000 * DAY)]).values()

    assert prior == prior_of(past_of([(1, 1 + n % 3) for n in range(PLATFORM_POSTS)]))


@given(st.dictionaries(st.integers(1, 50), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1))
def test_sums_without_a_post_are_those_over_the_others(found):
    post = min(found)
    left = Group(found, past_of(found.values())).without(post)

    others = past_of(one for pk, one in found.items() if pk != post)

    assert (left.genuine, left.bot, left.posts) == (others.genuine, others.bot, others.posts)
    assert left.squared_seen == others.squared_seen
    assert left.squared_bots == pytest.approx(others.squared_bots, rel=1e-9, abs=1e-3)


@pytest.mark.django_db
def test_prior_is_the_same_whoever_is_assessed_beside_it():
    account = make_account()
    posts = [make_post(account=account, published_at=NOW - day * DAY, **seen(2 + day, day)) for day in range(4)]
    make_post(account=make_account(), **seen(30, 10))

    together, alone = priors(posts), {post.pk: priors([post])[post.pk] for post in posts}

    assert together == alone
