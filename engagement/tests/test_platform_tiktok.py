"""TikTok for Developers: the requests it documents, and what the adapter makes of its answers."""

import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from engagement.platforms import errors
from engagement.platforms.errors import (
    AccessDenied,
    AuthenticationFailed,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    TemporaryFailure,
)
from engagement.platforms.meter import Unmetered
from engagement.platforms.nodes import Node
from engagement.platforms.replies import Reply
from engagement.platforms.tiktok import TikTokAdapter
from engagement.platforms.tiktok_errors import failure_of, judge
from engagement.tests.replies import Answer, answering, sample
from engagement.values import AccountFacts, App, Credentials, Draft, PublishedPost, Tokens

ME = Credentials(
    platform_user_id="1784",
    handle="me",
    access_token="token-of-a-test",
    refresh_token="refresh-token-of-a-test",
    app=App(id="client", secret="secret-of-a-test"),
)
CREATOR, STARTED, PENDING = (sample(f"tiktok_{name}") for name in ("creator", "init", "moderated"))
HANDLE = "v_pub_url~v2-1.123"
INFO = {
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "disable_comment": True,
    "disable_duet": False,
    "disable_stitch": True,
    "title": "Look",
    "brand_content_toggle": False,
    "brand_organic_toggle": False,
}


def tiktok(asked, credentials=ME):
    return TikTokAdapter(credentials, asked.address)


def sent(asked, number):
    return json.loads(asked.requests[number][3])


def failed(reason):
    return Answer({"data": {"status": "FAILED", "fail_reason": reason}, "error": {"code": "ok"}})


# Publishing


@pytest.mark.parametrize(("made_with_ai", "label"), [(True, {"is_aigc": True}), (False, {})])
def test_video_is_fetched_from_its_address_and_labelled_unless_a_person_waived_it(made_with_ai, label):
    kept: list[str] = []
    draft = Draft(
        media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",), made_with_ai=made_with_ai
    )
    with answering(CREATOR, STARTED, PENDING) as asked:
        published = tiktok(asked).publish(draft, kept.append)

    assert asked.lines[:2] == ["POST /v2/post/publish/creator_info/query/", "POST /v2/post/publish/video/init/"]
    assert sent(asked, 1) == {
        "post_info": INFO | label,
        "source_info": {"source": "PULL_FROM_URL", "video_url": "https://media.example/v.mp4"},
    }
    assert (published, kept) == (PublishedPost(publish_id=HANDLE), [HANDLE])


def test_carousel_is_a_post_of_photos():
    urls = tuple(f"https://media.example/{number}.jpg" for number in range(3))
    with answering(CREATOR, STARTED, PENDING) as asked:
        tiktok(asked).publish(Draft(media_kind="carousel", caption="Look", media_urls=urls))

    assert asked.lines[1] == "POST /v2/post/publish/content/init/"
    assert sent(asked, 1) == {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": {"privacy_level": "PUBLIC_TO_EVERYONE", "disable_comment": True, "description": "Look"},
        "source_info": {"source": "PULL_FROM_URL", "photo_images": list(urls), "photo_cover_index": 0},
    }


@pytest.fixture
def draft(tmp_path):
    def of(size):
        file = tmp_path / "v.mp4"
        file.write_bytes(b"x" * size)
        return Draft(media_kind="video", caption="Look", media_files=(file,))

    return of


UPLOAD = sample("tiktok_upload")
TAKEN, DONE = Answer(b"", 206), Answer(b"", 201)


def test_file_without_an_address_is_sent_in_parts_and_without_the_token(draft, caplog):
    caplog.set_level(logging.DEBUG, "engagement.platforms.http")
    kept: list[str] = []
    with answering(CREATOR, UPLOAD, TAKEN, DONE, PENDING) as asked:
        published = tiktok(asked).publish(draft(25_000_000), kept.append)

    assert sent(asked, 1)["source_info"] == {
        "source": "FILE_UPLOAD",
        "video_size": 25_000_000,
        "chunk_size": 10_000_000,
        "total_chunk_count": 2,
    }
    parts = asked.requests[2:4]
    assert [(method, path) for method, path, _, _ in parts] == [
        ("PUT", "/video/?upload_id=67890&upload_token=Xza123canary")
    ] * 2
    assert [(headers["Content-Range"], headers["Content-Type"], len(body)) for _, _, headers, body in parts] == [
        ("bytes 0-9999999/25000000", "video/mp4", 10_000_000),
        ("bytes 10000000-24999999/25000000", "video/mp4", 15_000_000),
    ]
    assert [name for _, _, headers, _ in parts for name in headers if name in ("Authorization", "Access-Token")] == []
    assert kept == [published.publish_id] == ["v_pub_file~v2-1.123"]
    ours = [one.getMessage() for one in caplog.records if one.name == "engagement.platforms.http"]
    assert ours[2] == "tiktok PUT /video/: 206"
    assert [line for line in ours if "canary" in line] == []


def test_handle_is_kept_and_the_claim_asked_for_right_before_the_last_part(draft):
    order = []
    with answering(CREATOR, UPLOAD, TAKEN, DONE, PENDING) as asked:
        adapter = tiktok(asked)
        adapter.http.before_create = lambda: order.append(("live", len(asked.requests)))
        adapter.publish(draft(20_000_000), lambda handle: order.append((handle, len(asked.requests))))

    assert order == [("v_pub_file~v2-1.123", 3), ("live", 3)]


class Refusing(Unmetered):
    """A budget that is spent when the last part of a file is to go."""

    def spend(self, method, path, request):
        if "bytes 10000000-" in str(request.get("headers")):
            raise errors.BudgetSpent("Nothing left", platform="tiktok", retry_after=60)
        return self


def test_last_part_that_its_budget_refuses_leaves_nothing_to_ask_about(draft):
    told = []
    with answering(CREATOR, UPLOAD, TAKEN) as asked:
        adapter = TikTokAdapter(ME, asked.address, Refusing())
        adapter.http.before_create = lambda: told.append("live")
        with pytest.raises(errors.BudgetSpent):
            adapter.publish(draft(20_000_000), told.append)

    assert (told, len(asked.requests)) == ([], 3)


def test_small_file_goes_in_one_part(draft):
    with answering(CREATOR, UPLOAD, DONE, PENDING) as asked:
        tiktok(asked).publish(draft(3))

    assert sent(asked, 1)["source_info"]["total_chunk_count"] == 1
    assert asked.requests[2][2]["Content-Range"] == "bytes 0-2/3"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((Answer(b"", 403),), TemporaryFailure),
        ((Answer(b"<Error>Range</Error>", 416),), TemporaryFailure),
        ((Answer(b"", 503),), TemporaryFailure),
        ((TAKEN, Answer(b"", 404)), Rejected),
        ((TAKEN, Answer(b"", 503)), errors.OutcomeUnknown),
        ((TAKEN, Answer(b"", 201, cut=True)), errors.OutcomeUnknown),
    ],
    ids=["address-ended", "range", "fault", "last-refused", "last-fault", "last-lost"],
)
def test_upload_that_fails_may_be_begun_anew_unless_its_last_part_may_have_arrived(answers, kind, draft, settings):
    settings.HTTP_READ_SECONDS = 0.5
    with answering(CREATOR, UPLOAD, *answers) as asked, pytest.raises(kind) as failure:
        tiktok(asked).publish(draft(20_000_000))

    assert len(asked.requests) == 2 + len(answers)
    assert failure.value.publish_id == ("v_pub_file~v2-1.123" if kind is errors.OutcomeUnknown else "")
    assert "canary" not in str(vars(failure.value))


def test_answer_to_the_beginning_of_an_upload_that_is_lost_loses_nothing(draft):
    with answering(CREATOR, Answer({}, 503)) as asked, pytest.raises(TemporaryFailure):
        tiktok(asked).publish(draft(3))

    assert len(asked.requests) == 2


def test_file_that_is_empty_or_gone_is_rejected_before_anything_is_sent(draft, tmp_path):
    gone = Draft(media_kind="video", caption="Look", media_files=(tmp_path / "gone.mp4",))
    for one in (draft(0), gone):
        with answering(CREATOR) as asked, pytest.raises(Rejected):
            tiktok(asked).publish(one)
        assert asked.requests == []


# Looking up


def test_failure_that_might_pass_never_comes_back_on_resume():
    for reason in ("spam_risk_too_many_posts", "internal"):
        with answering(failed(reason)) as asked, pytest.raises(Rejected, match=reason):
            tiktok(asked).resume(HANDLE, Draft(media_kind="video", caption="Look"))


def test_limit_of_the_look_itself_passes():
    limit = Answer({"data": {}, "error": {"code": "rate_limit_exceeded", "message": "Too many"}}, 429)
    with answering(limit) as asked, pytest.raises(RateLimited):
        tiktok(asked).resume(HANDLE, Draft(media_kind="video", caption="Look"))


@pytest.mark.parametrize(("status", "code"), [(401, "scope_not_authorized"), (400, "invalid_params")])
def test_look_that_is_refused_says_nothing_of_a_post_that_was_accepted(status, code):
    refusal = Answer({"data": {}, "error": {"code": code, "message": "No"}}, status)
    with answering(refusal) as asked, pytest.raises(OutcomeUnknown) as caught:
        tiktok(asked).resume(HANDLE, Draft(media_kind="video", caption="Look"))

    assert caught.value.publish_id == HANDLE


MADE = datetime.fromtimestamp(1786032726, UTC)


def test_post_is_found_where_the_clock_of_the_platform_is_behind():
    since = MADE + timedelta(minutes=2)
    with answering(sample("tiktok_list")) as asked:
        found = tiktok(asked).find(Draft(media_kind="video", caption="Look"), since=since, known=frozenset())

    assert found is not None


def test_post_is_found_on_the_list_of_videos():
    with answering(sample("tiktok_list")) as asked:
        found = tiktok(asked).find(Draft(media_kind="video", caption="Look \n"), since=MADE, known=frozenset())

    assert found == PublishedPost(platform_post_id="7321098765432100004", url="https://t.example/4", published_at=MADE)
    method, path, _, body = asked.requests[0]
    assert (method, path) == ("POST", "/v2/video/list/?fields=id%2Ccreate_time%2Cshare_url%2Ctitle%2Cvideo_description")
    assert json.loads(body) == {"max_count": 20}


@pytest.mark.parametrize(
    ("caption", "since", "known"),
    [
        ("Look", MADE, {"7321098765432100004"}),
        ("Look", datetime(2026, 8, 7, tzinfo=UTC), set()),
        ("Look there", MADE, set()),
        ("", MADE, set()),
    ],
    ids=["another-of-ours", "older", "other-words", "no-words"],
)
def test_post_that_is_not_on_the_list_is_not_found(caption, since, known):
    with answering(sample("tiktok_list")) as asked:
        draft = Draft(media_kind="video", caption=caption)
        found = tiktok(asked).find(draft, since=since, known=frozenset(known))

    assert (found, len(asked.requests)) == (None, 1)


def test_caption_that_was_cut_is_found_on_a_later_page():
    caption = "Look " * 60
    other = {"id": "1", "create_time": 1786032800, "title": "Other"}
    cut = {"id": "2", "create_time": 1786032726, "title": caption[:150], "video_description": ""}
    pages = [
        Answer({"data": {"videos": [one], "cursor": cursor, "has_more": True}, "error": {"code": "ok"}})
        for one, cursor in ((other, 1786032800000), (cut, 1786032726000))
    ]
    with answering(*pages) as asked:
        found = tiktok(asked).find(Draft(media_kind="video", caption=caption), since=MADE, known=frozenset())

    assert found.platform_post_id == "2"
    assert sent(asked, 1) == {"max_count": 20, "cursor": 1786032800000}


# The account


def test_account_has_followers_and_handle():
    with answering(sample("tiktok_user")) as asked:
        facts = tiktok(asked).fetch_account()

    assert facts == AccountFacts(followers=4321, handle="me")
    assert asked.requests[0][1] == "/v2/user/info/?fields=username%2Cfollower_count"


DENIED = Answer({"data": {}, "error": {"code": "scope_not_authorized", "message": "No"}}, 401)


@pytest.mark.parametrize(
    ("refusals", "user", "fields"),
    [(1, {"follower_count": 7}, "follower_count"), (2, {"open_id": "1784"}, "open_id")],
    ids=["no-handle", "neither"],
)
def test_account_that_granted_less_is_read_so_far(refusals, user, fields):
    with answering(*[DENIED] * refusals, Answer({"data": {"user": user}, "error": {"code": "ok"}})) as asked:
        facts = tiktok(asked).fetch_account()

    assert facts == AccountFacts(followers=user.get("follower_count"))
    assert asked.queries[-1] == {"fields": fields}


def test_tokens_are_refreshed_without_the_old_one():
    with answering(sample("tiktok_tokens")) as asked:
        tokens = tiktok(asked).refresh()

    method, path, headers, body = asked.requests[0]
    assert (method, path, headers.get("Authorization")) == ("POST", "/v2/oauth/token/", None)
    assert parse_qs(body.decode()) == {
        "client_key": ["client"],
        "client_secret": ["secret-of-a-test"],
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-token-of-a-test"],
    }
    assert tokens == Tokens(
        access_token="act.new-access-token",
        refresh_token="rft.new-refresh-token",
        expires_in=7200,
        refresh_expires_in=15552000,
        scopes=("user.info.basic", "video.list"),
    )


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_grant", AuthenticationFailed),
        ("invalid_request", AuthenticationFailed),
        ("invalid_client", AccessDenied),
        ("unauthorized_client", AccessDenied),
    ],
)
def test_refused_refresh_tells_no_secret(code, kind, status):
    words = f"{ME.refresh_token} {ME.app.secret}"
    refusal = Answer({"error": code, "error_description": words, "log_id": "2022"}, status)
    with answering(refusal) as asked, pytest.raises(kind) as refused:
        tiktok(asked).refresh()

    assert refused.value.message == "[redacted] [redacted]"


# Errors


def judged(status, code, headers=None):
    return judge(Reply("tiktok", status, headers or {}, {"error": {"code": code, "message": "No"}}))


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        ("scope_not_authorized", AccessDenied, "every permission"),
        ("scope_permission_missed", AccessDenied, "every permission"),
        ("invalid_file_upload", Rejected, "format"),
        ("spam_risk_too_many_posts", RateLimited, "15 posts"),
        ("reached_active_user_cap", RateLimited, "audit"),
        ("spam_risk_user_banned_from_posting", AccessDenied, "TikTok's app"),
        ("unaudited_client_can_only_post_to_private_accounts", AccessDenied, "audit"),
        ("url_ownership_unverified", AccessDenied, "PUBLIC_MEDIA_URL"),
        ("privacy_level_option_mismatch", AccessDenied, "audience"),
    ],
)
def test_refusal_has_words_for_staff(code, kind, advice):
    error = judged(403, code)

    assert type(error) is kind
    assert advice in error.advice


@pytest.mark.parametrize(
    ("status", "code", "headers", "seconds"),
    [
        (429, "rate_limit_exceeded", {}, 60),
        (429, "", {}, 60),
        (429, "rate_limit_exceeded", {"Retry-After": "7"}, 7),
        (429, "rate_limit_exceeded", {"Retry-After": "0"}, 60),
        (403, "reached_active_user_cap", {}, 86400),
        (403, "spam_risk_too_many_pending_share", {}, 86400),
    ],
)
def test_limit_lasts_a_minute_or_a_day(status, code, headers, seconds):
    assert judged(status, code, headers).retry_after == seconds


@pytest.mark.parametrize(
    ("reason", "kind", "advice"),
    [
        ("internal", TemporaryFailure, ""),
        ("video_pull_failed", TemporaryFailure, "reach"),
        ("photo_pull_failed", TemporaryFailure, "reach"),
        ("file_format_check_failed", Rejected, "format"),
        ("duration_check_failed", Rejected, "length"),
        ("frame_rate_check_failed", Rejected, "frame rate"),
        ("picture_size_check_failed", Rejected, "size"),
        ("spam_risk_too_many_posts", RateLimited, "15 posts"),
        ("spam_risk", AccessDenied, "spam"),
        ("spam_risk_text", AccessDenied, "spam"),
        ("spam_risk_user_banned_from_posting", AccessDenied, "TikTok's app"),
        ("auth_removed", AuthenticationFailed, ""),
        ("publish_cancelled", Rejected, "cancelled"),
        ("something_new", PlatformError, ""),
        ("", PlatformError, ""),
    ],
)
def test_reason_of_a_failed_post_has_its_kind_and_words_for_staff(reason, kind, advice):
    error = failure_of(Node("tiktok", {"fail_reason": reason}), "fail_reason")

    assert type(error) is kind
    assert advice in error.advice
    assert (reason or "no reason given") in error.message
