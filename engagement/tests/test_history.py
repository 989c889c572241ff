"""What the earlier posts of an account teach the filter and the estimate."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.enums import Platform, Verdict
from engagement.filtering.scene import History, Repeats
from engagement.filtering.text import fingerprint
from engagement.history import histories, known_personas
from engagement.models import SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_account, make_interaction, make_post

DAY = timedelta(days=1)
MARK = fingerprint("Follow the sun to the market")


def by_post(*posts: SocialMediaPost) -> dict[int, list]:
    return {post.pk: list(post.interactions.all()) for post in posts}


def past_of(post: SocialMediaPost) -> History:
    ((_, history),) = histories([post], by_post(post))
    return history


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

    history = past_of(posts[2])

    assert history.fingerprints == {MARK: Repeats(authors=3, posts=2)}


def busy_post(account: SocialAccount, *, day: int, busiest: int, **changes: object) -> SocialMediaPost:
    """A post with so many comments in one minute, and one every hour."""
    post = make_post(account=account, published_at=NOW + day * DAY)
    for number in range(busiest):
        make_interaction(post, occurred_at=NOW + day * DAY + timedelta(seconds=number), **changes)
    make_interaction(post, occurred_at=NOW + day * DAY + timedelta(hours=1), **changes)
    return post


def with_pace() -> SocialAccount:
    """An account whose posts usually draw a comment at a time."""
    account = make_account()
    for day in range(5):
        busy_post(account, day=day - 9, busiest=1)
    return account


def crowd(post: SocialMediaPost) -> None:
    """Six comments at once, of nobody known."""
    for _ in range(6):
        make_interaction(post, author_key="")


@pytest.mark.django_db
def test_history_counts_earlier_posts_on_which_an_author_was_genuine():
    account = with_pace()
    posts = [make_post(account=account, published_at=NOW + n * DAY) for n in range(5)]
    verdicts = (Verdict.GENUINE, Verdict.BOT, Verdict.BOT, "", Verdict.GENUINE)
    for post, verdict in zip(posts, verdicts, strict=True):
        make_interaction(post, author_key="a" * 64, verdict=verdict)
    posts[1].interactions.update(override=Verdict.GENUINE)
    crowd(posts[3])

    history = past_of(posts[3])

    assert history.author_posts == {"a" * 64: 2}


@pytest.mark.django_db
def test_history_of_a_post_knows_the_verdicts_just_given_to_earlier_ones():
    account = with_pace()
    posts = [make_post(account=account, published_at=NOW + n * DAY) for n in range(4)]
    verdicts = (Verdict.GENUINE, Verdict.GENUINE, "", "")
    for post, verdict in zip(posts, verdicts, strict=True):
        make_interaction(post, author_key="a" * 64, verdict=verdict)
    crowd(posts[3])
    rows = by_post(*posts)

    made = histories(posts, rows)
    next(made)
    rows[posts[0].pk][0].verdict = Verdict.BOT
    next(made)
    rows[posts[1].pk][0].override = Verdict.BOT
    next(made)
    rows[posts[2].pk][0].verdict = Verdict.GENUINE
    _, history = next(made)

    assert history.author_posts == {"a" * 64: 1}


@pytest.mark.parametrize("comments", [pytest.param(5, id="no-crowd"), pytest.param(6, id="crowd")])
@pytest.mark.django_db
def test_pace_and_regulars_are_looked_up_for_crowds_alone(comments):
    account = with_pace()
    earlier, post = (make_post(account=account, published_at=NOW + n * DAY) for n in range(2))
    make_interaction(earlier, author_key="a" * 64, verdict=Verdict.GENUINE)
    for _ in range(comments):
        make_interaction(post, author_key="a" * 64)

    history = past_of(post)

    is_crowd = comments == 6
    assert (history.typical_pace, history.author_posts) == ((1, {"a" * 64: 1}) if is_crowd else (None, {}))


@pytest.mark.parametrize(("days", "is_remembered"), [(89, True), (90, False)])
@pytest.mark.django_db
def test_history_reaches_back_for_a_season(days, is_remembered):
    account = with_pace()
    earlier = make_post(account=account, published_at=NOW - days * DAY)
    post = make_post(account=account, published_at=NOW)
    for one in (earlier, post):
        make_interaction(one, author_key="a" * 64, fingerprint=MARK, verdict=Verdict.GENUINE)
    crowd(post)

    history = past_of(post)

    assert history.author_posts == ({"a" * 64: 1} if is_remembered else {})
    assert history.fingerprints == ({MARK: Repeats(authors=1, posts=1)} if is_remembered else {})


@pytest.mark.django_db
def test_pace_reaches_back_for_a_year():
    account = make_account()
    for day in (-365, -364, -9, -8, -7):
        busy_post(account, day=day, busiest=1)
    post = busy_post(account, day=0, busiest=6)

    assert past_of(post).typical_pace is None

    SocialMediaPost.objects.filter(published_at=NOW - 365 * DAY).update(published_at=NOW - 363 * DAY)

    assert past_of(post).typical_pace == 1


@pytest.mark.django_db
def test_post_without_a_moment_has_no_history():
    account = with_pace()
    post = make_post(account=account, status="deleted", published_at=None)
    for one in (make_post(account=account), post):
        make_interaction(one, author_key="a" * 64, fingerprint=MARK, verdict=Verdict.GENUINE)
    crowd(post)

    assert past_of(post) == History()


@pytest.mark.parametrize(
    ("busiest", "pace"),
    [
        pytest.param([1, 2, 9, 2, 3], 2, id="the-middle-one"),
        pytest.param([1, 2, 9, 2], None, id="too-few"),
        pytest.param([9, 9, *[1] * 20], 1, id="only-the-last-twenty"),
    ],
)
@pytest.mark.django_db
def test_usual_pace_is_that_of_earlier_posts(busiest, pace):
    account = make_account()
    for day, number in enumerate(busiest):
        busy_post(account, day=day, busiest=number)
    post = busy_post(account, day=40, busiest=30)
    busy_post(account, day=41, busiest=30)

    assert past_of(post).typical_pace == pace


@pytest.mark.parametrize(
    "changes", [pytest.param({"kind": "like"}, id="likes"), pytest.param({"occurred_at": None}, id="no-times")]
)
@pytest.mark.django_db
def test_what_has_no_pace_does_not_count(changes):
    account = make_account()
    for day in range(5):
        post = make_post(account=account, published_at=NOW + day * DAY)
        make_interaction(post, **{"occurred_at": NOW} | changes)

    assert past_of(make_post(account=account, published_at=NOW + 9 * DAY)).typical_pace is None


@pytest.mark.django_db
def test_unknown_authors_and_short_texts_have_no_history():
    account = make_account()
    posts = [make_post(account=account) for _ in range(2)]
    for post in posts:
        make_interaction(post, author_key="", fingerprint="")

    history = past_of(posts[1])

    assert (history.fingerprints, history.author_posts) == ({}, {})


@pytest.mark.django_db
def test_posts_without_an_account_share_no_history():
    posts = [make_post(account=None) for _ in range(2)]
    for post in posts:
        make_interaction(post, author_key="a" * 64, fingerprint=MARK, verdict=Verdict.GENUINE)

    history = past_of(posts[1])

    assert (history.fingerprints, history.author_posts) == ({}, {})


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.django_db
def test_history_costs_the_same_for_two_posts_and_for_four(number, django_assert_num_queries):
    account = with_pace()
    posts = [make_post(account=account, published_at=NOW + n * DAY) for n in range(number)]
    for post in posts:
        make_interaction(post, fingerprint=MARK)
    rows = by_post(*posts)

    # The texts.
    with django_assert_num_queries(1):
        list(histories(posts, rows))

    for post in posts:
        crowd(post)
    rows = by_post(*posts)

    # The posts before and between, how busy they were, the authors.
    with django_assert_num_queries(5):
        list(histories(posts, rows))
