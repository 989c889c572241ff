"""What is kept of a reply about a post of ours: numbers, and nobody."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.platforms import adapter_for
from engagement.platforms.kept import COUNTS, DROPPED, LISTS, kept
from engagement.tests.factories import make_account
from engagement.tests.replies import answering, sample

PERSON = {"id": "4711", "username": "ana.lima", "name": "Ana Lima"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from([*sorted(DROPPED | LISTS), "id", "data", "values", *COUNTS]), inner)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"id": "1", "like_count": 3}, {"id": "1", "like_count": 3}),
        ({"from": PERSON, "id": "1"}, {"id": "1"}),
        ({"comments": {"data": [{"from": PERSON, "message": "Hi"}], "summary": {"total_count": 1}}},
         {"comments": {"summary": {"total_count": 1}}}),
        ({"shares": {"count": 7}}, {"shares": {"count": 7}}),
        ({"likes": 7, "comments": 0}, {"likes": 7, "comments": 0}),
        ({"reactions": [PERSON, PERSON]}, {"reactions": 2}),
        ({"comments": "Hi from Ana"}, {"comments": None}),
        ({"insights": {"data": [{"name": "reach", "values": [{"value": 3}]}]}},
         {"insights": {"data": [{"name": "reach", "values": [{"value": 3}]}]}}),
        ({"entities": {"mentions": [PERSON]}, "text": "ours"}, {"text": "ours"}),
        ({"insights": {"data": [], "paging": {"next": "https://x/?access_token=1"}}}, {"insights": {"data": []}}),
    ],
    ids=["numbers", "author", "comments", "shares", "counts", "list", "text", "insights", "mentions", "paging"],
)  # fmt: skip
def test_of_a_reply_the_numbers_are_kept(reply, expected):
    assert kept(reply) == expected


@given(JSON)
def test_whatever_came_no_person_is_kept_and_nothing_more_goes_the_second_time(reply):
    once = kept(reply)

    assert [name for name in DROPPED if f'"{name}":' in json.dumps(once)] == []
    assert kept(once) == once


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "post"),
    [("facebook_post", "1_2"), ("twitter_tweets", ""), ("tiktok_videos", "")],
    ids=["facebook", "twitter", "tiktok"],
)
def test_platform_that_names_people_beside_the_numbers_leaves_no_name(settings, name, post):
    answer = sample(name)
    told = answer.body.get("data", answer.body)
    posts = told.get("videos", told) if isinstance(told, dict) else told
    for one in posts if isinstance(posts, list) else [posts]:
        one |= {
            "from": PERSON,
            "reactions": {"data": [PERSON]},
            "reply_list": [PERSON],
            "entities": {"mentions": [PERSON]},
        }
    platform = name.partition("_")[0]

    with answering(answer) as asked:
        settings.PLATFORM_API_URLS = {platform: asked.address}
        ids = [post] if post else [one["id"] for one in posts]
        with adapter_for(make_account(platform=platform)) as adapter:
            found = adapter.fetch_metrics(ids)

    raws = [str(metrics.raw) for metrics in found.values() if hasattr(metrics, "raw")]
    assert raws != []
    assert [raw for raw in raws if "ana.lima" in raw or "Ana Lima" in raw or "4711" in raw] == []
