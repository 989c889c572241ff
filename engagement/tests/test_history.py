"""What the earlier posts of an account teach the filter and the estimate."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import Platform, Verdict
from engagement.filtering.near import marks, runs
from engagement.filtering.ngrams import tokens
from engagement.filtering.scene import AuthorRecord, History, Together
from engagement.filtering.text import fingerprint
from engagement.history import histories, known_personas
from engagement.marking import keep_near_marks, seen_of
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.remembered import deeds_elsewhere, places_of_near_texts, places_of_texts
from engagement.tests.factories import make_account, make_interaction, make_post

DAY = timedelta(days=1)
MARK = fingerprint("Follow the sun to the market")
NEAR = "I paid 300 to @anna and she sent back 3000 within a week, thank me later"
NEARLY = "i paid 50 to @mary.fx and she sent back 9,000 within a week thank me later!"


def by_post(*posts: SocialMediaPost) -> dict[int, list]:
    return {post.pk: list(post.interactions.all()) for post in posts}


def keep_marks(*rows: Interaction) -> None:
    keep_near_marks([(row, seen_of(row)) for row in rows], "layers-9")


def past_of(post: SocialMediaPost) -> History:
    ((_, history),) = histories([post], by_post(post), {})
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

    assert history.fingerprints == {MARK: 3}


@pytest.mark.parametrize(
    ("authors", "gone", "is_told"),
    [
        pytest.param("abcd", "", True, id="few"),
        pytest.param("abcde", "", False, id="many"),
        pytest.param("abcd", "e", True, id="many-but-for-a-deleted-one"),
        pytest.param(["", "", "", "", ""], "", True, id="unknown"),
        pytest.param("aaaaa", "", True, id="one"),
    ],
)
@pytest.mark.django_db
def test_history_tells_nothing_of_texts_that_many_left_on_the_post(authors, gone, is_told):
    earlier, post = (make_post(account=account) for account in [make_account()] * 2)
    make_interaction(earlier, fingerprint=MARK, text=NEAR)
    for author in authors:
        make_interaction(post, author_key=author * 64, fingerprint=MARK, text=NEARLY)
    for author in gone:
        make_interaction(post, author_key=author * 64, fingerprint=MARK, text=NEARLY, deleted_at=NOW)
    keep_marks(*earlier.interactions.all(), *post.interactions.all())
    rows = {post.pk: list(post.interactions.visible())}

    ((_, history),) = histories([post], rows, {})

    assert history.fingerprints == ({MARK: 1} if is_told else {})
    assert set(history.near.values()) == ({1} if is_told else set())


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

    made = histories(posts, rows, {})
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
    assert history.fingerprints == ({MARK: 1} if is_remembered else {})


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


# What authors did elsewhere


ANA, BO, CY = (letter * 64 for letter in "abc")


def posts_of(account: SocialAccount, number: int, *, apart: timedelta = DAY) -> list[SocialMediaPost]:
    return [make_post(account=account, published_at=NOW + n * apart) for n in range(number)]


@pytest.mark.django_db
def test_record_of_an_author_is_what_was_found_of_their_words_on_earlier_posts():
    posts = posts_of(make_account(), 6)
    verdicts = (Verdict.GENUINE, Verdict.BOT, Verdict.UNSURE, Verdict.GENUINE, "", Verdict.GENUINE)
    for post, verdict in zip(posts, verdicts, strict=True):
        make_interaction(post, author_key=ANA, verdict=verdict, fingerprint=MARK)
        make_interaction(post, author_key=ANA, verdict=Verdict.GENUINE, kind="like")
    make_interaction(posts[3], author_key=ANA, verdict=Verdict.BOT, override=Verdict.GENUINE)

    history = past_of(posts[4])

    assert history.authors == {ANA: AuthorRecord(genuine=3, bot=1, texts={MARK: 4})}


@pytest.mark.django_db
def test_record_of_an_author_is_that_of_one_account_and_season():
    posts = posts_of(make_account(), 2, apart=90 * DAY)
    make_interaction(posts[0], author_key=ANA, verdict=Verdict.GENUINE)
    make_interaction(make_post(published_at=NOW + 89 * DAY), author_key=ANA, verdict=Verdict.GENUINE)
    make_interaction(posts[1], author_key=ANA)

    assert past_of(posts[1]).authors == {}


@pytest.mark.parametrize(
    ("seconds", "met"),
    [pytest.param(20, {BO: Together(1, 3), ANA: Together(1, 3)}, id="at-once"), pytest.param(600, {}, id="apart")],
)
@pytest.mark.django_db
def test_authors_who_come_together_on_other_posts_are_known_on_each(seconds, met):
    posts = posts_of(make_account(), 4)
    for number, post in enumerate(posts):
        start = NOW + number * DAY
        make_interaction(post, author_key=ANA, occurred_at=start)
        make_interaction(post, author_key=BO, occurred_at=start + timedelta(seconds=seconds))
        make_interaction(post, author_key=CY, occurred_at=start + timedelta(hours=number, minutes=7 * number + 3))

    together = {past_of(post).together == met for post in posts}

    assert together == {True}


@pytest.mark.django_db
def test_near_text_on_another_post_is_known_after_both_were_purged():
    posts = posts_of(make_account(), 3)
    make_interaction(posts[0], author_key=ANA, text=NEAR)
    make_interaction(posts[1], author_key=BO, text=NEARLY)
    make_interaction(posts[2], author_key=CY, text="Where does the light in this picture come from in the morning?")
    keep_marks(*(row for post in posts for row in post.interactions.all()))
    posts[0].interactions.update(text="", text_purged_at=NOW)

    near = [past_of(post).near for post in posts]

    assert {*near[1].values()} == {*near[0].values()} == {1}
    assert near[0].keys() == near[1].keys()
    assert near[2] == {}


@pytest.mark.django_db
def test_near_marks_of_an_edited_text_are_those_of_the_new_one():
    row = make_interaction(make_post(), text=NEAR)
    keep_marks(row)
    row.text, row.edited_at = "Where does the light in this picture come from in the morning?", NOW

    keep_marks(row)
    keep_marks(row)

    assert set(row.near_marks.values_list("mark", flat=True)) == set(marks({0: runs(tokens(row.text.lower()))})[0])


@given(st.lists(st.tuples(st.sampled_from([ANA, BO, ""]), st.integers(0, 3), st.integers(0, 90)), max_size=12))
@settings(max_examples=15, deadline=None)
@pytest.mark.django_db(transaction=False)
def test_history_is_the_same_whichever_posts_are_judged_beside(seen):
    with transaction.atomic():
        posts = posts_of(make_account(), 4)
        for number, (author, post, seconds) in enumerate(seen):
            at = NOW + post * DAY + timedelta(seconds=seconds)
            text = NEAR if number % 3 else NEARLY
            make_interaction(posts[post], author_key=author, occurred_at=at, text=text, fingerprint=MARK)
        keep_marks(*(row for post in posts for row in post.interactions.all()))
        all_at_once = {post.pk: past for post, past in histories(posts, by_post(*posts), {})}
        one_by_one = {post.pk: past_of(post) for post in posts}
        transaction.set_rollback(True)

    assert all_at_once == one_by_one


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.django_db
def test_history_costs_the_same_for_two_posts_and_for_four(number, django_assert_num_queries):
    account = with_pace()
    posts = [make_post(account=account, published_at=NOW + n * DAY) for n in range(number)]
    for post in (*posts, make_post(account=account, published_at=NOW - DAY)):
        make_interaction(post, fingerprint=MARK)
    rows = by_post(*posts)

    # The texts, the near marks, the authors, and when the other post went out that holds a text.
    with django_assert_num_queries(4):
        list(histories(posts, rows, {}))

    for post in posts:
        crowd(post)
    rows = by_post(*posts)

    # And the posts before and between, and how busy they were.
    with django_assert_num_queries(7):
        list(histories(posts, rows, {}))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a table as small as this one as a whole.")
@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda post: deeds_elsewhere([post], {}), "interaction_author"),
        (lambda post: places_of_texts([post], [MARK]), "interaction_fingerprint"),
        (lambda post: places_of_near_texts([post], [1], {}), "engagement_nearmark_mark"),
    ],
    ids=["authors", "texts", "near texts"],
)
def test_history_is_found_by_what_is_asked_for_and_not_by_account(look, index):
    post = make_post(account=make_account(), published_at=NOW)

    with CaptureQueriesContext(connection) as asked:
        look(post)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
        assert index in cursor.fetchall()[0][-1]
