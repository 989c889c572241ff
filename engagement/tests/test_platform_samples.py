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


def test_instagram_list_gives_known_numbers_and_leaves_the_others_unknown():
    ids = ["17920238422030506", "17920238422030507", "17920238422030508"]
    with answering(sample("instagram_media_list")) as asked:
        answers = ADAPTERS["instagram"](ME, asked.address).fetch_metrics(ids)

    assert asked.lines == ["GET /v26.0/1784/media"]
    assert measured(answers[ids[0]]) == {
        "likes": 12, "comments": 3, "saves": 7, "views": 2385, "reach": 1900, "profile_visits": 12
    }  # fmt: skip
    assert measured(answers[ids[1]]) == {"comments": 0, "views": 50, "video_views": 50}
    spoilt = answers[ids[2]]
    assert isinstance(spoilt, errors.InvalidResponse)
    assert spoilt.message == "The field like_count is not a whole number: many"


def test_instagram_metric_that_is_refused_does_not_lose_the_others_and_is_not_asked_again():
    insights = Answer({"data": [{"name": "views", "values": [{"value": 5}]}]})
    replies = (
        sample("instagram_media"),
        sample("instagram_metric_refused"),
        insights,
        sample("instagram_media"),
        insights,
    )
    with answering(*replies) as asked:
        adapter = ADAPTERS["instagram"](ME, asked.address)
        first, second = (adapter.fetch_metrics([one])[one] for one in ("17920238422030506", "17920238422030506"))

    assert measured(first) == measured(second) == {"likes": 12, "comments": 3, "views": 5}
    asked_for = [path.partition("metric=")[2].split("%2C") for _, path, _, _ in asked.requests if "/insights" in path]
    assert ["profile_visits" in names for names in asked_for] == [True, False, False]
    assert all({"views", "reach", "saved", "shares"} < set(names) for names in asked_for)


def test_instagram_media_from_before_the_account_was_professional_has_counters_only():
    refusal = Answer({"error": {"message": "Media Posted Before", "code": 100, "error_subcode": 2108006}}, 400)
    with answering(sample("instagram_media"), refusal) as asked:
        answer = ADAPTERS["instagram"](ME, asked.address).fetch_metrics(["17920238422030506"])

    assert measured(answer["17920238422030506"]) == {"likes": 12, "comments": 3}


def test_instagram_comments_hold_replies_and_tell_people_apart_by_id_or_name():
    with answering(sample("instagram_comments"), Answer({"data": []})) as asked:
        seen = ADAPTERS["instagram"](ME, asked.address).fetch_interactions("1792", frozenset()).interactions

    assert told(seen) == [
        ("178581", "comment", "5641", "Great!"),
        ("178582", "reply", None, "yes"),
        ("178580", "comment", "username:bob", "🔥"),
    ]
    assert seen[0].occurred_at == datetime(2026, 8, 1, 10, 56, 52, tzinfo=UTC)
    assert "access_token" not in asked.requests[1][1]
    assert "after=a" in asked.requests[1][1]


def test_instagram_comments_are_asked_for_without_from_when_it_is_refused():
    refusal = Answer({"error": {"message": "(#100) Tried accessing nonexisting field (from)", "code": 100}}, 400)
    with answering(refusal, Answer({"data": [{"id": "1", "username": "ann"}]})) as asked:
        seen = ADAPTERS["instagram"](ME, asked.address).fetch_interactions("1792", frozenset()).interactions

    assert told(seen) == [("1", "comment", "username:ann", "")]
    assert "from" not in asked.requests[1][1]


def test_pages_that_go_in_a_circle_end():
    with answering(sample("instagram_comments")) as asked:
        seen = ADAPTERS["instagram"](ME, asked.address).fetch_interactions("1792", frozenset()).interactions

    assert len(seen) == 3
    assert len(asked.requests) == 2


def test_pages_that_never_end_stop_after_twenty():
    def page(number):
        paging = {"cursors": {"after": f"cursor{number}"}, "next": "https://graph.example/next"}
        return Answer({"data": [{"id": str(number)}], "paging": paging})

    with answering(*(page(number) for number in range(30))) as asked:
        seen = ADAPTERS["instagram"](ME, asked.address).fetch_interactions("1792", frozenset()).interactions

    assert (len(seen), len(asked.requests)) == (20, 20)


def test_reading_comments_stops_at_a_page_of_which_everything_is_known():
    known = frozenset(["178580", "178581", "178582"])
    with answering(sample("instagram_comments")) as asked:
        seen = ADAPTERS["instagram"](ME, asked.address).fetch_interactions("1792", known).interactions

    assert (len(seen), len(asked.requests)) == (3, 1)


def test_instagram_container_that_is_not_ready_is_left_to_resume():
    working = Answer({"id": "1788", "status_code": "IN_PROGRESS"})
    with answering(Answer({"id": "1788"}), working) as asked:
        published = ADAPTERS["instagram"](ME, asked.address).publish(VIDEO)

    assert published.platform_post_id == ""
    assert published.publish_id.startswith("1788:")
    assert set(asked.lines[1:]) == {"GET /v26.0/1788"}
    assert b"media_type=REELS" in asked.requests[0][3]
    assert b"is_ai_generated=true" in asked.requests[0][3]


def test_instagram_container_that_failed_is_rejected_with_its_words():
    failed = Answer(
        {"id": "1788", "status_code": "ERROR", "status": "Error: Media upload has failed with error 2207026"}
    )
    with answering(failed) as asked, pytest.raises(errors.Rejected, match="2207026"):
        ADAPTERS["instagram"](ME, asked.address).resume("1788:0123456789abcdef", VIDEO)


def test_instagram_post_keeps_its_id_when_its_address_cannot_be_read():
    replies = (Answer({"status_code": "FINISHED"}), Answer({"id": "1792"}), sample("instagram_limit"))
    with answering(*replies) as asked:
        published = ADAPTERS["instagram"](ME, asked.address).resume("1788:0123456789abcdef", VIDEO)

    assert published == PublishedPost(platform_post_id="1792", publish_id="1788:0123456789abcdef")


def test_instagram_published_container_without_a_matching_post_stays_unknown():
    replies = (Answer({"status_code": "PUBLISHED"}), Answer({"data": [{"id": "1792", "caption": "Another"}]}))
    with answering(*replies) as asked, pytest.raises(errors.OutcomeUnknown) as unknown:
        ADAPTERS["instagram"](ME, asked.address).resume("1788", VIDEO)

    assert unknown.value.publish_id == "1788"


def test_facebook_post_is_read_with_its_summaries_and_insights():
    with answering(sample("facebook_post")) as asked:
        metrics = ADAPTERS["facebook"](ME, asked.address).fetch_metrics(["1_2"])["1_2"]

    assert measured(metrics) == {"likes": 9, "comments": 5, "shares": 7, "views": 54, "reach": 42}
    assert isinstance(metrics, Metrics)
    assert (metrics.api_version, metrics.raw) == ("v26.0", sample("facebook_post").body)


def test_facebook_batch_answers_item_by_item_and_asks_again_for_what_timed_out():
    replies = (Answer({"data": []}), sample("facebook_batch"), sample("facebook_post"))
    with answering(*replies) as asked:
        answers = ADAPTERS["facebook"](ME, asked.address).fetch_metrics(["1_2", "1_3", "1_4"])

    assert asked.lines == ["GET /v26.0/1784/posts", "POST /v26.0/", "GET /v26.0/1_4"]
    assert measured(answers["1_2"]) == {"likes": 9, "comments": 5, "shares": 0}
    assert isinstance(answers["1_3"], errors.NotFound)
    assert isinstance(answers["1_4"], Metrics)


def test_facebook_refusal_without_a_name_drops_the_least_dependable_metric_first():
    with answering(sample("facebook_metric_refused"), sample("facebook_post")) as asked:
        answer = ADAPTERS["facebook"](ME, asked.address).fetch_metrics(["1_2"])["1_2"]

    assert isinstance(answer, Metrics)
    assert [path.count("post_media_view") for _, path, _, _ in asked.requests] == [1, 0]


def test_facebook_comments_of_people_who_are_not_named_have_no_author():
    with answering(sample("facebook_comments")) as asked:
        seen = ADAPTERS["facebook"](ME, asked.address).fetch_interactions("1_2", frozenset()).interactions

    assert told(seen) == [("2_4", "reply", None, "I agree"), ("2_3", "comment", "777", "Great post")]


def test_facebook_photo_is_known_by_the_id_of_its_post():
    replies = (Answer({"id": "12", "post_id": "1784_9"}), Answer({"permalink_url": "https://www.facebook.com/9"}))
    draft = Draft(media_kind="image", caption="Look", media_urls=("https://media.example/i.jpg",))
    with answering(*replies) as asked:
        published = ADAPTERS["facebook"](ME, asked.address).publish(draft)

    assert (published.platform_post_id, published.url) == ("1784_9", "https://www.facebook.com/9")


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
        ("9", "comment", "77", "@me nice"),
        ("8", "reply", "78", "@sam no"),
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
