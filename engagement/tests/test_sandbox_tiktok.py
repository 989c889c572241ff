"""TikTok for Developers in miniature, asked over HTTP as its documentation says."""

import pytest

API = "/tiktok/v2"
PUBLIC = {"title": "a #b", "privacy_level": "PUBLIC_TO_EVERYONE"}
PULL = {"source": "PULL_FROM_URL", "video_url": "https://media.example/a.mp4"}
FIELDS = "id,create_time,share_url,like_count,comment_count,share_count,view_count,is_aigc"


@pytest.fixture
def account(sandbox):
    return sandbox.account("tiktok")


def code(answer):
    return answer.status, answer.body["error"]["code"]


def status(sandbox, account, publish_id):
    path = f"{API}/post/publish/status/fetch/"
    return sandbox.ask("POST", path, account, json={"publish_id": publish_id}).body["data"]


def test_creator_info_names_privacy_levels(sandbox, account):
    answer = sandbox.ask("POST", f"{API}/post/publish/creator_info/query/", account)

    assert "PUBLIC_TO_EVERYONE" in answer.body["data"]["privacy_level_options"]
    assert code(answer) == (200, "ok")


def test_video_is_processed_before_its_id_appears(sandbox, account):
    made = sandbox.ask(
        "POST", f"{API}/post/publish/video/init/", account, json={"post_info": PUBLIC, "source_info": PULL}
    )
    publish_id = made.body["data"]["publish_id"]

    states = [status(sandbox, account, publish_id) for _ in range(3)]

    assert [state["status"] for state in states] == ["PROCESSING_DOWNLOAD", "PUBLISH_COMPLETE", "PUBLISH_COMPLETE"]
    assert states[2]["publicaly_available_post_id"][0] > 2**53


def test_photos_go_out_as_an_image_post(sandbox, account):
    body = {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": PUBLIC,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": ["https://media.example/a.jpg"],
            "photo_cover_index": 0,
        },
    }

    answer = sandbox.ask("POST", f"{API}/post/publish/content/init/", account, json=body)

    assert code(answer) == (200, "ok")
    assert [post.kind for post in sandbox.world.posts.values()] == ["image"]


def test_private_video_never_shows_its_id(sandbox, account):
    info = {**PUBLIC, "privacy_level": "SELF_ONLY"}
    made = sandbox.ask(
        "POST", f"{API}/post/publish/video/init/", account, json={"post_info": info, "source_info": PULL}
    )

    states = [status(sandbox, account, made.body["data"]["publish_id"]) for _ in range(4)]

    assert states[3]["publicaly_available_post_id"] == []


@pytest.mark.parametrize(
    ("info", "source", "expected"),
    [
        pytest.param({**PUBLIC, "privacy_level": "ALL"}, PULL, (403, "privacy_level_option_mismatch"), id="privacy"),
        pytest.param({**PUBLIC, "title": "x" * 2201}, PULL, (400, "invalid_params"), id="title"),
        pytest.param({**PUBLIC, "title": "\ud800"}, {}, (400, "invalid_params"), id="no-source"),
        pytest.param(None, PULL, (400, "invalid_params"), id="no-post-info"),
    ],
)
def test_init_refuses(sandbox, account, info, source, expected):
    body = {"post_info": info, "source_info": source}

    answer = sandbox.ask("POST", f"{API}/post/publish/video/init/", account, json=body)

    assert code(answer) == expected


def test_daily_cap_is_fifteen(sandbox, account):
    for _ in range(15):
        sandbox.published(account)

    answer = sandbox.ask(
        "POST", f"{API}/post/publish/video/init/", account, json={"post_info": PUBLIC, "source_info": PULL}
    )

    assert code(answer) == (403, "spam_risk_too_many_posts")


def test_query_leaves_unknown_and_foreign_ids_out(sandbox, account):
    own, foreign = sandbox.published(account), sandbox.published(sandbox.account("tiktok", "theo"))
    sandbox.wait(days=2)
    body = {"filters": {"video_ids": [own, foreign, "1"]}}

    answer = sandbox.ask("POST", f"{API}/video/query/?fields={FIELDS}", account, json=body)

    (video,) = answer.body["data"]["videos"]
    assert (video["id"], video["is_aigc"]) == (own, True)
    assert video["share_url"].endswith(f"/video/{own}")
    assert video["view_count"] > video["like_count"] > 0


@pytest.mark.parametrize(
    ("fields", "filters"),
    [
        pytest.param(FIELDS, {"video_ids": ["1"] * 21}, id="too-many"),
        pytest.param(FIELDS, {"video_ids": []}, id="none"),
        pytest.param(FIELDS, {"video_ids": [{}]}, id="not-ids"),
        pytest.param("id,saves", {"video_ids": ["1"]}, id="unknown-field"),
        pytest.param("", {"video_ids": ["1"]}, id="no-field"),
    ],
)
def test_query_refuses(sandbox, account, fields, filters):
    answer = sandbox.ask("POST", f"{API}/video/query/?fields={fields}", account, json={"filters": filters})

    assert code(answer) == (400, "invalid_params")


def test_list_pages_by_time(sandbox, account):
    ids = []
    for _ in range(3):
        ids.append(sandbox.published(account))
        sandbox.wait(hours=1)
    path = f"{API}/video/list/?fields=id"

    first = sandbox.ask("POST", path, account, json={"max_count": 2}).body["data"]
    second = sandbox.ask("POST", path, account, json={"max_count": 2, "cursor": first["cursor"]}).body["data"]

    assert [video["id"] for video in first["videos"] + second["videos"]] == ids[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_user_info_gives_totals(sandbox, account):
    sandbox.published(account)

    user = sandbox.ask("GET", f"{API}/user/info/?fields=follower_count,likes_count,video_count", account).body["data"]

    assert user == {"user": {"follower_count": account.followers, "likes_count": 0, "video_count": 1}}


CLIENT = {"client_key": "k", "client_secret": "s"}


def refreshed(sandbox, token, **changes):
    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": token, **changes}
    return sandbox.ask("POST", f"{API}/oauth/token/", form=form)


def test_refresh_rotates_both_tokens(sandbox, account):
    token = sandbox.world.tokens_of(account).refresh

    first, second = (refreshed(sandbox, token).body for _ in range(2))

    assert (first["expires_in"], first["refresh_expires_in"]) == (7200, 15552000)
    assert first["access_token"] == sandbox.token(account)
    assert second["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"client_secret": ""}, (401, "invalid_client"), id="no-secret"),
        pytest.param({"grant_type": "password"}, (400, "unsupported_grant_type"), id="grant-type"),
    ],
)
def test_refresh_refuses(sandbox, account, changes, expected):
    answer = refreshed(sandbox, sandbox.world.tokens_of(account).refresh, **changes)

    assert (answer.status, answer.body["error"]) == expected


def test_revoked_tokens_are_of_no_use(sandbox, account):
    old = sandbox.token(account), sandbox.world.tokens_of(account).refresh
    revoked = sandbox.ask("POST", f"{API}/oauth/revoke/", form={**CLIENT, "token": old[0]})

    read = sandbox.ask("GET", f"{API}/user/info/?fields=open_id", headers={"Authorization": f"Bearer {old[0]}"})

    assert revoked.status == 200
    assert code(read) == (401, "access_token_invalid")
    assert refreshed(sandbox, old[1]).body["error"] == "invalid_grant"


# Uploads

CHUNK = 5 * 1024 * 1024


def upload_started(sandbox, account, **source):
    plan = {"source": "FILE_UPLOAD", "video_size": 10, "chunk_size": 10, "total_chunk_count": 1, **source}
    return sandbox.ask(
        "POST", f"{API}/post/publish/video/init/", account, json={"post_info": PUBLIC, "source_info": plan}
    )


def put(sandbox, address, first, content, total):
    last = first + len(content) - 1
    headers = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{last}/{total}"}
    return sandbox.ask("PUT", address.removeprefix(sandbox.base), body=content, headers=headers)


def test_upload_in_chunks_goes_live_with_the_last(sandbox, account):
    size = 2 * CHUNK + 7
    made = upload_started(sandbox, account, video_size=size, chunk_size=CHUNK, total_chunk_count=2).body["data"]

    first = put(sandbox, made["upload_url"], 0, b"x" * CHUNK, size)
    half = status(sandbox, account, made["publish_id"])
    before = len(sandbox.world.posts)
    second = put(sandbox, made["upload_url"], CHUNK, b"x" * (CHUNK + 7), size)
    states = [status(sandbox, account, made["publish_id"]) for _ in range(2)]

    assert (first.status, second.status, before) == (206, 201, 0)
    assert half == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": CHUNK}
    assert [state["status"] for state in states] == ["PROCESSING_UPLOAD", "PUBLISH_COMPLETE"]
    assert [post.text for post in sandbox.world.posts.values()] == [PUBLIC["title"]]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param({"video_size": 2 * CHUNK, "chunk_size": CHUNK, "total_chunk_count": 3}, id="count"),
        pytest.param({"video_size": 3 * CHUNK, "chunk_size": CHUNK - 1, "total_chunk_count": 3}, id="small-chunks"),
        pytest.param({"video_size": 70 * CHUNK, "chunk_size": 70 * CHUNK, "total_chunk_count": 1}, id="large-whole"),
        pytest.param({"video_size": "10"}, id="not-a-number"),
    ],
)
def test_upload_plan_is_refused(sandbox, account, source):
    assert code(upload_started(sandbox, account, **source)) == (400, "invalid_params")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"first": 1}, 416, id="gap"),
        pytest.param({"content": b"short"}, 416, id="too-short"),
        pytest.param({"token": "wrong"}, 403, id="somebody-elses-address"),
        pytest.param({"hours": 2}, 403, id="after-an-hour"),
    ],
)
def test_chunk_is_refused(sandbox, account, change, expected):
    address = upload_started(sandbox, account).body["data"]["upload_url"] + change.get("token", "")
    if "hours" in change:
        sandbox.wait(hours=change["hours"])

    answer = put(sandbox, address, change.get("first", 0), change.get("content", b"x" * 10), 10)

    assert answer.status == expected
    assert sandbox.world.posts == {}


# Failures


def test_processing_fails_for_the_reason_asked_for(sandbox, account):
    sandbox.fault(kind="failed_processing", platform="tiktok", reason="frame_rate_check_failed", times=1)
    made = sandbox.ask(
        "POST", f"{API}/post/publish/video/init/", account, json={"post_info": PUBLIC, "source_info": PULL}
    )

    states = [status(sandbox, account, made.body["data"]["publish_id"]) for _ in range(2)]

    assert states[1]["status"] == "FAILED"
    assert states[1]["fail_reason"] == "frame_rate_check_failed"
    assert "publicaly_available_post_id" not in states[1]
    assert sandbox.world.posts == {}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("unverified.example", (403, "url_ownership_unverified"), id="unverified"),
        pytest.param("[", (400, "invalid_params"), id="no-host"),
        pytest.param("media.invalid", (200, "ok"), id="out-of-reach"),
    ],
)
def test_media_address_counts(sandbox, account, host, expected):
    source = {**PULL, "video_url": f"https://{host}/a.mp4"}
    body = {"post_info": PUBLIC, "source_info": source}

    made = sandbox.ask("POST", f"{API}/post/publish/video/init/", account, json=body)

    assert code(made) == expected
    if made.status == 200:
        states = [status(sandbox, account, made.body["data"]["publish_id"]) for _ in range(2)]
        assert states[1]["fail_reason"] == "video_pull_failed"


def test_private_video_is_in_no_list(sandbox, account):
    info = {**PUBLIC, "privacy_level": "SELF_ONLY"}
    sandbox.ask("POST", f"{API}/post/publish/video/init/", account, json={"post_info": info, "source_info": PULL})
    (private,) = (post.post_id for post in sandbox.world.posts.values())

    listed = sandbox.ask("POST", f"{API}/video/list/?fields=id", account, json={"max_count": 20})
    queried = sandbox.ask("POST", f"{API}/video/query/?fields=id", account, json={"filters": {"video_ids": [private]}})

    assert listed.body["data"]["videos"] == queried.body["data"]["videos"] == []
