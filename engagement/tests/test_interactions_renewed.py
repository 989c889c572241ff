"""Interactions seen again: what was edited is judged anew, what is gone counts no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.enums import InteractionKind
from engagement.interactions import known_signals, mark_deleted, missing_from, record_interactions
from engagement.models import Interaction, SocialMediaPost
from engagement.tests.factories import make_interaction, make_post
from engagement.values import AuthorSignals, SeenInteraction

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def seen(**changes: Any) -> SeenInteraction:
    defaults = {"platform_id": "c1", "kind": InteractionKind.COMMENT, "author_id": "a1", "text": "Nice"}
    return SeenInteraction(**defaults | changes)


def stored(post: SocialMediaPost, **changes: Any) -> Interaction:
    record_interactions(post, [seen(**changes)], now=NOW)
    Interaction.objects.update(verdict="genuine", model_version="1")
    return Interaction.objects.get()


def test_edited_text_is_stored_with_its_moment_and_has_to_be_judged_again():
    post = make_post()
    stored(post)

    fresh = record_interactions(post, [seen(text="Nice, check my profile")], now=NOW + DAY)

    row = Interaction.objects.get()
    assert (fresh, row.text, row.edited_at, row.model_version) == (0, "Nice, check my profile", NOW + DAY, "")
    assert (row.first_seen_at, row.verdict) == (NOW, "genuine")


def test_edit_of_a_text_that_is_no_longer_kept_shows_in_its_fingerprint():
    post = make_post()
    stored(post)
    Interaction.objects.update(text="", text_purged_at=NOW)

    record_interactions(post, [seen()], now=NOW + DAY)
    same = Interaction.objects.get()
    record_interactions(post, [seen(text="Another thing altogether")], now=NOW + 2 * DAY)

    row = Interaction.objects.get()
    assert (same.text, same.edited_at) == ("", None)
    assert (row.text, row.edited_at) == ("Another thing altogether", NOW + 2 * DAY)


def test_likes_and_signals_follow_and_unknown_ones_erase_nothing():
    post = make_post()
    stored(post, likes=1, signals=AuthorSignals(followers=10, verified=True))

    record_interactions(post, [seen(likes=4, signals=AuthorSignals(followers=12))], now=NOW + DAY)
    record_interactions(post, [seen()], now=NOW + 2 * DAY)

    row = Interaction.objects.get()
    assert (row.likes, row.author_signals, row.edited_at) == (4, {"followers": 12}, None)


def test_signals_hold_no_unknown_and_no_exact_moment():
    joined = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    assert known_signals(AuthorSignals(joined_at=joined, followers=0)) == {"joined_at": "2024-05-06", "followers": 0}
    assert known_signals(None) == {}


def test_deleted_comment_loses_its_text_and_counts_no_more_until_it_is_seen_again():
    post = make_post()
    for number in (1, 2):
        make_interaction(post, platform_id=f"c{number}", text=f"Lovely light, number {number}")
    assess_posts([post], now=NOW)
    before = post.observed_count

    gone = missing_from(post, [InteractionKind.COMMENT], ["c2"])
    deleted = mark_deleted(post, gone, now=NOW + DAY)
    assess_posts([post], now=NOW + DAY)
    after, row = post.observed_count, Interaction.objects.get(platform_id="c1")
    record_interactions(post, [seen(text="Lovely light, number 1")], now=NOW + 2 * DAY)
    assess_posts([post], now=NOW + 2 * DAY)

    assert (gone, deleted, before, after, post.observed_count) == (["c1"], 1, 2, 1, 2)
    assert (row.text, row.deleted_at, row.text_purged_at) == ("", NOW + DAY, NOW + DAY)


@pytest.mark.parametrize("number", [1, 3])
def test_seeing_known_interactions_again_costs_the_same_queries(number, django_assert_num_queries):
    post = make_post()
    comments = [seen(platform_id=f"c{n}", text=f"Nice {n}") for n in range(number)]
    record_interactions(post, comments, now=NOW)

    with django_assert_num_queries(2):
        record_interactions(post, comments, now=NOW + DAY)
