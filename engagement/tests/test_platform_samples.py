"""Answers written after the platforms' documentation, and what the adapters make of them."""

from datetime import UTC, datetime

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.platforms.twitter import moment_of
from engagement.pseudonyms import author_key
from engagement.tests.replies import SAMPLES, Answer, answering, sample
from engagement.values import Credentials, Draft, Metrics, PublishedPost

ME = Credentials(platform_user_id="1784", handle="me", access_token="token-of-a-test")
VIDEO = Draft(media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",))


def measured(metrics):
    return {name: value for name, value in metrics.counts().items() if value is not None}


def told(seen):
    return [(one.platform_id, one.kind, one.author_id, one.text) for one in seen]


def test_every_sample_names_the_document_it_follows():
    second_lines = [path.read_text(encoding="utf-8").splitlines()[1] for path in sorted(SAMPLES.glob("*.json"))]

    assert [line for line in second_lines if not line.startswith('  "source": "')] == []


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_twitter_numbers_are_read_in_both_spellings(spelling, settings):
    settings.X_POST_FIELDS = f"{spelling}.fields"
    with answering(sample(f"twitter_{spelling}s")) as asked:
        answers = ADAPTERS["twitter"](ME, asked.address).fetch_metrics(["123", "456", "789"])

    assert measured(answers["123"]) == {
        "likes": 234, "comments": 12, "shares": 55, "saves": 8, "impressions": 5432, "views": 5432, "video_views": 12543
    }  # fmt: skip
    assert [type(answers[one]) for one in ("456", "789")] == [errors.NotFound, errors.NotFound]
    assert f"{spelling}.fields=" in asked.requests[0][1]


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_twitter_replies_likes_and_reposts_are_told_apart(spelling, settings):
    settings.X_POST_FIELDS = f"{spelling}.fields"
    people = sample("twitter_people")
    with answering(sample(f"twitter_replies_{spelling}"), people, people) as asked:
        seen = ADAPTERS["twitter"](ME, asked.address).fetch_interactions("123", frozenset()).interactions

    key = author_key("twitter", "77")
    assert told(seen) == [
        ("9", "comment", "77", "nice"),
        ("8", "reply", "78", "no"),
        (f"like:{key}", "like", "77", ""),
        (f"share:{key}", "share", "77", ""),
    ]


def test_twitter_list_that_is_withheld_does_not_cost_the_others():
    replies = (sample("twitter_nothing"), sample("twitter_forbidden"), sample("twitter_people"))
    with answering(*replies) as asked:
        seen = ADAPTERS["twitter"](ME, asked.address).fetch_interactions("123", frozenset()).interactions

    assert [one.kind for one in seen] == ["share"]


def test_twitter_since_id_that_is_too_old_is_left_out():
    refusal = Answer({"title": "Invalid Request", "type": "https://api.x.com/2/problems/invalid-request"}, 400)
    replies = (refusal, sample("twitter_replies_tweet"), sample("twitter_nothing"))
    with answering(*replies) as asked:
        known = frozenset(["8", "like:77"])
        seen = ADAPTERS["twitter"](ME, asked.address).fetch_interactions("123", known).interactions

    assert [one.platform_id for one in seen] == ["9", "8"]
    assert ["since_id=8" in path for _, path, _, _ in asked.requests[:2]] == [True, False]


def test_twitter_post_is_marked_as_made_with_ai_and_dated_by_its_id():
    with answering(Answer({"data": {"id": "1445880548472328192", "text": "Hi"}}, 201)) as asked:
        published = ADAPTERS["twitter"](ME, asked.address).publish(Draft(media_kind="text", caption="Hi"))

    assert asked.requests[0][3] == b'{"text": "Hi", "made_with_ai": true}'
    assert published == PublishedPost(
        platform_post_id="1445880548472328192",
        url="https://x.com/me/status/1445880548472328192",
        published_at=moment_of("1445880548472328192"),
    )


def test_twitter_id_holds_the_moment_that_the_documentation_gives_for_the_same_post():
    assert str(moment_of("1212092628029698048")).startswith("2019-12-31 19:26:16")


def test_tiktok_counters_that_are_left_out_are_unknown_and_absent_videos_not_found():
    ids = ["7321098765432100004", "7321098765432100005", "7321098765432100006"]
    with answering(sample("tiktok_videos")) as asked:
        answers = ADAPTERS["tiktok"](ME, asked.address).fetch_metrics(ids)

    assert measured(answers[ids[0]]) == {"likes": 80, "comments": 12, "shares": 5, "views": 1500, "video_views": 1500}
    assert measured(answers[ids[1]]) == {"views": 3}
    assert isinstance(answers[ids[2]], errors.NotFound)


def test_limit_in_a_later_batch_keeps_what_was_read_and_stands_for_the_rest():
    ids = [str(7321098765432100004 + number) for number in range(21)]
    limit = Answer({"data": {}, "error": {"code": "rate_limit_exceeded", "message": "Too many"}}, 429)
    with answering(sample("tiktok_videos"), limit) as asked:
        answers = ADAPTERS["tiktok"](ME, asked.address).fetch_metrics(ids)

    kinds = [type(answers[one]) for one in ids]
    assert kinds == [Metrics] * 2 + [errors.NotFound] * 18 + [errors.RateLimited]


def test_tiktok_video_is_marked_as_ai_made_and_left_to_resume_while_moderated():
    with answering(sample("tiktok_creator"), sample("tiktok_init"), sample("tiktok_moderated")) as asked:
        published = ADAPTERS["tiktok"](ME, asked.address).publish(VIDEO)

    assert published == PublishedPost(publish_id="v_pub_url~v2-1.123")
    assert b'"is_aigc": true' in asked.requests[1][3]
    assert b'"disable_comment": true' in asked.requests[1][3]


def test_tiktok_account_that_may_not_post_publicly_is_told_so_before_anything_is_sent():
    with answering(sample("tiktok_creator_unaudited")) as asked, pytest.raises(errors.AccessDenied, match="audited"):
        ADAPTERS["tiktok"](ME, asked.address).publish(VIDEO)

    assert asked.lines == ["POST /v2/post/publish/creator_info/query/"]


@pytest.mark.parametrize("shape", [[7321], ["7321"], 7321, "7321"], ids=["integers", "strings", "integer", "string"])
def test_tiktok_public_id_is_read_in_every_shape_seen(shape):
    complete = {"data": {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": shape}, "error": {"code": "ok"}}
    video = {"data": {"videos": [{"id": "7321", "create_time": 1709312400, "share_url": "https://t.example/7321"}]}}
    with answering(Answer(complete), Answer(video)) as asked:
        published = ADAPTERS["tiktok"](ME, asked.address).resume("v_pub_url~v2-1.123", VIDEO)

    moment = datetime(2024, 3, 1, 17, 0, tzinfo=UTC)
    assert published == PublishedPost(
        platform_post_id="7321", publish_id="v_pub_url~v2-1.123", url="https://t.example/7321", published_at=moment
    )


def test_tiktok_failure_of_processing_may_be_tried_again_when_publishing_but_never_comes_back_on_resume():
    with answering(sample("tiktok_creator"), sample("tiktok_init"), sample("tiktok_pull_failed")) as asked:
        adapter = ADAPTERS["tiktok"](ME, asked.address)

        with pytest.raises(errors.TemporaryFailure, match="video_pull_failed"):
            adapter.publish(VIDEO)
        with pytest.raises(errors.Rejected, match="video_pull_failed"):
            adapter.resume("v_pub_url~v2-1.123", VIDEO)
