"""What the earlier posts of an account teach the filter and the estimate."""

import pytest

from engagement.enums import Platform, Verdict
from engagement.estimation import Prior
from engagement.filtering.scene import Repeats
from engagement.filtering.text import fingerprint
from engagement.history import histories, known_personas, priors
from engagement.models import SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_account, make_interaction, make_post

MARK = fingerprint("Follow the sun to the market")


def by_post(*posts: SocialMediaPost) -> dict[int, list]:
    return {post.pk: list(post.interactions.all()) for post in posts}


@pytest.mark.django_db
def test_registry_holds_every_account_of_ours_by_platform():
    make_account(platform_user_id="1")
    make_account(platform_user_id="2", platform=Platform.TIKTOK, state="paused")

    assert known_personas() == {author_key("instagram", "1"), author_key("tiktok", "2")}


@pytest.mark.django_db
def test_history_counts_authors_and_posts_of_a_text_elsewhere_on_the_account():
    account = make_account()
    posts = [make_post(account=account) for _ in range(3)]
    for post in (posts[0], posts[0], posts[1], posts[2]):
        make_interaction(post, fingerprint=MARK)

    history = histories([posts[2]], by_post(posts[2]))[posts[2].pk]

    assert history.fingerprints == {MARK: Repeats(authors=3, posts=2)}


@pytest.mark.django_db
def test_history_counts_posts_on_which_an_author_was_genuine():
    account = make_account()
    posts = [make_post(account=account) for _ in range(4)]
    verdicts = (Verdict.GENUINE, Verdict.BOT, Verdict.BOT, "")
    for post, verdict in zip(posts, verdicts, strict=True):
        make_interaction(post, author_key="a" * 64, verdict=verdict)
    posts[1].interactions.update(override=Verdict.GENUINE)

    history = histories([posts[3]], by_post(posts[3]))[posts[3].pk]

    assert history.author_posts == {"a" * 64: 2}


@pytest.mark.django_db
def test_unknown_authors_and_short_texts_have_no_history():
    account = make_account()
    posts = [make_post(account=account) for _ in range(2)]
    for post in posts:
        make_interaction(post, author_key="", fingerprint="")

    history = histories([posts[1]], by_post(posts[1]))[posts[1].pk]

    assert (history.fingerprints, history.author_posts) == ({}, {})


@pytest.mark.django_db
def test_posts_without_an_account_share_no_history():
    posts = [make_post(account=None) for _ in range(2)]
    for post in posts:
        make_interaction(post, author_key="a" * 64, fingerprint=MARK, verdict=Verdict.GENUINE)

    history = histories([posts[1]], by_post(posts[1]))[posts[1].pk]

    assert (history.fingerprints, history.author_posts) == ({}, {})


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

    # 5 of the account as they are; the remaining weight of 15 from the platform's 4 to 46.
    assert prior.genuine == pytest.approx(1 + 4 + 15 * 4 / 50)
    assert prior.bot == pytest.approx(1 + 1 + 15 * 46 / 50)


@pytest.mark.django_db
def test_prior_takes_counts_of_the_posts_given_from_the_objects():
    account = make_account()
    first, second = make_post(account=account, **seen(0, 9)), make_post(account=account)
    first.genuine_count, first.bot_count = 2, 0

    found = priors([first, second])

    assert found == {first.pk: Prior(), second.pk: Prior(genuine=1 + 2 + 2, bot=1)}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_history_costs_the_same_for_one_post_and_for_three(number, django_assert_num_queries):
    account = make_account()
    posts = [make_post(account=account) for _ in range(number)]
    for post in posts:
        make_interaction(post, fingerprint=MARK)
    rows = by_post(*posts)

    with django_assert_num_queries(4):
        histories(posts, rows)
        priors(posts)
