"""Request limits that are switched on, and what each platform's headers say of them."""

import json

import pytest

GRAPH = "/instagram/v26.0"


@pytest.fixture
def account(sandbox):
    return sandbox.account("instagram")


def limit(sandbox, **fields):
    answer = sandbox.ask("POST", "/sandbox/limits", json={"amount": 4, "seconds": 3600, **fields})
    assert answer.status == 200


def read(sandbox, account):
    return sandbox.ask("GET", f"{GRAPH}/me", account)


def business_usage(answer, account):
    return json.loads(answer.headers["X-Business-Use-Case-Usage"])[account.user_id][0]


def test_usage_rises_with_every_call_until_the_limit_refuses(sandbox, account):
    limit(sandbox, platform="instagram")

    answers = [read(sandbox, account) for _ in range(5)]

    assert [business_usage(one, account)["call_count"] for one in answers] == [25, 50, 75, 100, 125]
    assert [one.status for one in answers] == [200, 200, 200, 200, 400]
    assert answers[-1].body["error"]["code"] == 80002
    assert business_usage(answers[-1], account)["estimated_time_to_regain_access"] == 60


def test_items_of_a_batch_count_one_by_one(sandbox, account):
    limit(sandbox, platform="instagram")
    items = json.dumps([{"method": "GET", "relative_url": "me"}] * 5)

    answer = sandbox.ask("POST", f"{GRAPH}/", account, form={"batch": items})

    assert [one["code"] for one in answer.body] == [200, 200, 200, 200, 400]


def test_window_follows_the_clock_of_the_world(sandbox, account):
    limit(sandbox, platform="instagram")
    for _ in range(4):
        read(sandbox, account)

    sandbox.wait(minutes=59)
    early = read(sandbox, account).status
    sandbox.wait(minutes=61)

    assert early == 400
    assert read(sandbox, account).status == 200


def test_calls_while_throttled_prolong_the_throttle_of_meta(sandbox, account):
    limit(sandbox, platform="instagram")
    for _ in range(4):
        read(sandbox, account)
    sandbox.wait(minutes=50)
    for _ in range(4):
        read(sandbox, account)

    sandbox.wait(minutes=20)

    assert read(sandbox, account).status == 400


def test_accounts_have_counts_of_their_own(sandbox, account):
    limit(sandbox, platform="instagram", account="all", amount=1)

    first, other = read(sandbox, account), read(sandbox, sandbox.account("instagram", "maya"))

    assert (first.status, other.status) == (200, 200)


def test_limit_of_one_account_leaves_others_alone(sandbox, account):
    limit(sandbox, platform="instagram", account=account.user_id, amount=1)
    other = sandbox.account("instagram", "maya")

    statuses = [read(sandbox, one).status for one in (account, account, other, other)]

    assert statuses == [200, 400, 200, 200]


def test_limit_of_the_app_is_shared_and_answers_code_4(sandbox, account):
    limit(sandbox, platform="instagram", per="app", amount=2)
    other = sandbox.account("instagram", "maya")

    answers = [read(sandbox, one) for one in (account, other, other)]

    assert [json.loads(one.headers["X-App-Usage"])["call_count"] for one in answers] == [50, 100, 150]
    assert answers[-1].body["error"]["code"] == 4


def test_limit_of_a_path_counts_that_endpoint_alone(sandbox, account):
    limit(sandbox, platform="instagram", path="/media", amount=1)

    statuses = [sandbox.ask("GET", f"{GRAPH}/{path}", account).status for path in ("me/media", "me", "me/media")]

    assert statuses == [200, 200, 400]


@pytest.mark.parametrize(
    ("platform", "path"), [("tiktok", "/v2/user/info/?fields=open_id"), ("twitter", "/2/users/me")]
)
def test_other_platforms_refuse_with_429(sandbox, platform, path):
    limit(sandbox, platform=platform, amount=1)
    account = sandbox.account(platform)

    statuses = [sandbox.ask("GET", f"/{platform}{path}", account).status for _ in range(2)]

    assert statuses == [200, 429]


def test_cleared_limits_count_nothing_any_more(sandbox, account):
    limit(sandbox, platform="instagram", amount=1)
    read(sandbox, account)

    sandbox.ask("DELETE", "/sandbox/limits")

    assert read(sandbox, account).status == 200
    assert sandbox.ask("GET", "/sandbox/limits").body == {"limits": []}
