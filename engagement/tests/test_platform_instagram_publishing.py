"""Publishing on Instagram over its documented steps, and taking it up again wherever a process died."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering, sample
from engagement.values import Credentials, Draft, PublishedPost

ME = Credentials(platform_user_id="1784", handle="me", access_token="token-of-a-test")
CAPTION = "Fresh fi\u0301gs"
IMAGE = Draft(media_kind="image", caption=CAPTION, media_urls=("https://media.example/i.jpg",))
VIDEO = replace(IMAGE, media_kind="video", media_urls=("https://media.example/v.mp4",))
MIXED = replace(IMAGE, media_kind="carousel", media_urls=("https://media.example/i.jpg", "https://media.example/V.MP4"))
IMAGES = replace(MIXED, media_urls=("https://media.example/i.jpg",) * 3)
SINCE = datetime(2026, 8, 1, 12, tzinfo=UTC)

WORKING, READY = Answer({"status_code": "IN_PROGRESS"}), Answer({"status_code": "FINISHED"})
OUT = Answer({"status_code": "PUBLISHED"})
LIVE = Answer({"permalink": "https://www.instagram.com/p/x/", "timestamp": "2026-08-01T12:00:00+0000"})
NOT_READY = Answer({"error": {"message": "Not ready", "code": 9007, "error_subcode": 2207027}}, 400)


def made(number):
    return Answer({"id": f"17{number}"})


def adapter_at(asked):
    return ADAPTERS["instagram"](ME, asked.address)


def form(asked, number):
    return asked.requests[number][3].decode()


def post(number, caption=CAPTION, at="2026-08-01T12:00:00+0000"):
    return {"id": f"m{number}", "caption": caption, "permalink": f"https://i.example/{number}", "timestamp": at}


def test_image_is_a_container_and_its_publication():
    kept: list[str] = []
    with answering(made(1), READY, Answer({"id": "1792"}), LIVE) as asked:
        published = adapter_at(asked).publish(IMAGE, kept.append)

    assert asked.lines == [
        "POST /v26.0/1784/media", "GET /v26.0/171", "POST /v26.0/1784/media_publish", "GET /v26.0/1792"
    ]  # fmt: skip
    assert form(asked, 0) == (
        "image_url=https%3A%2F%2Fmedia.example%2Fi.jpg&caption=Fresh+fi%CC%81gs&is_ai_generated=true"
    )
    assert form(asked, 2) == "creation_id=171"
    assert kept == [published.publish_id]
    assert published.publish_id.startswith("171:")
    assert (published.platform_post_id, published.url) == ("1792", "https://www.instagram.com/p/x/")


def test_handle_is_kept_before_anything_can_be_live():
    def die(handle):
        raise KeyboardInterrupt

    with answering(made(1)) as asked, pytest.raises(KeyboardInterrupt):
        adapter_at(asked).publish(IMAGE, die)

    assert asked.lines == ["POST /v26.0/1784/media"]


@pytest.mark.parametrize("draft", [IMAGE, VIDEO, IMAGES], ids=["image", "reel", "carousel"])
def test_ai_label_that_was_waived_is_not_sent(draft):
    with answering(made(1)) as asked, pytest.raises(errors.PlatformError):
        adapter_at(asked).publish(replace(draft, made_with_ai=False))

    assert "is_ai_generated" not in "".join(form(asked, number) for number in range(len(asked.requests)))


def test_video_is_a_reel_and_left_to_resume_while_it_is_processed():
    with answering(made(1), WORKING) as asked:
        published = adapter_at(asked).publish(VIDEO)

    assert published.platform_post_id == ""
    assert published.publish_id.startswith("171:")
    assert set(asked.lines[1:]) == {"GET /v26.0/171"}
    assert asked.queries[1] == {"fields": "status_code,status"}
    assert "video_url=https%3A%2F%2Fmedia.example%2Fv.mp4&media_type=REELS&" in form(asked, 0)


def test_carousel_is_its_children_and_a_container_with_the_caption_and_the_label():
    kept: list[str] = []
    replies = (made(1), made(2), WORKING, READY, made(3), READY, Answer({"id": "1792"}), LIVE)
    with answering(*replies) as asked:
        published = adapter_at(asked).publish(MIXED, kept.append)

    assert [form(asked, number) for number in (0, 1, 4)] == [
        "image_url=https%3A%2F%2Fmedia.example%2Fi.jpg&is_carousel_item=true",
        "video_url=https%3A%2F%2Fmedia.example%2FV.MP4&media_type=VIDEO&is_carousel_item=true",
        "media_type=CAROUSEL&children=171%2C172&caption=Fresh+fi%CC%81gs&is_ai_generated=true",
    ]
    assert asked.lines[2:4] == ["GET /v26.0/172"] * 2
    assert [handle.partition(":")[0] for handle in kept] == ["171,172", "173"]
    assert (published.platform_post_id, published.publish_id) == ("1792", kept[1])


def test_carousel_of_images_waits_for_none_of_them():
    with answering(made(1), made(2), made(3), made(4), READY, Answer({"id": "1792"}), LIVE) as asked:
        published = adapter_at(asked).publish(IMAGES)

    assert published.platform_post_id == "1792"
    assert asked.lines[3:5] == ["POST /v26.0/1784/media", "GET /v26.0/174"]


def test_carousel_whose_children_are_ready_later_gets_its_container_and_then_its_publication():
    with answering(made(1), made(2), WORKING) as asked:
        waiting = adapter_at(asked).publish(MIXED)
    with answering(READY, made(3)) as asked:
        gathered = adapter_at(asked).resume(waiting.publish_id, MIXED)
        lines = asked.lines
    with answering(READY, Answer({"id": "1792"}), LIVE) as asked:
        published = adapter_at(asked).resume(gathered.publish_id, MIXED)

    assert waiting.publish_id.startswith("171,172:")
    assert lines == ["GET /v26.0/172", "POST /v26.0/1784/media"]
    assert (gathered.platform_post_id, gathered.publish_id[:4]) == ("", "173:")
    assert published.platform_post_id == "1792"


def test_carousel_of_one_is_rejected_before_anything_is_sent():
    draft = replace(IMAGES, media_urls=IMAGES.media_urls[:1])
    with answering(made(1)) as asked, pytest.raises(errors.Rejected, match="2 to 10") as rejected:
        adapter_at(asked).publish(draft)

    assert asked.requests == []
    assert rejected.value.for_staff.endswith("Give it 2 to 10 images or videos.")


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        ("ERROR", "Error: Media upload has failed with error code 2207026", "Instagram cannot use this video"),
        ("ERROR", "Error: something", "Change what the message names"),
        ("EXPIRED", "Expired: The container was not published within 24 hours.", "plan the post again"),
    ],
    ids=["known", "unknown", "expired"],
)
def test_container_that_is_dead_is_rejected_with_its_words(status, words, advice):
    with answering(Answer({"id": "1788", "status_code": status, "status": words})) as asked:
        adapter = adapter_at(asked)

        with pytest.raises(errors.Rejected) as rejected:
            adapter.resume("1788:0123456789abcdef", VIDEO)

    assert (rejected.value.message, rejected.value.code) == (words, status)
    assert advice in rejected.value.for_staff


def test_publication_that_comes_too_early_is_left_to_resume():
    with answering(*[READY, NOT_READY] * 6) as asked:
        published = adapter_at(asked).resume("1788:aa", VIDEO)

    assert published == PublishedPost(publish_id="1788:aa")


def test_lost_answer_to_the_publication_keeps_the_handle():
    with answering(READY, Answer({}, 200, cut=True)) as asked, pytest.raises(errors.OutcomeUnknown) as unknown:
        adapter_at(asked).resume("1788:aa", VIDEO)

    assert (unknown.value.publish_id, asked.lines.count("POST /v26.0/1784/media_publish")) == ("1788:aa", 1)


def test_post_keeps_its_id_when_its_address_cannot_be_read():
    with answering(READY, Answer({"id": "1792"}), sample("instagram_limit")) as asked:
        published = adapter_at(asked).resume("1788:0123456789abcdef", VIDEO)

    assert published == PublishedPost(platform_post_id="1792", publish_id="1788:0123456789abcdef")


@pytest.mark.parametrize("there", ["Fresh f\u00edgs", " Fresh fi\u0301gs\n"], ids=["composed", "with-space"])
def test_published_container_is_found_by_its_caption(there):
    with answering(OUT, Answer({"data": [post(1, "Another"), post(2, there), post(3)]})) as asked:
        published = adapter_at(asked).resume("1788", VIDEO)

    assert (published.platform_post_id, published.url) == ("m2", "https://i.example/2")
    assert asked.lines == ["GET /v26.0/1788", "GET /v26.0/1784/media"]


@pytest.mark.parametrize(
    "answers",
    [
        (OUT, Answer({"data": [post(1, "Another")]})),
        (Answer({"error": {"message": "Unsupported get request.", "code": 100, "error_subcode": 33}}, 400),),
    ],
    ids=["no-post-has-its-caption", "container-gone"],
)
def test_what_became_of_a_post_stays_unknown_where_it_cannot_be_told(answers):
    with answering(*answers) as asked, pytest.raises(errors.OutcomeUnknown) as unknown:
        adapter_at(asked).resume("1788", VIDEO)

    assert unknown.value.publish_id == "1788"


@pytest.mark.parametrize(
    ("posts", "found"),
    [
        ([post(1)], "m1"),
        ([post(1, at="2026-08-01T11:56:00+0000")], "m1"),
        ([post(1, at="2026-08-01T11:54:00+0000")], None),
        ([post("-known"), post(2)], "m2"),
        ([], None),
    ],
    ids=["there", "clocks-differ", "earlier", "known", "nothing"],
)
def test_post_is_looked_up_by_words_and_moment(posts, found):
    with answering(Answer({"data": posts})) as asked:
        published = adapter_at(asked).find(IMAGE, since=SINCE, known=frozenset({"m-known"}))

    assert (published and published.platform_post_id) == found
    assert asked.lines == ["GET /v26.0/1784/media"]
    assert asked.queries == [{"fields": "id,caption,permalink,timestamp", "limit": "50"}]


@pytest.mark.parametrize("posts", [[post(1, "Another")], [{"id": "m3"}]], ids=["other-words", "without-caption"])
def test_strange_post_of_that_time_may_be_the_one_that_is_looked_for(posts):
    with answering(Answer({"data": posts})) as asked, pytest.raises(errors.OutcomeUnknown):
        adapter_at(asked).find(IMAGE, since=SINCE, known=frozenset())
