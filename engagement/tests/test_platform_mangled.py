"""Documented answers with one value left out, null or of another kind: values or a `PlatformError`, never a crash."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering, sample
from engagement.values import Credentials, Draft, Metrics, Visible

ME = Credentials(platform_user_id="1784", handle="me", access_token="token-of-a-test")
DRAFT = Draft(media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",))
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
LEFT_OUT = object()
ODD: tuple[Any, ...] = (LEFT_OUT, None, "", "x", "\x00", [], {}, [None], -1, 0, 1.5, True, 10**30)
# Of each answer so many, drawn with a seed; all there are take minutes.
DRAWN = 12
READS: list[tuple[str, str, str]] = [
    ("facebook", "facebook_post", "1_2"),
    ("facebook", "facebook_video_post", "1784_2"),
    ("facebook", "facebook_video_insights", "1784_2"),
    ("facebook", "facebook_comments", "1_2"),
    ("instagram", "instagram_media", "1"),
    ("instagram", "instagram_reel_insights", "1"),
    ("instagram", "instagram_comments", "1"),
    ("instagram", "instagram_demographics", "1"),
    ("instagram_facebook_login", "instagram_media_list", "1"),
    ("twitter", "twitter_tweets", "123"),
    ("twitter", "twitter_replies_tweet", "123"),
    ("twitter", "twitter_people", "123"),
    ("twitter", "twitter_timeline", "123"),
    ("tiktok", "tiktok_videos", "7321098765432100004"),
    ("tiktok", "tiktok_user", "7321098765432100004"),
    ("tiktok", "tiktok_list", "7321098765432100004"),
    ("tiktok_business", "tiktok_business_videos", "741"),
    ("tiktok_business", "tiktok_business_comments", "741"),
    ("tiktok_business", "tiktok_business_account", "741"),
]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value."""
    if place:
        yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*place, key))


def mangled(body: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """The same answer with something else in that place."""
    changed = copy.deepcopy(body)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    if odd is LEFT_OUT:
        del holder[place[-1]]
    else:
        holder[place[-1]] = odd
    return changed


def outcomes(name: str, body: Any, post_id: str) -> Iterator[object]:
    """What each read of an adapter makes of an answer."""
    with answering(Answer(body)) as asked, ADAPTERS[name](ME, asked.address) as adapter:
        reads = (
            lambda: adapter.fetch_metrics([post_id])[post_id],
            lambda: adapter.fetch_interactions(post_id, frozenset()),
            adapter.fetch_account,
            lambda: adapter.find(DRAFT, since=SINCE, known=frozenset()),
        )
        for read in reads:
            try:
                yield read()
            except errors.PlatformError as error:
                yield error


@pytest.mark.parametrize(("name", "stored", "post_id"), READS, ids=[f"{name}-{stored}" for name, stored, _ in READS])
def test_odd_value_anywhere_ends_in_values_or_an_error_with_words(name, stored, post_id):
    body, draw = sample(stored).body, Random(stored)
    every = [(place, odd) for place in places(body) for odd in ODD]

    for place, odd in draw.sample(every, DRAWN):
        metrics, visible, facts, found = outcomes(name, mangled(body, place, odd), post_id)

        assert isinstance(metrics, Metrics | errors.PlatformError)
        assert isinstance(visible, Visible | errors.PlatformError)
        for one in (metrics, visible, facts, found):
            assert not isinstance(one, errors.PlatformError) or one.for_staff
