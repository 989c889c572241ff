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


def test_refresh_rotates_both_tokens(sandbox, account):
    form = {
        "client_key": "k",
        "client_secret": "s",
        "grant_type": "refresh_token",
        "refresh_token": sandbox.world.tokens_of(account).refresh,
    }

    first = sandbox.ask("POST", f"{API}/oauth/token/", form=form).body
    second = sandbox.ask("POST", f"{API}/oauth/token/", form=form).body

    assert (first["expires_in"], first["refresh_expires_in"]) == (7200, 15552000)
    assert first["access_token"] == sandbox.token(account)
    assert second["error"] == "invalid_grant"
