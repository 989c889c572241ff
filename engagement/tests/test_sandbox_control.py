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
