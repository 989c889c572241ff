"""TikTok API for Business: the requests it documents, and what the adapter makes of its answers."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest

from engagement.platforms import errors
from engagement.platforms.errors import (
    AccessDenied,
    AuthenticationFailed,
    NotFound,
    PlatformError,
    RateLimited,
    Rejected,
    TemporaryFailure,
)
from engagement.platforms.replies import Reply
from engagement.platforms.tiktok_business import (
    ACCOUNT_AUDIENCES,
    NAMES,
    NUMBERS,
    VIDEO_AUDIENCES,
    TikTokBusinessAdapter,
)
from engagement.platforms.tiktok_errors import judge_business
from engagement.tests.replies import Answer, answering, sample
from engagement.values import AccountFacts, App, AuthorSignals, Credentials, Draft, PublishedPost, Tokens

ME = Credentials(
    platform_user_id="open-id",
    handle="me",
    access_token="token-of-a-test",
    refresh_token="refresh-token-of-a-test",
    app=App(id="client", secret="secret-of-a-test"),
)
ROOT = "/open_api/v1.3"
VIDEO = Draft(media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",))
LISTED = sample("tiktok_business_videos")


def business(asked, credentials=ME):
    return TikTokBusinessAdapter(credentials, asked.address)


def ok(**data):
    return Answer({"code": 0, "message": "OK", "request_id": "2022", "data": data})


def measured(metrics):
    return {name: value for name, value in metrics.counts().items() if value is not None}


# Metrics


def test_numbers_are_read_for_twenty_videos_in_one_go():
    with answering(LISTED) as asked:
        found = business(asked).fetch_metrics(["741", "742", "743"])

    method, path, headers, body = asked.requests[0]
    assert (method, path.partition("?")[0], body) == ("GET", f"{ROOT}/business/video/list/", b"")
    assert (headers["Access-Token"], "Authorization" in headers) == ("token-of-a-test", False)
    query = asked.queries[0]
    assert (query["business_id"], query["max_count"]) == ("open-id", "20")
    assert json.loads(query["filters"]) == {"video_ids": ["741", "742", "743"]}
    assert json.loads(query["fields"]) == [*NAMES, *NUMBERS, *VIDEO_AUDIENCES]
    assert measured(found["741"]) == {
        "likes": 310, "comments": 12, "shares": 44, "saves": 20, "views": 5200, "video_views": 5200, "reach": 4100,
        "profile_visits": 33, "follows": 9, "link_clicks": 2, "video_completion_rate": 41.0,
        "average_watch_seconds": 6.1, "total_watch_seconds": 31720.5,
    }  # fmt: skip
    assert found["741"].audience == {"country": {"US": 3731, "PT": 287}, "gender": {"Female": 1189}}
    assert (found["741"].api_version, found["741"].raw) == ("v1.3", LISTED.body["data"]["videos"][0])
    assert measured(found["742"]) == {"likes": 0, "comments": 0, "shares": 0, "views": 0, "video_views": 0}
    assert found["742"].audience == {}
    assert isinstance(found["743"], NotFound)


def test_more_than_twenty_videos_are_read_in_batches():
    with answering(ok(videos=[])) as asked:
        business(asked).fetch_metrics([str(number) for number in range(21)])

    assert [len(json.loads(query["filters"])["video_ids"]) for query in asked.queries] == [20, 1]


def test_field_that_is_refused_is_left_out_and_not_asked_for_again():
    with answering(sample("tiktok_business_refused"), LISTED) as asked:
        adapter = business(asked)
        found = [adapter.fetch_metrics(["741"])["741"] for _ in range(2)]

    assert [one.reach for one in found] == [4100, 4100]
    assert adapter.refused == {("video", "website_clicks")}
    assert ["website_clicks" in query["fields"] for query in asked.queries] == [True, False, False]
    assert ["item_id" in query["fields"] for query in asked.queries] == [True, True, True]


def test_field_that_was_refused_before_is_not_asked_for():
    me = Credentials(**{**vars(ME), "refused": frozenset({("video", "reach")})})
    with answering(LISTED) as asked:
        business(asked, me).fetch_metrics(["741"])

    assert '"reach"' not in asked.queries[0]["fields"]


def test_refusal_that_names_no_field_is_raised():
    with answering(Answer({"code": 40002, "message": "business_id: wrong"})) as asked, pytest.raises(Rejected):
        business(asked).fetch_metrics(["741"])

    assert len(asked.requests) == 1


@contextmanager
def listing(gone, *, limit=1000, account=True):
    """A server that refuses every list with a post that is gone; after `limit` calls it allows no more."""
    calls: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = dict(parse_qsl(urlsplit(self.path).query))
            ids = json.loads(query.get("filters", '{"video_ids": []}'))["video_ids"]
            calls.append(ids)
            videos = [{"item_id": one, "likes": int(one)} for one in ids]
            body = {"code": 0, "data": {"videos": videos}}
            if set(ids) & set(gone) or not account:
                body = {"code": 40007, "message": "The video does not exist"}
            if len(calls) > limit:
                body = {"code": 40100, "message": "Too many requests"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args):
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield SimpleNamespace(address=f"http://127.0.0.1:{server.server_port}", calls=calls)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


TWENTY = [str(number) for number in range(20)]


@pytest.mark.parametrize("gone", [["0"], ["19"], ["7"], ["3", "16"], ["8", "9"]], ids=" ".join)
def test_posts_that_are_gone_do_not_take_their_batch_with_them(gone):
    with listing(gone) as asked:
        found = business(asked).fetch_metrics(TWENTY)

    assert [one for one in TWENTY if isinstance(found[one], NotFound)] == gone
    assert {one: found[one].likes for one in TWENTY if one not in gone} == {
        one: int(one) for one in TWENTY if one not in gone
    }
    assert len(asked.calls) <= 24


def test_batch_of_gone_posts_costs_a_bounded_number_of_calls_and_leaves_the_rest_for_later():
    with listing(TWENTY) as asked:
        found = business(asked).fetch_metrics(TWENTY)

    assert {type(one) for one in found.values()} == {NotFound, TemporaryFailure}
    assert len(asked.calls) <= 25


def test_account_that_is_gone_makes_no_post_gone():
    with listing([], account=False) as asked, pytest.raises(NotFound):
        business(asked).fetch_metrics(["741"])


def test_limit_met_while_a_gone_post_is_looked_for_keeps_what_was_read():
    with listing(["19"], limit=2) as asked:
        found = business(asked).fetch_metrics(TWENTY)

    assert [one for one in TWENTY if isinstance(found[one], RateLimited)] == TWENTY[10:]
    assert [found[one].likes for one in TWENTY[:10]] == list(range(10))


@pytest.mark.parametrize("value", ["many", [], "nan", True])
def test_number_that_is_none_spoils_its_own_video_alone(value):
    videos = [{"item_id": "741", "average_time_watched": value}, {"item_id": "742", "likes": 1}]
    with answering(ok(videos=videos)) as asked:
        found = business(asked).fetch_metrics(["741", "742"])

    assert isinstance(found["741"], errors.InvalidResponse)
    assert found["742"].likes == 1


# Comments


def test_comments_hold_replies_beyond_those_shown_and_the_accounts_own():
    with answering(sample("tiktok_business_comments"), sample("tiktok_business_replies")) as asked:
        visible = business(asked).fetch_interactions("741", frozenset())

    assert asked.lines == [f"GET {ROOT}/business/comment/list/", f"GET {ROOT}/business/comment/reply/list/"]
    fixed = {
        "business_id": "open-id",
        "video_id": "741",
        "status": "ALL",
        "sort_field": "create_time",
        "max_count": "30",
    }
    assert asked.queries == [fixed | {"include_replies": "true"}, fixed | {"comment_id": "c2"}]
    seen = visible.interactions
    assert [(one.platform_id, one.kind, one.author_id, one.text, one.likes) for one in seen] == [
        ("c2", "comment", "+ABc1D2/E0f", "wow", 3),
        ("r1", "reply", "open-id", "thanks", 0),
        ("c1", "comment", "d01", "spam", 0),
        ("r2", "reply", "zz==", "me too", 1),
    ]
    assert seen[0].occurred_at == datetime.fromtimestamp(1786032999, UTC)
    assert seen[0].signals == AuthorSignals(has_name=True, has_picture=True, handle_digits=4)
    assert seen[2].signals == AuthorSignals(has_name=False, has_picture=False, handle_digits=0)
    assert visible.whole == {"comment", "reply"}


def comments(*numbers, has_more=True, **more):
    found = [{"comment_id": f"c{number}", "create_time": 1786000000 + number, **more} for number in numbers]
    return ok(comments=found, cursor=numbers[-1], has_more=has_more)


def test_pages_are_read_by_cursor_and_what_comes_twice_counts_once():
    with answering(comments(4, 3), comments(3, 2, has_more=False)) as asked:
        visible = business(asked).fetch_interactions("741", frozenset())

    assert [one.platform_id for one in visible.interactions] == ["c4", "c3", "c2"]
    assert [query.get("cursor") for query in asked.queries] == [None, "3"]
    assert visible.whole == {"comment", "reply"}


@pytest.mark.parametrize(
    ("first", "everything", "calls", "whole"),
    [
        (comments(4, 3), False, 1, set()),
        (comments(4, 3), True, 2, {"comment", "reply"}),
        (comments(3, 4), False, 2, {"comment", "reply"}),
    ],
    ids=["newest-first", "everything", "oldest-first"],
)
def test_reading_stops_at_known_comments_only_if_the_newest_come_first(first, everything, calls, whole):
    known = frozenset({"c3", "c4"})
    with answering(first, comments(2, has_more=False)) as asked:
        visible = business(asked).fetch_interactions("741", known, everything=everything)

    assert len(asked.requests) == calls
    assert visible.whole == whole


def test_comments_are_not_whole_where_the_bound_was_hit():
    with answering(*(comments(number) for number in range(30, 0, -1))) as asked:
        visible = business(asked).fetch_interactions("741", frozenset())

    assert (len(asked.requests), visible.whole) == (20, frozenset())


def test_replies_beside_their_comment_are_not_read_twice():
    found = [{"comment_id": "c1", "replies": 1}, {"comment_id": "r1", "parent_comment_id": "c1"}]
    with answering(ok(comments=found, has_more=False)) as asked:
        visible = business(asked).fetch_interactions("741", frozenset())

    assert [one.kind for one in visible.interactions] == ["comment", "reply"]
    assert len(asked.requests) == 1


def test_threads_beyond_the_bound_leave_replies_unread():
    top = comments(*range(60, 0, -1), has_more=False, replies=9)
    with answering(top, ok(comments=[], has_more=False)) as asked:
        visible = business(asked).fetch_interactions("741", frozenset())

    assert (len(asked.requests), visible.whole) == (51, frozenset())


def test_comments_of_a_video_that_is_gone_are_not_found():
    with answering(Answer({"code": 40007, "message": "Gone"})) as asked, pytest.raises(NotFound):
        business(asked).fetch_interactions("741", frozenset())


# Publishing


@pytest.mark.parametrize(("made_with_ai", "label"), [(True, {"is_ai_generated": True}), (False, {})])
def test_video_is_published_and_labelled_unless_a_person_waived_it(made_with_ai, label):
    kept: list[str] = []
    status = ok(status="PUBLISH_COMPLETE", post_ids=["741"])
    with answering(ok(share_id="v_pub.1"), ok(status="PROCESSING_DOWNLOAD"), status, LISTED) as asked:
        published = business(asked).publish(Draft(**{**vars(VIDEO), "made_with_ai": made_with_ai}), kept.append)

    assert asked.lines == [
        f"POST {ROOT}/business/video/publish/",
        f"GET {ROOT}/business/publish/status/",
        f"GET {ROOT}/business/publish/status/",
        f"GET {ROOT}/business/video/list/",
    ]
    assert json.loads(asked.requests[0][3]) == {
        "business_id": "open-id",
        "video_url": "https://media.example/v.mp4",
        "post_info": {"caption": "Look"} | label,
    }
    assert asked.queries[1] == {"business_id": "open-id", "publish_id": "v_pub.1"}
    assert kept == ["v_pub.1"]
    assert published == PublishedPost(
        platform_post_id="741",
        publish_id="v_pub.1",
        url="https://t.example/741",
        published_at=datetime.fromtimestamp(1786032726, UTC),
    )


def test_handle_is_not_lost_with_a_look_that_fails():
    with answering(ok(share_id="v_pub.1"), Answer({"code": 40100, "message": "Too many"})) as asked:
        published = business(asked).publish(VIDEO)

    assert published == PublishedPost(publish_id="v_pub.1")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("duration_check_failed", Rejected),
        ("spam_risk", AccessDenied),
        ("internal", TemporaryFailure),
        ("auth_removed", AuthenticationFailed),
    ],
)
def test_failed_post_says_why(reason, kind):
    with answering(ok(share_id="v_pub.1"), ok(status="FAILED", reason=reason)) as asked, pytest.raises(kind):
        business(asked).publish(VIDEO)


def test_failure_that_might_pass_never_comes_back_on_resume():
    with answering(ok(status="FAILED", reason="internal")) as asked, pytest.raises(Rejected, match="internal"):
        business(asked).resume("v_pub.1", VIDEO)


@pytest.mark.parametrize("code", [40001, 40002])
def test_look_that_is_refused_says_nothing_of_a_post_that_was_accepted(code):
    with answering(Answer({"code": code, "message": "No"})) as asked, pytest.raises(errors.OutcomeUnknown) as caught:
        business(asked).resume("v_pub.1", VIDEO)

    assert caught.value.publish_id == "v_pub.1"


def test_lost_answer_to_a_publish_is_unknown_and_sent_once():
    with answering(Answer({}, 503)) as asked, pytest.raises(errors.OutcomeUnknown):
        business(asked).publish(VIDEO)

    assert len(asked.requests) == 1


MADE = datetime.fromtimestamp(1786032726, UTC)


@pytest.mark.parametrize(
    ("since", "known", "found"),
    [
        (MADE, set(), PublishedPost(platform_post_id="741", url="https://t.example/741", published_at=MADE)),
        (MADE, {"741"}, None),
        (datetime(2026, 8, 7, tzinfo=UTC), set(), None),
    ],
    ids=["there", "another-of-ours", "older"],
)
def test_post_is_looked_up_on_the_list_of_videos(since, known, found):
    video = {"item_id": "741", "caption": "Look", "create_time": "1786032726", "share_url": "https://t.example/741"}
    with answering(ok(videos=[video], has_more=False)) as asked:
        assert business(asked).find(VIDEO, since=since, known=frozenset(known)) == found

    assert json.loads(asked.queries[0]["fields"]) == [*NAMES, "caption"]


# The account


def test_account_has_followers_and_their_groups():
    with answering(sample("tiktok_business_account")) as asked:
        facts = business(asked).fetch_account()

    assert asked.lines == [f"GET {ROOT}/business/get/"]
    assert json.loads(asked.queries[0]["fields"]) == ["username", "followers_count", *ACCOUNT_AUDIENCES]
    assert facts == AccountFacts(
        followers=2000,
        handle="me",
        audience={
            "age": {"18-24": 500},
            "gender": {"Female": 1200, "Male": 800},
            "country": {"PT": 1001},
            "city": {"Lisbon": 200},
        },
    )


def test_tokens_are_refreshed_without_the_old_one():
    with answering(sample("tiktok_business_tokens")) as asked:
        tokens = business(asked).refresh()

    method, path, headers, body = asked.requests[0]
    assert (method, path) == ("POST", f"{ROOT}/tt_user/oauth2/refresh_token/")
    assert [name for name in headers if name in ("Authorization", "Access-Token")] == []
    assert json.loads(body) == {
        "client_id": "client",
        "client_secret": "secret-of-a-test",
        "grant_type": "refresh_token",
        "refresh_token": "refresh-token-of-a-test",
    }
    assert tokens == Tokens(
        access_token="new-access-token",
        refresh_token="new-refresh-token",
        expires_in=86400,
        refresh_expires_in=31536000,
        scopes=("user.info.basic", "video.list", "comment.list"),
    )


# Errors


def judged(status, body, headers=None):
    return judge_business(Reply("tiktok", status, headers or {}, body))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": 0, "data": {}}, type(None)),
        (200, {"code": "0", "data": {}}, type(None)),
        (200, {"code": 40001, "message": "No permission"}, AccessDenied),
        (200, {"code": 40002, "message": "Wrong"}, Rejected),
        (200, {"code": 40002, "message": "Invalid refresh_token"}, AuthenticationFailed),
        (200, {"code": 40002, "message": "The refresh token ended"}, AuthenticationFailed),
        (200, {"code": 40002, "message": "caption too long"}, Rejected),
        (200, {"code": 40002, "message": "URL ownership unverified"}, AccessDenied),
        (200, {"code": 40007, "message": "Gone"}, NotFound),
        (200, {"code": 40100, "message": "Too many"}, RateLimited),
        (200, {"code": 40101, "message": "App"}, AccessDenied),
        (200, {"code": 40102, "message": "Ended"}, AuthenticationFailed),
        (200, {"code": 40104, "message": "None"}, AuthenticationFailed),
        (200, {"code": 40105, "message": "Revoked"}, AuthenticationFailed),
        (200, {"code": 50000, "message": "System"}, TemporaryFailure),
        (200, {"code": 50002, "message": "System"}, TemporaryFailure),
        (200, {"code": 51000, "message": "Service"}, TemporaryFailure),
        (200, {"code": 51999, "message": "Service"}, TemporaryFailure),
        (200, {"code": 52000, "message": "New"}, PlatformError),
        (200, {"code": 40999, "message": "New"}, PlatformError),
        (200, {"code": None}, PlatformError),
        (200, {}, PlatformError),
        (200, [], PlatformError),
        (400, {"error": "invalid_grant"}, AuthenticationFailed),
        (401, None, AuthenticationFailed),
        (429, None, RateLimited),
        (502, None, TemporaryFailure),
    ],
    ids=str,
)
def test_error_is_known_by_code_then_words_then_status(status, body, kind):
    assert type(judged(status, body)) is kind


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60), ({"Retry-After": "3"}, 3)])
def test_limit_lasts_a_minute_unless_it_says_otherwise(headers, seconds):
    assert judged(200, {"code": 40100}, headers).retry_after == seconds
