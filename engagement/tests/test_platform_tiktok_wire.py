"""Answers of both TikTok programmes in the less usual of their documented forms."""

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering
from engagement.values import Credentials, Draft, Metrics

ME = Credentials(platform_user_id="act.me", handle="me", access_token="token-of-a-test")
ID = "7321098765432100004"
OK = {"code": "ok", "message": "", "log_id": "2022"}


def told(name, answer):
    with answering(answer) as asked:
        try:
            return ADAPTERS[name](ME, asked.address).fetch_metrics([ID])[ID]
        except errors.PlatformError as error:
            return error


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"data": {"videos": []}, "error": OK}), errors.NotFound),
        (Answer({"data": {}, "error": {"code": "access_token_invalid"}}), errors.AuthenticationFailed),
        (Answer({"data": {}, "error": {"code": "scope_not_authorized"}}, 401), errors.AccessDenied),
        (Answer({"data": {}, "error": {"code": "something_new", "message": "?"}}), errors.PlatformError),
        (Answer({"data": {}, "error": {"code": "something_new"}}, 400), errors.PlatformError),
        (Answer({"data": {}, "error": OK}, 500), errors.TemporaryFailure),
        (Answer({"data": {}, "error": OK}, 429), errors.RateLimited),
        (Answer({"data": {}, "error": {"code": "internal_error"}}), errors.TemporaryFailure),
        (Answer(b"", 504), errors.TemporaryFailure),
        (Answer(b"<html></html>", 404), errors.InvalidResponse),
    ],
)
def test_display_answer_has_its_kind(answer, kind):
    assert type(told("tiktok", answer)) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"code": 0, "message": "OK", "data": {"videos": []}}), errors.NotFound),
        (Answer({"code": 40105, "message": "Access token is incorrect", "data": {}}), errors.AuthenticationFailed),
        (Answer({"code": 40001, "message": "No permission", "data": None}), errors.AccessDenied),
        (Answer({"code": 40100, "message": "Requests made too frequently"}), errors.RateLimited),
        (Answer({"code": 51010, "message": "Service error"}), errors.TemporaryFailure),
        (Answer({"code": 49999, "message": "Something new"}), errors.PlatformError),
        (Answer({"code": 0, "message": "OK", "data": {}}, 502), errors.TemporaryFailure),
        (Answer({"message": "OK"}), errors.PlatformError),
        (Answer(b"<html></html>", 503), errors.TemporaryFailure),
    ],
)
def test_business_answer_has_its_kind(answer, kind):
    assert type(told("tiktok_business", answer)) is kind


def test_video_of_the_display_api_may_hold_an_integer_id_and_text_numbers():
    video = {"id": int(ID), "create_time": "1709312400", "view_count": "1500", "like_count": None, "share_count": 5}
    metrics = told("tiktok", Answer({"data": {"videos": [video]}, "error": OK}))

    assert isinstance(metrics, Metrics)
    assert (metrics.views, metrics.likes, metrics.comments, metrics.shares) == (1500, None, None, 5)


def test_video_of_the_business_api_gives_every_number_it_has():
    video = {
        "item_id": ID, "create_time": "1786032726", "video_views": 5200, "likes": 310, "comments": 12, "shares": 44,
        "favorites": 20, "reach": 4100, "video_duration": 8.0, "average_time_watched": 6.1, "profile_views": 7,
        "total_time_watched": 31720.5, "full_video_watched_rate": 0.41, "new_followers": 9, "website_clicks": 3,
        "impression_sources": [{"impression_source": "For You", "percentage": 0.87}],
        "audience_countries": [{"country": "US", "percentage": 0.91}],
    }  # fmt: skip
    metrics = told("tiktok_business", Answer({"code": 0, "message": "OK", "data": {"videos": [video]}}))

    assert {name: value for name, value in metrics.counts().items() if value is not None} == {
        "likes": 310, "comments": 12, "shares": 44, "saves": 20, "views": 5200, "video_views": 5200, "reach": 4100,
        "profile_visits": 7, "follows": 9, "link_clicks": 3, "video_completion_rate": 41.0,
        "average_watch_seconds": 6.1, "total_watch_seconds": 31720.5,
    }  # fmt: skip
    assert metrics.audience == {"country": {"US": 3731}}


@pytest.mark.parametrize("options", [True, None, "PUBLIC", {"PUBLIC_TO_EVERYONE": 1}, ["SELF_ONLY"]])
def test_creator_without_a_list_that_holds_public_posts_offers_none(options):
    creator = Answer({"data": {"privacy_level_options": options}, "error": OK})
    draft = Draft(media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",))
    with answering(creator) as asked, pytest.raises(errors.AccessDenied, match="no public posts"):
        ADAPTERS["tiktok"](ME, asked.address).publish(draft)


def test_numbers_that_vanish_when_a_video_was_inactive_are_unknown():
    video = {"item_id": ID, "video_views": 5200, "likes": 310, "reach": None, "audience_countries": None}
    metrics = told("tiktok_business", Answer({"code": 0, "data": {"videos": [video]}}))

    assert (metrics.views, metrics.likes, metrics.reach, metrics.audience) == (5200, 310, None, {})


@pytest.mark.parametrize(
    ("more", "whole"), [(True, False), (False, True), (None, True), (1, False), (0, True), ("true", False)]
)
def test_comments_are_whole_only_where_no_more_are_announced(more, whole):
    comment = {"comment_id": "c1", "text": "wow", "create_time": 1786032900, "likes": 1, "replies": 0}
    page = {"code": 0, "data": {"has_more": more, "cursor": 30, "comments": [comment]}}
    with answering(Answer(page)) as asked:
        seen = ADAPTERS["tiktok_business"](ME, asked.address).fetch_interactions(ID, frozenset())

    assert [one.platform_id for one in seen.interactions] == ["c1"]
    assert bool(seen.whole) is whole


def test_comments_that_go_on_without_a_cursor_are_not_whole():
    page = {"code": 0, "data": {"has_more": True, "comments": [{"comment_id": 1, "text": "wow"}]}}
    with answering(Answer(page)) as asked:
        seen = ADAPTERS["tiktok_business"](ME, asked.address).fetch_interactions(ID, frozenset())

    assert (len(asked.lines), seen.whole) == (1, frozenset())
