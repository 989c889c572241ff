"""TikTok's webhooks in miniature: what is told of publishing and comments, and the signature."""

import hashlib
import hmac
import json

import pytest

from engagement.tests.replies import Answer, answering

SECRET = "client-secret"


@pytest.fixture
def account(sandbox):
    return sandbox.account("tiktok")


@pytest.fixture
def asked(sandbox):
    with answering(Answer()) as hook:
        body = {"platform": "tiktok", "address": hook.address, "secret": SECRET}
        assert sandbox.ask("POST", "/sandbox/webhooks", json=body).status == 200
        yield hook


def told(asked, name):
    events = [json.loads(body) for _, _, _, body in asked.requests]
    return [(event["user_openid"], json.loads(event["content"])) for event in events if event["event"] == name]


def test_published_video_is_told_with_its_id(sandbox, account, asked):
    post_id = sandbox.published(account)
    sandbox.wait(minutes=2)

    ((owner, content),) = told(asked, "post.publish.publicly_available")
    assert (owner, content["post_id"]) == (account.user_id, post_id)
    assert len(told(asked, "post.publish.complete")) == 1


def test_deliveries_are_signed_over_time_and_raw_body(sandbox, account, asked):
    sandbox.published(account)
    sandbox.wait(minutes=1)

    _, _, headers, body = asked.requests[0]
    signature = next(value for name, value in headers.items() if name.lower() == "tiktok-signature")
    at, signed = (part.partition("=")[2] for part in signature.split(","))
    assert signed == hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_failed_video_is_told_with_the_reason(sandbox, account, asked):
    sandbox.fault(kind="failed_processing", platform="tiktok", reason="spam_risk", times=1)
    body = {
        "post_info": {"title": "figs", "privacy_level": "PUBLIC_TO_EVERYONE"},
        "source_info": {"source": "PULL_FROM_URL", "video_url": "https://media.example/a.mp4"},
    }
    sandbox.ask("POST", "/tiktok/v2/post/publish/video/init/", account, json=body)
    sandbox.wait(minutes=1)

    ((_, content),) = told(asked, "post.publish.failed")
    assert content["reason"] == "spam_risk"


def test_comments_are_told_without_their_text(sandbox, account, asked):
    post_id = sandbox.published(account)
    sandbox.wait(days=1)
    hidden = sandbox.world.comments(sandbox.world.post("tiktok", post_id))[0].comment_id
    sandbox.ask("POST", "/sandbox/comments", json={"comment": hidden, "hidden": True})
    sandbox.ask("POST", "/sandbox/comments", json={"comment": hidden, "deleted": True})
    sandbox.ask("POST", "/sandbox/webhooks/deliver", json={"since": "2026-08-03T06:00:00Z"})

    contents = [content for _, content in told(asked, "comment.update")]
    actions = [content["comment_action"] for content in contents if content["comment_id"] == int(hidden)]
    assert actions[0] == "insert"
    assert actions[-2:] == ["set_to_hidden", "delete"]
    assert {content["video_id"] for content in contents} == {int(post_id)}
    assert not any("text" in content for content in contents)
