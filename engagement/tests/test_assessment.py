"""Verdicts on interactions, from rows to rows."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="operator,list-item"

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.enums import DECISIONS, FilterState, InteractionKind, Platform, Verdict
from engagement.interactions import record_interactions
from engagement.models import Interaction, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.values import SeenInteraction

SPAM = "Buy now with my promo code at www.best-deals.shop"


def spam(post: SocialMediaPost, **changes: object) -> Interaction:
    return make_interaction(post, text=SPAM, **changes)


def counted(post: SocialMediaPost) -> tuple[int, int, int, int]:
    post.refresh_from_db()
    return (post.observed_count, post.genuine_count, post.bot_count, post.persona_count)


def rows_of(posts: Iterable[SocialMediaPost]) -> list[dict[str, object]]:
    pks = [post.pk for post in posts]
    posts_now = SocialMediaPost.objects.filter(pk__in=pks).order_by("pk").values()
    return [*posts_now, *Interaction.objects.filter(post__in=pks).order_by("pk").values()]


@pytest.mark.django_db
def test_fan_is_genuine_and_spammer_is_a_bot_with_reasons():
    post = make_post(likes=10, comments=2, reach=100)
    fan, spammer = make_interaction(post), spam(post)

    number = assess_posts([post], now=NOW)

    fan.refresh_from_db()
    spammer.refresh_from_db()
    assert number == 1
    assert counted(post) == (2, 1, 1, 0)
    assert (fan.verdict, spammer.verdict) == (Verdict.GENUINE, Verdict.BOT)
    assert spammer.score >= 0.8
    assert {reason["layer"] for reason in spammer.reasons} == {"phrases", "contacts", "text"}
    assert spammer.model_version != ""


@pytest.mark.django_db
def test_author_in_the_persona_registry_counts_as_persona_even_when_it_spams():
    other = make_account(platform_user_id="our-other-persona")
    post = make_post(comments=2)
    key = author_key(Platform.INSTAGRAM, other.platform_user_id)
    spam(post, author_key=key)
    make_interaction(post)

    assess_posts([post], now=NOW)

    assert counted(post) == (2, 1, 0, 1)


@pytest.mark.django_db
def test_persona_of_another_platform_is_a_stranger_here():
    make_account(platform=Platform.FACEBOOK, platform_user_id="our-other-persona")
    post = make_post()
    make_interaction(post, author_key=author_key(Platform.INSTAGRAM, "our-other-persona"))

    assess_posts([post], now=NOW)

    assert counted(post) == (1, 1, 0, 0)


@pytest.mark.django_db
def test_override_of_a_person_counts_and_the_filter_keeps_its_own_verdict():
    post = make_post(comments=1)
    row = spam(post, override=Verdict.GENUINE, overridden_by=get_user_model().objects.create_user("ann"))

    assess_posts([post], now=NOW)

    row.refresh_from_db()
    assert counted(post) == (1, 1, 0, 0)
    assert (row.verdict, row.override, row.final_verdict) == (Verdict.BOT, Verdict.GENUINE, Verdict.GENUINE)


@pytest.mark.django_db
def test_purged_text_keeps_its_verdict_and_reasons():
    post = make_post(comments=1)
    row = spam(post)
    assess_posts([post], now=NOW)
    Interaction.objects.update(text="", text_purged_at=NOW)
    before = Interaction.objects.values().get()

    assess_posts([post], now=NOW + timedelta(days=1))

    assert Interaction.objects.values().get() == before
    assert Interaction.objects.get(pk=row.pk).verdict == Verdict.BOT
    assert counted(post) == (1, 0, 1, 0)


@pytest.mark.django_db
def test_purged_texts_still_show_that_a_new_one_repeats_them():
    post = make_post()
    copies = [SeenInteraction(platform_id=f"c{n}", kind="comment", author_id=f"a{n}", text=SPAM[:22]) for n in range(6)]
    record_interactions(post, copies[:5], now=NOW)
    assess_posts([post], now=NOW)
    Interaction.objects.update(text="", text_purged_at=NOW)
    record_interactions(post, copies[5:], now=NOW)

    assess_posts([post], now=NOW)

    newest = Interaction.objects.get(platform_id="c5")
    assert "duplicates" in {reason["layer"] for reason in newest.reasons}


@pytest.mark.django_db
def test_text_that_several_authors_wrote_on_other_posts_is_a_repetition():
    account = make_account()
    earlier, post = make_post(account=account), make_post(account=account)
    text = "What a wonderful light today"
    record_interactions(
        earlier,
        [SeenInteraction(platform_id=f"c{n}", kind="comment", author_id=f"a{n}", text=text) for n in range(4)],
        now=NOW,
    )
    record_interactions(
        post, [SeenInteraction(platform_id="d", kind="comment", author_id="d", text=text.upper())], now=NOW
    )

    assess_posts([post], now=NOW)

    (reason,) = Interaction.objects.get(platform_id="d").reasons
    assert (reason["layer"], reason["name"]) == ("duplicates", "many_authors")


@pytest.mark.django_db
def test_post_of_another_account_teaches_nothing():
    post = make_post()
    text = "What a wonderful light today"
    for place in (make_post(), make_post(), post):
        record_interactions(
            place, [SeenInteraction(platform_id="c", kind="comment", author_id=f"a{place.pk}", text=text)], now=NOW
        )

    assess_posts([post], now=NOW)

    assert post.interactions.get().reasons == []


def at_once(post: SocialMediaPost, *authors: str) -> None:
    """A comment of each author within the same minute."""
    for second, author in enumerate(authors):
        moment = post.published_at + timedelta(seconds=second)
        make_interaction(post, author_key=author.ljust(64, "0"), occurred_at=moment)


def in_burst(post: SocialMediaPost) -> set[str]:
    return {row.author_key[0] for row in post.interactions.all() if "burst" in [r["name"] for r in row.reasons]}


@pytest.mark.django_db
def test_burst_is_told_by_the_pace_of_earlier_posts_and_spares_the_regulars_of_the_same_batch():
    account = make_account()
    posts = [make_post(account=account, published_at=NOW - timedelta(days=30 - day)) for day in range(6)]
    for quiet in posts[:5]:
        at_once(quiet, "a")
    at_once(posts[5], *"abcdefgh")

    assess_posts(posts, now=NOW)
    first = in_burst(posts[5])
    before = rows_of(posts)
    assess_posts(posts, now=NOW)

    assert first == set("bcdefgh")
    assert rows_of(posts) == before


@pytest.mark.django_db
def test_burst_of_an_account_whose_pace_is_unknown_is_no_evidence():
    post = make_post()
    at_once(post, *"abcdefgh")

    assess_posts([post], now=NOW)

    assert in_burst(post) == set()


KINDS = st.tuples(
    st.sampled_from(InteractionKind.values),
    st.sampled_from([SPAM, "", "Lovely"]),
    st.sampled_from(["", *DECISIONS]),
)


@pytest.mark.django_db
@settings(max_examples=20)
@given(mix=st.lists(KINDS, max_size=5), likes=st.none() | st.integers(0, 20), comments=st.none() | st.integers(0, 20))
def test_verdicts_partition_what_was_observed_and_the_estimate_lies_in_its_interval(mix, likes, comments):
    post = make_post(account=None, platform_post_id=None, status="draft", likes=likes, comments=comments, reach=50)
    for kind, text, override in mix:
        make_interaction(post, kind=kind, text=text, override=override)

    assess_posts([post], now=NOW)

    observed, genuine, bots, personas = counted(post)
    assert observed == genuine + bots + personas == len(mix)
    assert post.filter_state == (FilterState.FILTERED if mix else FilterState.UNOBSERVED)
    is_known = bool(mix) or likes is not None or comments is not None
    assert (post.genuine_engagement is not None) == is_known
    if is_known:
        assert 0 <= post.genuine_low <= post.genuine_engagement <= post.genuine_high
        assert genuine <= post.genuine_engagement
        assert 0 <= post.rate_low <= post.engagement_rate <= post.rate_high <= 100
