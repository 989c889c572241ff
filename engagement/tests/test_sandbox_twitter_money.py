"""X in miniature: what is charged for, and what happens when the money or the month's cap is gone."""

import time

import pytest

from engagement.sandbox.bill import PRICES
from engagement.tests.sandbox_twitter import post, replies, timeline


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def bill(sandbox, account, **query):
    return sandbox.ask("GET", "/sandbox/bill", query=query).body[account.user_id]


def counted(sandbox, account, **query):
    return {name: count for name, count in bill(sandbox, account, **query).items() if count and name in PRICES}


def test_url_makes_a_post_dearer_and_a_refused_one_costs_nothing(sandbox, account):
    for text in ("plain", "plain", "with https://a.example"):
        post(sandbox, account, text=text)

    assert counted(sandbox, account) == {"creates": 1, "creates_with_url": 1}
    assert bill(sandbox, account)["micro_dollars"] == 215_000


def test_resource_is_charged_once_per_utc_day(sandbox, account):
    ids = [sandbox.published(account) for _ in range(2)]
    query = {"ids": ",".join([*ids, "456"])}
    days = [sandbox.world.time().date().isoformat()]
    for _ in range(3):
        sandbox.ask("GET", "/twitter/2/tweets", account, query=query)
    sandbox.wait(days=1)
    sandbox.ask("GET", "/twitter/2/tweets", account, query={"ids": ids[0]})
    days.append(sandbox.world.time().date().isoformat())

    assert [counted(sandbox, account, day=day).get("posts_read") for day in days] == [2, 1]
    assert counted(sandbox, account) == {"creates": 2, "posts_read": 3}


def test_own_timelines_are_owned_reads_and_others_are_not(sandbox, account):
    maya = sandbox.account("twitter", "maya")
    post_id = sandbox.published(account)
    sandbox.wait(days=1)
    found = timeline(sandbox, account, "mentions", max_results="100")["data"]
    timeline(sandbox, account)
    sandbox.ask("GET", f"/twitter/2/users/{account.user_id}/tweets", maya)

    assert counted(sandbox, account) == {"creates": 1, "owned_reads": len(found) + 1}
    assert counted(sandbox, maya) == {"posts_read": 1}
    assert sandbox.world.post("twitter", post_id)


def test_people_are_charged_beside_posts_and_as_lists(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=1)
    found = replies(sandbox, account, post_id)
    likers = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/liking_users", account).body["data"]

    assert counted(sandbox, account) == {
        "creates": 1,
        "posts_read": len(found["data"]),
        "users_read": len(found["includes"]["users"]),
        "likes_read": len(likers),
    }


def test_usage_counts_the_posts_of_the_month(sandbox, account):
    post_id = sandbox.published(account)
    for _ in range(2):
        sandbox.ask("GET", "/twitter/2/tweets", account, query={"ids": post_id})
        sandbox.wait(days=1)
    sandbox.wait(days=30)

    data = sandbox.ask("GET", "/twitter/2/usage/tweets", account).body["data"]

    assert [one["usage"] for one in data["daily_project_usage"]["usage"]] == ["1", "1"]
    assert (data["project_usage"], data["project_cap"]) == ("0", "3000000")


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        pytest.param("no_credits", 402, "CreditsDepleted", id="credits"),
        pytest.param("usage_capped", 429, "UsageCapExceeded", id="cap"),
    ],
)
def test_money_runs_out_on_request(sandbox, account, kind, status, title):
    sandbox.fault(kind=kind, platform="twitter", times=1)

    refused, served = (sandbox.ask("GET", "/twitter/2/users/me", account) for _ in range(2))

    assert (refused.status, refused.body["title"]) == (status, title)
    assert refused.body.get("period") == (None if kind == "no_credits" else "Monthly")
    assert served.status == 200


@pytest.mark.parametrize(
    ("kind", "platform"), [("no_credits", "tiktok"), ("usage_capped", None)], ids=["elsewhere", "everywhere"]
)
def test_only_x_charges(sandbox, kind, platform):
    assert sandbox.ask("POST", "/sandbox/faults", json={"kind": kind, "platform": platform}).status == 400


@pytest.mark.parametrize("query", [{"day": "yesterday"}], ids=["day"])
def test_bill_refuses(sandbox, query):
    assert sandbox.ask("GET", "/sandbox/bill", query=query).status == 400


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        pytest.param("GET", "/twitter/2/tweets?ids=1", 5000, id="lookup"),
        pytest.param("GET", "/twitter/2/tweets/1", 900, id="one"),
        pytest.param("GET", "/twitter/2/tweets/search/recent?query=conversation_id:1", 300, id="search"),
        pytest.param("GET", "/twitter/2/tweets/1/liking_users", 75, id="likers"),
        pytest.param("GET", "/twitter/2/tweets/1/quote_tweets", 75, id="quotes"),
        pytest.param("GET", "/twitter/2/users?ids=1", 900, id="users"),
        pytest.param("GET", "/twitter/2/users/1/mentions", 300, id="mentions"),
        pytest.param("POST", "/twitter/2/tweets", 100, id="create"),
        pytest.param("POST", "/twitter/2/media/upload/initialize", 1875, id="upload"),
    ],
)
def test_every_answer_names_the_limit_of_its_endpoint(sandbox, account, method, path, limit):
    headers = sandbox.ask(method, path, account).headers

    assert headers["x-rate-limit-limit"] == str(limit)


def test_limit_counts_down_and_refuses(sandbox, account):
    limit = {"platform": "twitter", "amount": 2, "seconds": 900, "path": "/2/users/me", "account": account.user_id}
    assert sandbox.ask("POST", "/sandbox/limits", json=limit).status == 200

    answers = [sandbox.ask("GET", "/twitter/2/users/me", account) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert 0 < int(answers[2].headers["x-rate-limit-reset"]) - time.time() <= 901
