"""X in miniature: uploads in one call and in chunks, and what a post may carry."""

import pytest

from engagement.tests.sandbox_twitter import MEDIA, append, post, processed, upload


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def test_media_is_uploaded_in_one_call_and_attached(sandbox, account):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n\x00\r\n"
        b'--b\r\nContent-Disposition: form-data; name="media_category"\r\n\r\ntweet_image\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    media = sandbox.ask("POST", "/twitter/2/media/upload", account, body=body, headers=headers).body["data"]

    made = post(sandbox, account, text="look", media={"media_ids": [media["id"]]}).body["data"]
    query = f"ids={made['id']}&tweet.fields=attachments&expansions=attachments.media_keys"
    found = sandbox.ask("GET", f"/twitter/2/tweets?{query}", account).body

    assert media["size"] == 5
    assert found["data"][0]["attachments"] == {"media_keys": [media["media_key"]]}
    assert found["includes"]["media"] == [{"media_key": media["media_key"], "type": "photo"}]


def test_video_in_chunks_is_processed_before_it_can_be_attached(sandbox, account):
    media_id, finalized = upload(sandbox, account)
    early = post(sandbox, account, text="too early", media={"media_ids": [media_id]})

    states = [processed(sandbox, account, media_id) for _ in range(2)]
    made = post(sandbox, account, text="look", media={"media_ids": [media_id]})

    assert finalized.body["data"]["processing_info"] == {"state": "pending", "check_after_secs": 1}
    assert finalized.body["data"]["size"] == 6
    assert early.status == 400
    assert [state["state"] for state in states] == ["in_progress", "succeeded"]
    assert made.status == 201
    assert sandbox.world.post("twitter", made.body["data"]["id"]).kind == "video"


@pytest.mark.parametrize(
    "start",
    [
        pytest.param({"media_category": "tweet_banner"}, id="category"),
        pytest.param({"media_type": "image/jpeg"}, id="type-of-another-category"),
        pytest.param({"total_bytes": 513 * 1024 * 1024}, id="too-large"),
        pytest.param({"total_bytes": "6"}, id="not-a-number"),
    ],
)
def test_upload_is_not_started(sandbox, account, start):
    given = {"media_type": "video/mp4", "total_bytes": 6, "media_category": "tweet_video", **start}

    assert sandbox.ask("POST", f"{MEDIA}/initialize", account, json=given).status == 400


def test_upload_with_a_missing_segment_is_not_finalized(sandbox, account):
    start = {"media_type": "video/mp4", "total_bytes": 6, "media_category": "tweet_video"}
    media_id = sandbox.ask("POST", f"{MEDIA}/initialize", account, json=start).body["data"]["id"]
    append(sandbox, account, media_id, 1, b"abcdef")

    refused = sandbox.ask("POST", f"{MEDIA}/{media_id}/finalize", account)
    append(sandbox, account, media_id, 0, b"abc")
    append(sandbox, account, media_id, 1, b"def")

    assert refused.status == 400
    assert sandbox.ask("POST", f"{MEDIA}/{media_id}/finalize", account).status == 200


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        pytest.param(["tweet_image"] * 4, 201, id="four-images"),
        pytest.param(["tweet_image"] * 5, 400, id="five-images"),
        pytest.param(["tweet_video", "tweet_image"], 400, id="video-beside-image"),
    ],
)
def test_post_carries_four_images_or_one_video(sandbox, account, kinds, status):
    mimes = {"tweet_image": "image/png", "tweet_video": "video/mp4"}
    media_ids = [upload(sandbox, account, kind=kind, mime=mimes[kind])[0] for kind in kinds]
    for media_id in media_ids:
        sandbox.world.pending["twitter", media_id].polls = 2

    assert post(sandbox, account, text="look", media={"media_ids": media_ids}).status == status


def test_media_is_forgotten_after_a_day(sandbox, account):
    media_id, _ = upload(sandbox, account, kind="tweet_image", mime="image/png")
    sandbox.wait(hours=25)

    assert post(sandbox, account, text="look", media={"media_ids": [media_id]}).status == 400
