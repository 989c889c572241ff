"""Publishing on a Page over its documented steps: texts, photos, videos, and looking a post up again."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering
from engagement.values import Credentials, Draft, PublishedPost

ME = Credentials(platform_user_id="1784", handle="Me", access_token="token-of-a-test")
TEXT = Draft(media_kind="text", caption="Fresh figs")
PHOTO = replace(TEXT, media_kind="image", media_urls=("https://media.example/i.jpg",))
PHOTOS = replace(TEXT, media_kind="carousel", media_urls=("https://media.example/i.jpg", "https://media.example/j.jpg"))
VIDEO = replace(TEXT, media_kind="video", media_urls=("https://media.example/v.mp4",))
LIVE = Answer({"permalink_url": "https://www.facebook.com/9", "created_time": "2026-08-01T12:00:00+0000"})
REFUSED = Answer({"error": {"message": "No", "code": 100}}, 400)
GONE = Answer({"error": {"message": "Unsupported delete request.", "code": 100, "error_subcode": 33}}, 400)
SINCE = datetime(2026, 8, 1, 12, tzinfo=UTC)


def adapter_at(asked):
    return ADAPTERS["facebook"](ME, asked.address)


def form(asked, number):
    return {name: values[0] for name, values in parse_qs(asked.requests[number][3].decode()).items()}


def test_text_is_a_post_of_the_feed():
    with answering(Answer({"id": "1784_9"}), LIVE) as asked:
        published = adapter_at(asked).publish(TEXT)

    assert asked.lines == ["POST /v26.0/1784/feed", "GET /v26.0/1784_9"]
    assert form(asked, 0) == {"message": "Fresh figs"}
    assert published == PublishedPost(platform_post_id="1784_9", url="https://www.facebook.com/9", published_at=SINCE)


def test_photo_is_known_by_the_id_of_its_post():
    with answering(Answer({"id": "12", "post_id": "1784_9"}), LIVE) as asked:
        published = adapter_at(asked).publish(PHOTO)

    assert asked.lines[0] == "POST /v26.0/1784/photos"
    assert form(asked, 0) == {"url": "https://media.example/i.jpg", "message": "Fresh figs"}
    assert published.platform_post_id == "1784_9"


def test_several_photos_are_attached_to_one_post():
    with answering(Answer({"id": "12"}), Answer({"id": "13"}), Answer({"id": "1784_9"}), LIVE) as asked:
        published = adapter_at(asked).publish(PHOTOS)

    assert asked.lines[:3] == ["POST /v26.0/1784/photos"] * 2 + ["POST /v26.0/1784/feed"]
    assert form(asked, 1) == {"url": "https://media.example/j.jpg", "published": "false"}
    assert form(asked, 2) == {
        "message": "Fresh figs",
        "attached_media": '[{"media_fbid": "12"}, {"media_fbid": "13"}]',
    }
    assert published.platform_post_id == "1784_9"


@pytest.mark.parametrize(
    ("answers", "deleted"),
    [
        ((Answer({"id": "12"}), REFUSED, Answer({"success": True})), ["12"]),
        ((Answer({"id": "12"}), Answer({"id": "13"}), REFUSED, Answer({"success": True})), ["12", "13"]),
    ],
    ids=["second-photo", "post"],
)
def test_photos_of_a_refused_post_are_deleted(answers, deleted):
    with answering(*answers) as asked, pytest.raises(errors.Rejected):
        adapter_at(asked).publish(PHOTOS)

    assert [line for line in asked.lines if "DELETE" in line] == [f"DELETE /v26.0/{photo}" for photo in deleted]


@pytest.mark.parametrize(
    ("answer", "asked_for", "told"),
    [(GONE, 3, 0), (REFUSED, 3, 3), (Answer({"error": {"message": "Slow down", "code": 4}}, 400), 1, 3)],
    ids=["gone", "refused", "limit"],
)
def test_photos_left_behind_are_deleted_until_the_platform_takes_no_more(answer, asked_for, told):
    with answering(answer) as asked:
        adapter = adapter_at(asked)
        adapter.discard(["12", "13", "14"])

    assert (len(asked.requests), len(adapter.notices)) == (asked_for, told)


def test_photos_of_a_post_that_may_be_live_are_kept():
    lost = Answer({}, 200, cut=True)
    with answering(Answer({"id": "12"}), Answer({"id": "13"}), lost) as asked, pytest.raises(errors.OutcomeUnknown):
        adapter_at(asked).publish(PHOTOS)

    assert [line for line in asked.lines if "DELETE" in line] == []


def test_photo_that_cannot_be_deleted_is_told_to_staff_beside_the_refusal():
    with answering(Answer({"id": "12"}), REFUSED) as asked:
        adapter = adapter_at(asked)

        with pytest.raises(errors.Rejected):
            adapter.publish(PHOTOS)

    assert adapter.notices[0].startswith("The unpublished photo 12 of a failed post was left behind.")


@pytest.mark.parametrize("post_id", ["9", "1784_9"], ids=["bare", "whole"])
def test_video_has_its_post_once_it_is_processed(post_id):
    kept: list[str] = []
    waiting = Answer({"id": "55", "status": {"video_status": "processing"}})
    ready = Answer({"id": "55", "post_id": post_id, "permalink_url": "/1784/videos/55/", "status": {}})
    with answering(Answer({"id": "55"}), waiting, ready) as asked:
        published = adapter_at(asked).publish(VIDEO, kept.append)

    assert asked.lines == ["POST /v26.0/1784/videos", *["GET /v26.0/55"] * 2]
    assert form(asked, 0) == {"file_url": "https://media.example/v.mp4", "description": "Fresh figs"}
    assert asked.queries[1] == {"fields": "post_id,permalink_url,status,created_time"}
    assert kept == ["55"]
    assert published == PublishedPost(
        platform_post_id="1784_9", publish_id="55", url="https://www.facebook.com/1784/videos/55/"
    )


def test_video_that_is_still_processed_is_left_to_resume():
    with answering(Answer({"id": "55", "status": {"video_status": "processing"}})) as asked:
        assert adapter_at(asked).resume("55", VIDEO) == PublishedPost(publish_id="55")


def test_video_that_could_not_be_processed_is_rejected_with_its_words():
    phase = {"status": "error", "error": {"message": "The file is damaged"}}
    failed = Answer({"id": "55", "status": {"video_status": "error", "processing_phase": phase}})
    with answering(failed) as asked, pytest.raises(errors.Rejected, match="The file is damaged"):
        adapter_at(asked).resume("55", VIDEO)


def test_video_that_is_gone_leaves_the_outcome_unknown():
    gone = Answer({"error": {"message": "Unsupported get request.", "code": 100, "error_subcode": 33}}, 400)
    with answering(gone) as asked, pytest.raises(errors.OutcomeUnknown) as unknown:
        adapter_at(asked).resume("55", VIDEO)

    assert unknown.value.publish_id == "55"


def test_post_is_looked_up_on_the_list_of_the_page():
    moment = "2026-08-01T12:00:00+0000"
    listed = [
        {"id": "1784_7", "message": "Fresh figs", "created_time": "2026-08-01T10:00:00+0000"},
        {"id": "1784_8", "message": "Fresh figs ", "created_time": moment, "permalink_url": "https://f.example/8"},
    ]
    with answering(Answer({"data": listed})) as asked:
        adapter = adapter_at(asked)
        found = adapter.find(TEXT, since=SINCE, known=frozenset())
        nothing = adapter.find(TEXT, since=SINCE, known=frozenset({"1784_8"}))

    assert (found.platform_post_id, found.url, nothing) == ("1784_8", "https://f.example/8", None)
    assert asked.lines[0] == "GET /v26.0/1784/posts"
    assert asked.queries[0] == {"fields": "id,message,permalink_url,created_time", "limit": "50"}
