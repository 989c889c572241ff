"""X: what is sent to publish, and how a post of unknown outcome is looked up."""

import json
from datetime import UTC, datetime

import pytest

from engagement.platforms.errors import (
    OutcomeUnknown,
    Rejected,
    TemporaryFailure,
)
from engagement.tests.replies import Answer, answering, sample
from engagement.tests.twitter_client import NOTHING, twitter
from engagement.values import Draft

CREATED = Answer({"data": {"id": "1445880548472328192", "text": "Hi"}}, 201)


@pytest.fixture
def file(tmp_path):
    def written(name, size=10):
        path = tmp_path / name
        path.write_bytes(b"x" * size)
        return path

    return written


@pytest.mark.parametrize(("made_with_ai", "label"), [(True, {"made_with_ai": True}), (False, {})])
def test_post_is_labelled_unless_a_person_waived_it(made_with_ai, label):
    with answering(CREATED) as asked:
        twitter(asked).publish(Draft(media_kind="text", caption="Hi", made_with_ai=made_with_ai))

    method, path, headers, body = asked.requests[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/2/tweets", "Bearer token-of-a-test")
    assert json.loads(body) == {"text": "Hi"} | label


def test_carousel_uploads_each_picture_and_posts_them_together(file):
    media = [Answer({"data": {"id": str(number), "media_key": f"3_{number}"}}) for number in (11, 12)]
    files = (file("a.png"), file("b.jpg"))
    with answering(*media, CREATED) as asked:
        twitter(asked).publish(Draft(media_kind="carousel", caption="Look", media_files=files))

    assert asked.lines == ["POST /2/media/upload", "POST /2/media/upload", "POST /2/tweets"]
    assert b'name="media_category"\r\n\r\ntweet_image' in asked.requests[0][3]
    assert b'name="media"; filename="a.png"\r\nContent-Type: image/png' in asked.requests[0][3]
    assert json.loads(asked.requests[2][3]) == {
        "text": "Look", "media": {"media_ids": ["11", "12"]}, "made_with_ai": True
    }  # fmt: skip


def state(name, **more):
    return Answer({"data": {"id": "1880", "processing_info": {"state": name, **more}}})


INDEXES = (b"0", b"1", b"1")
STARTED = Answer({"data": {"id": "1880", "media_key": "13_1880", "expires_after_secs": 86400}})


def test_video_is_uploaded_in_parts_and_awaited(file):
    answers = (
        STARTED,
        Answer(b"", 204),
        Answer({}, 503),
        Answer({"data": {"expires_at": 1}}),
        state("pending", check_after_secs=0),
        state("in_progress", check_after_secs=0),
        state("succeeded"),
        CREATED,
    )
    with answering(*answers) as asked:
        draft = Draft(media_kind="video", caption="", media_files=(file("v.mp4", 5_000_000),))
        twitter(asked).publish(draft)

    assert asked.lines == [
        "POST /2/media/upload/initialize",
        "POST /2/media/upload/1880/append",
        "POST /2/media/upload/1880/append",
        "POST /2/media/upload/1880/append",
        "POST /2/media/upload/1880/finalize",
        "GET /2/media/upload",
        "GET /2/media/upload",
        "POST /2/tweets",
    ]
    assert json.loads(asked.requests[0][3]) == {
        "media_type": "video/mp4", "total_bytes": 5_000_000, "media_category": "tweet_video"
    }  # fmt: skip
    parts = [asked.requests[number][3] for number in (1, 2, 3)]
    assert [part.count(b"x" * 1000) for part in parts] == [4000, 1000, 1000]
    assert [b'name="segment_index"\r\n\r\n' + number in part for number, part in zip(INDEXES, parts, strict=True)] == [
        True
    ] * 3
    assert asked.queries[5] == {"command": "STATUS", "media_id": "1880"}
    assert json.loads(asked.requests[7][3]) == {"media": {"media_ids": ["1880"]}, "made_with_ai": True}


@pytest.mark.parametrize(
    ("finalized", "kind", "words"),
    [
        (state("failed", error={"code": 1, "name": "InvalidMedia", "message": "unsupported"}), Rejected, "unsupported"),
        (state("pending", check_after_secs=3600), TemporaryFailure, "still processing"),
    ],
    ids=["failed", "too-long"],
)
def test_video_that_is_not_ready_is_not_posted(finalized, kind, words, file):
    with answering(STARTED, Answer(b""), finalized) as asked, pytest.raises(kind, match=words):
        twitter(asked).publish(Draft(media_kind="video", caption="", media_files=(file("v.mp4"),)))

    assert len(asked.requests) == 3


def test_animation_goes_in_parts_too(file):
    with answering(STARTED, Answer(b""), STARTED, CREATED) as asked:
        twitter(asked).publish(Draft(media_kind="image", caption="", media_files=(file("a.gif"),)))

    assert json.loads(asked.requests[0][3])["media_category"] == "tweet_gif"


def test_file_that_cannot_be_read_is_rejected_before_anything_is_sent(tmp_path):
    for name in ("gone.png", "gone.mp4"):
        draft = Draft(media_kind="image", caption="", media_files=(tmp_path / name,))
        with answering(CREATED) as asked, pytest.raises(Rejected, match=name):
            twitter(asked).publish(draft)
        assert asked.requests == []


CAPTION = "Figs & honey: https://example.com/figs and example.org\n\n#figs"
SINCE = datetime(2026, 8, 7, 8, 59, 30, 500, tzinfo=UTC)


def test_post_is_found_by_its_words_as_they_were_written():
    with answering(sample("twitter_timeline")) as asked:
        draft = Draft(media_kind="image", caption=CAPTION)
        found = twitter(asked).find(draft, since=SINCE, known=frozenset())

    assert asked.lines == ["GET /2/users/1784/tweets"]
    assert asked.queries[0] == {
        "start_time": "2026-08-07T08:54:30Z", "max_results": "100", "tweet.fields": "created_at,entities,note_tweet"
    }  # fmt: skip
    assert found.platform_post_id == "1445880548472328192"
    assert found.url == "https://x.com/me/status/1445880548472328192"
    assert found.published_at == datetime(2026, 8, 7, 9, tzinfo=UTC)


def test_long_post_is_found_by_all_of_its_words():
    caption = f"{'Figs keep well & travel badly. ' * 12}https://example.com/figs"
    long = {
        "id": "1445880548472328194",
        "text": f"{caption[:270]}… https://t.co/Zz9",
        "created_at": "2026-08-07T09:00:00.000Z",
        "note_tweet": {
            "text": f"{'Figs keep well &amp; travel badly. ' * 12}https://t.co/Ab1",
            "entities": {"urls": [{"url": "https://t.co/Ab1", "expanded_url": "https://example.com/figs"}]},
        },
    }
    other = {**long, "id": "1445880548472328195", "note_tweet": {"text": f"{caption[:300]} and another end"}}
    with answering(Answer({"data": [other, long]})) as asked:
        found = twitter(asked).find(Draft(media_kind="text", caption=caption), since=SINCE, known=frozenset())

    assert found.platform_post_id == "1445880548472328194"


def test_strange_post_of_that_time_may_be_the_one_that_is_looked_for():
    with answering(sample("twitter_timeline"), NOTHING) as asked, pytest.raises(OutcomeUnknown):
        twitter(asked).find(Draft(media_kind="text", caption="Figs"), since=SINCE, known=frozenset())


def test_post_that_is_not_on_the_timeline_is_not_found():
    body = sample("twitter_timeline").body
    known = frozenset(one["id"] for one in body["data"])
    more = Answer({**body, "meta": {"next_token": "b26v"}})
    with answering(more, NOTHING) as asked:
        found = twitter(asked).find(Draft(media_kind="text", caption=CAPTION), since=SINCE, known=known)

    assert found is None
    assert asked.queries[1]["pagination_token"] == "b26v"
