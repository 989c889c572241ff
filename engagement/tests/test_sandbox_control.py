"""Steering the sandbox: accounts, clock, truth and ledger, and refusals that name the field."""

from datetime import UTC, datetime, timedelta

import pytest

from engagement.tests.sandbox_client import MORNING, open_sandbox


def test_accounts_list_what_a_demo_needs(sandbox):
    accounts = sandbox.ask("GET", "/sandbox/accounts").body

    by_persona = dict[str, list[str]]()
    for one in accounts:
        by_persona.setdefault(one["persona"], []).append(one["platform"])
    assert by_persona == {
        "maya": ["instagram", "twitter"],
        "theo": ["facebook", "tiktok"],
        "lina": ["instagram", "facebook", "twitter", "tiktok"],
    }
    assert len({one["access_token"] for one in accounts}) == 8
    assert all(3000 <= one["followers"] <= 40000 and len(one["hashtags"]) == 8 for one in accounts)


def test_clock_stands_and_moves_forward(sandbox):
    before = sandbox.ask("GET", "/sandbox/clock").body
    later = MORNING + timedelta(hours=5)

    after = sandbox.ask("POST", "/sandbox/clock", json={"now": later.isoformat()}).body

    assert before == {"now": MORNING.isoformat(), "standing": True}
    assert after["now"] == later.isoformat()


def test_running_clock_jumps_and_runs_on():
    with open_sandbox(now=None) as sandbox:
        later = datetime.now(UTC) + timedelta(days=2)

        answer = sandbox.ask("POST", "/sandbox/clock", json={"now": later.isoformat()}).body

        assert datetime.fromisoformat(answer["now"]) >= later
        assert answer["standing"] is False


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("clock", {"now": "soon"}, "now", id="no-date"),
        pytest.param("clock", {"now": "2026-09-01T00:00:00"}, "now", id="no-zone"),
        pytest.param("clock", {"now": "2020-01-01T00:00:00+00:00"}, "now", id="backwards"),
        pytest.param("clock", {"now": "9999-01-01T00:00:00+00:00"}, "now", id="too-far"),
        pytest.param("faults", {"kind": "fire"}, "kind", id="unknown-kind"),
        pytest.param("faults", {"kind": "slow", "platform": "x"}, "platform", id="unknown-platform"),
        pytest.param("faults", {"kind": "slow", "account": "1"}, "account", id="unknown-account"),
        pytest.param("faults", {"kind": "slow", "times": 0}, "times", id="no-times"),
        pytest.param("faults", {"kind": "slow", "seconds": "1"}, "seconds", id="text-seconds"),
        pytest.param("faults", {"kind": "slow", "colour": 1}, "colour", id="unknown-field"),
        pytest.param("faults", {"kind": "expired_token"}, "account", id="whose-token"),
        pytest.param("faults", {"kind": "vanished_post"}, "post", id="which-post"),
        pytest.param("faults", {"kind": "vanished_post", "post": "1"}, "post", id="unknown-post"),
    ],
)
def test_bad_control_input_names_the_field(sandbox, path, body, field):
    answer = sandbox.ask("POST", f"/sandbox/{path}", json=body)

    assert (answer.status, answer.body["error"]["field"]) == (400, field)


def test_truth_adds_up_with_what_platforms_show(sandbox):
    account = sandbox.account("instagram")
    media_id = sandbox.published(account)
    sandbox.wait(days=3)

    truth = sandbox.ask("GET", "/sandbox/truth?platform=instagram").body
    shown = sandbox.ask("GET", f"/instagram/v26.0/{media_id}?fields=like_count,comments_count", account).body
    comments = sandbox.ask("GET", f"/instagram/v26.0/{media_id}/comments?limit=50&fields=id,replies", account).body[
        "data"
    ]

    post = truth["posts"]["instagram"][media_id]
    assert set(truth["posts"]) == {"instagram"}
    assert sum(post[kind]["likes"] for kind in ("genuine", "bot", "persona")) == shown["like_count"]
    assert sum(post[kind]["comments"] for kind in ("genuine", "bot", "persona")) == shown["comments_count"]
    replies = [reply for comment in comments for reply in comment.get("replies", {"data": []})["data"]]
    assert set(truth["interactions"]["instagram"]) == {comment["id"] for comment in comments + replies}
    assert set(truth["effects"]["lina"]) == {
        "liked_hashtags",
        "disliked_hashtags",
        "best_hour",
        "bad_hour",
        "media_kinds",
    }


def test_truth_keeps_the_future_to_itself(sandbox):
    media_id = sandbox.published(sandbox.account("instagram"))

    truth = sandbox.ask("GET", "/sandbox/truth").body

    assert truth["posts"]["instagram"][media_id]["genuine"] == {"likes": 0, "comments": 0, "shares": 0, "saves": 0}
    assert truth["interactions"]["instagram"] == {}


def test_ledger_counts_create_calls_and_lists_posts(sandbox):
    account = sandbox.account("twitter")
    post_id = sandbox.published(account, "once")
    sandbox.ask("POST", "/twitter/2/tweets", account, json={"text": "once"})

    (mine,) = [one for one in sandbox.ask("GET", "/sandbox/ledger").body if one["user_id"] == account.user_id]

    assert mine["create_calls"] == 2
    assert [post["post_id"] for post in mine["posts"]] == [post_id]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/sandbox/nothing", 404, id="unknown-path"),
        pytest.param("PUT", "/sandbox/clock", 405, id="unknown-method"),
        pytest.param("GET", "/sandbox/truth?platform=x", 400, id="unknown-platform"),
    ],
)
def test_unknown_control_is_refused(sandbox, method, path, status):
    answer = sandbox.ask(method, path)

    assert answer.status == status
    assert set(answer.body["error"]) == {"field", "message"}


# Comments and posts by hand


def change(sandbox, kind, **fields):
    return sandbox.ask("POST", f"/sandbox/{kind}", json=fields)


def shown_comments(sandbox, account, media_id):
    path = f"/instagram/v26.0/{media_id}/comments"
    query = {"fields": "id,text,like_count,hidden,username,replies{id,parent_id}"}
    return {one["id"]: one for one in sandbox.ask("GET", path, account, query=query).body["data"]}


def test_comment_by_hand_shows_at_once_and_counts(sandbox):
    account = sandbox.account("instagram")
    media_id = sandbox.published(account)

    made = change(sandbox, "comments", post=media_id, text="hello", author="ann.b", truth="bot").body["comment"]

    media = sandbox.ask("GET", f"/instagram/v26.0/{media_id}?fields=comments_count", account).body
    truth = sandbox.ask("GET", "/sandbox/truth?platform=instagram").body
    assert shown_comments(sandbox, account, media_id)[made]["username"] == "ann.b"
    assert media["comments_count"] == 1
    assert truth["interactions"]["instagram"] == {made: "bot"}


def test_comment_is_edited_hidden_and_deleted_with_its_replies(sandbox):
    account = sandbox.account("instagram")
    media_id = sandbox.published(account)
    made = change(sandbox, "comments", post=media_id, text="hello").body["comment"]
    change(sandbox, "comments", post=media_id, text="answer", parent=made)

    change(sandbox, "comments", comment=made, text="goodbye", likes=9, hidden=True)
    edited = shown_comments(sandbox, account, media_id)[made]
    change(sandbox, "comments", comment=made, deleted=True)

    assert (edited["text"], edited["like_count"], edited["hidden"]) == ("goodbye", 9, True)
    assert [reply["parent_id"] for reply in edited["replies"]["data"]] == [made]
    assert sandbox.world.comments(sandbox.world.posts["instagram", media_id]) == ()


def test_counts_fall_when_they_are_lowered(sandbox):
    account = sandbox.account("facebook")
    post_id = sandbox.published(account)
    sandbox.wait(days=3)
    before = change(sandbox, "posts", post=post_id, lower={"likes": 1}).body

    after = change(sandbox, "posts", post=post_id, lower={"likes": 5, "reach": 7}).body

    truth = sandbox.ask("GET", "/sandbox/truth?platform=facebook").body["posts"]["facebook"][post_id]
    assert (before["likes"] - after["likes"], before["reach"] - after["reach"]) == (5, 7)
    assert sum(truth[kind]["likes"] for kind in ("genuine", "bot", "persona")) == after["likes"]


def test_counts_never_fall_below_nothing(sandbox):
    post_id = sandbox.published(sandbox.account("facebook"))

    after = change(sandbox, "posts", post=post_id, lower={"likes": 50, "views": 50}).body

    assert (after["likes"], after["views"]) == (0, 0)


def test_post_is_taken_down_by_the_platform(sandbox):
    account = sandbox.account("twitter")
    post_id = sandbox.published(account)

    change(sandbox, "posts", post=post_id, deleted=True)

    assert "errors" in sandbox.ask("GET", f"/twitter/2/tweets/{post_id}", account).body


def test_hidden_likes_are_missing_and_come_back(sandbox):
    account = sandbox.account("instagram")
    path = f"/instagram/v26.0/{(media_id := sandbox.published(account))}?fields=like_count"

    change(sandbox, "posts", post=media_id, hide_likes=True)
    hidden = sandbox.ask("GET", path, account).body
    change(sandbox, "posts", post=media_id, hide_likes=False)

    assert hidden == {"id": media_id}
    assert sandbox.ask("GET", path, account).body == {"id": media_id, "like_count": 0}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("comments", {"text": "x"}, "post", id="comment-nowhere"),
        pytest.param("comments", {"comment": "1", "text": "x"}, "comment", id="unknown-comment"),
        pytest.param("comments", {"comment": "1", "likes": -1}, "likes", id="negative-likes"),
        pytest.param("posts", {"post": "1"}, "post", id="unknown-post"),
        pytest.param("posts", {}, "post", id="no-post"),
        pytest.param("posts", {"post": "1", "lower": {"fame": 1}}, "lower", id="unknown-count"),
        pytest.param("posts", {"post": "1", "lower": {"likes": 0}}, "lower.likes", id="no-amount"),
        pytest.param("accounts", {"account": "1", "followers": 1}, "account", id="unknown-account"),
        pytest.param("delays", {"hours": "two"}, "hours", id="text-hours"),
        pytest.param("limits", {"platform": "instagram", "amount": 0, "seconds": 1}, "amount", id="no-calls"),
        pytest.param("limits", {"platform": "instagram", "amount": 1}, "seconds", id="no-window"),
        pytest.param("limits", {"platform": "instagram", "amount": 1, "seconds": 1, "per": "x"}, "per", id="per-what"),
        pytest.param("tokens", {"life": "documented", "kind": "x"}, "kind", id="unknown-kind"),
    ],
)
def test_bad_change_names_the_field(sandbox, path, body, field):
    answer = sandbox.ask("POST", f"/sandbox/{path}", json=body)

    assert (answer.status, answer.body["error"]["field"]) == (400, field)


def test_delays_keep_insights_of_fresh_posts_empty(sandbox):
    account = sandbox.account("instagram")
    path = f"/instagram/v26.0/{sandbox.published(account)}/insights?metric=views"
    change(sandbox, "delays", platform="instagram", hours=48)

    fresh = sandbox.ask("GET", path, account).body
    sandbox.wait(hours=48)

    assert fresh == {"data": []}
    assert sandbox.ask("GET", path, account).body["data"][0]["name"] == "views"
