"""The life of tokens by the world's clock, their exchange, and the count of refresh calls."""

from datetime import timedelta

import pytest

from engagement.sandbox.world import World
from engagement.tests.sandbox_client import MORNING, open_sandbox

READS = {
    "instagram": "/instagram/v26.0/me",
    "facebook": "/facebook/v26.0/me",
    "twitter": "/twitter/2/users/me",
    "tiktok": "/tiktok/v2/user/info/?fields=open_id",
}
REFRESH = {"twitter": "/twitter/2/oauth2/token", "tiktok": "/tiktok/v2/oauth/token/"}


def live(sandbox, **fields):
    answer = sandbox.ask("POST", "/sandbox/tokens", json={"life": "documented", **fields})
    assert answer.status == 200
    return answer.body


def status(sandbox, platform):
    return sandbox.ask("GET", READS[platform], sandbox.account(platform)).status


def refresh(sandbox, platform, token):
    client = {"client_id": "c", "client_key": "c", "client_secret": "s"}  # as X and as TikTok name it
    form = {**client, "grant_type": "refresh_token", "refresh_token": token}
    return sandbox.ask("POST", REFRESH[platform], form=form)


def ledger(sandbox, account):
    return next(one for one in sandbox.ask("GET", "/sandbox/ledger").body if one["user_id"] == account.user_id)


def instagram_refresh(sandbox, account):
    query = {"grant_type": "ig_refresh_token", "access_token": sandbox.token(account)}
    return sandbox.ask("GET", "/instagram/refresh_access_token", query=query)


def test_tokens_never_end_unless_a_life_is_switched_on(sandbox):
    sandbox.wait(days=400)

    assert [status(sandbox, platform) for platform in READS] == [200] * 4


@pytest.mark.parametrize(
    ("platform", "life", "ended"),
    [
        pytest.param("instagram", timedelta(days=60), 400, id="instagram"),
        pytest.param("twitter", timedelta(hours=2), 401, id="x"),
        pytest.param("tiktok", timedelta(hours=2), 401, id="tiktok"),
    ],
)
def test_token_ends_after_its_documented_life(sandbox, platform, life, ended):
    live(sandbox)

    sandbox.wait(seconds=life.total_seconds() - 1)
    before = status(sandbox, platform)
    sandbox.wait(seconds=1)

    assert (before, status(sandbox, platform)) == (200, ended)


def test_page_token_has_no_end(sandbox):
    live(sandbox)
    sandbox.wait(days=400)

    assert status(sandbox, "facebook") == 200


def test_world_may_start_with_token_life():
    world = World(7, MORNING, token_life=True)

    assert all(tokens.ends_at for tokens in world.tokens if tokens.kind != "facebook")


def test_life_and_age_can_be_set_for_one_account(sandbox):
    account = sandbox.account("twitter")

    (told,) = live(sandbox, account=account.user_id, life=600, age=590)
    before = status(sandbox, "twitter")
    sandbox.wait(seconds=10)

    assert told["ends_at"] == (MORNING + timedelta(seconds=10)).isoformat()
    assert (before, status(sandbox, "twitter")) == (200, 401)
    assert sandbox.ask("GET", READS["twitter"], sandbox.account("twitter", "maya")).status == 200


def test_endless_takes_the_life_back(sandbox):
    live(sandbox)
    live(sandbox, life="endless")
    sandbox.wait(days=400)

    assert status(sandbox, "twitter") == 200


@pytest.mark.parametrize("platform", REFRESH)
def test_ended_token_is_renewed_once_and_the_old_pair_is_dead(sandbox, platform):
    live(sandbox)
    account = sandbox.account(platform)
    old = sandbox.world.tokens_of(account).refresh
    sandbox.wait(hours=3)

    renewed, again = refresh(sandbox, platform, old), refresh(sandbox, platform, old)

    assert (renewed.status, again.status) == (200, 400)
    assert status(sandbox, platform) == 200
    assert (ledger(sandbox, account)["refresh_calls"], ledger(sandbox, account)["refreshes"]) == (2, 1)


def test_refresh_token_of_tiktok_ends_after_180_days(sandbox):
    live(sandbox)
    sandbox.wait(days=180)

    answer = refresh(sandbox, "tiktok", sandbox.world.tokens_of(sandbox.account("tiktok")).refresh)

    assert (answer.status, answer.body["error"]) == (400, "invalid_grant")


def test_instagram_token_is_refreshed_from_24_hours_on(sandbox):
    live(sandbox, platform="instagram")
    account = sandbox.account("instagram")

    early = instagram_refresh(sandbox, account)
    sandbox.wait(hours=24)
    late = instagram_refresh(sandbox, account)
    sandbox.wait(days=59)

    assert (early.status, late.status) == (400, 200)
    assert status(sandbox, "instagram") == 200
    assert ledger(sandbox, account)["refresh_calls"] == 2


def test_ended_instagram_token_cannot_be_refreshed(sandbox):
    live(sandbox)
    sandbox.wait(days=60)

    answer = instagram_refresh(sandbox, sandbox.account("instagram"))

    assert (answer.status, answer.body["error"]["error_subcode"]) == (400, 463)


@pytest.mark.parametrize("life", ["long", None, 0])
def test_bad_life_is_refused(sandbox, life):
    answer = sandbox.ask("POST", "/sandbox/tokens", json={"life": life})

    assert (answer.status, answer.body["error"]["field"]) == (400, "life")


# The Graph API's own endpoints


def debug(sandbox, token, asker="1|secret"):
    query = {"input_token": token, "access_token": asker}
    return sandbox.ask("GET", "/facebook/v26.0/debug_token", query=query)


def exchange(sandbox, token, **changes):
    query = {"grant_type": "fb_exchange_token", "client_id": "1", "client_secret": "s", "fb_exchange_token": token}
    return sandbox.ask("GET", "/facebook/v26.0/oauth/access_token", query=query | changes)


def test_debug_tells_a_page_token_without_an_end(sandbox):
    page = sandbox.account("facebook")

    told = debug(sandbox, sandbox.token(page)).body["data"]

    assert (told["type"], told["is_valid"], told["expires_at"], told["profile_id"]) == ("PAGE", True, 0, page.user_id)
    assert told["data_access_expires_at"] > 0


def test_debug_tells_when_a_user_token_ends(sandbox):
    live(sandbox)
    user = sandbox.world.tokens_of(sandbox.account("facebook"), "facebook_user").access

    before = debug(sandbox, user).body["data"]
    sandbox.wait(days=61)
    after = debug(sandbox, user).body["data"]

    assert before["expires_at"] == int((MORNING + timedelta(days=60)).timestamp())
    assert (before["type"], before["is_valid"], after["is_valid"]) == ("USER", True, False)


def test_debug_tells_a_revoked_token(sandbox):
    page = sandbox.account("facebook")
    sandbox.fault(kind="revoked_token", account=page.user_id)

    assert debug(sandbox, sandbox.token(page)).body["data"]["is_valid"] is False


def test_debug_of_an_unknown_token_is_invalid_and_asking_needs_a_good_one(sandbox):
    assert debug(sandbox, "wrong").body["data"]["is_valid"] is False
    assert debug(sandbox, "wrong", asker="wrong").body["error"]["code"] == 190


def test_user_token_is_exchanged_and_leads_to_its_pages(sandbox):
    page = sandbox.account("facebook")
    short = sandbox.world.tokens_of(page, "facebook_user").access

    long = exchange(sandbox, short).body
    query = {"access_token": long["access_token"], "fields": "id,access_token,tasks,instagram_business_account"}
    pages = sandbox.ask("GET", "/facebook/v26.0/me/accounts", query=query).body["data"]

    assert long["expires_in"] == 5184000
    assert [(one["id"], one["access_token"]) for one in pages] == [(page.user_id, sandbox.token(page))]
    assert pages[0]["instagram_business_account"] == {"id": sandbox.account("instagram").user_id}


def test_page_token_is_exchanged_for_itself_and_has_no_pages(sandbox):
    page = sandbox.account("facebook")

    exchanged = exchange(sandbox, sandbox.token(page)).body

    assert exchanged == {"access_token": sandbox.token(page), "token_type": "bearer"}
    assert sandbox.ask("GET", "/facebook/v26.0/me/accounts", page).status == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"client_secret": ""}, 101, id="no-secret"),
        pytest.param({"grant_type": "x"}, 101, id="no-grant"),
        pytest.param({"fb_exchange_token": "x"}, 190, id="unknown-token"),
    ],
)
def test_exchange_refuses(sandbox, changes, code):
    token = sandbox.world.tokens_of(sandbox.account("facebook"), "facebook_user").access

    assert exchange(sandbox, token, **changes).body["error"]["code"] == code


def test_user_token_sees_no_comments(sandbox):
    page = sandbox.account("facebook")
    post_id = sandbox.published(page)
    sandbox.wait(days=2)
    user = sandbox.world.tokens_of(page, "facebook_user").access

    answer = sandbox.ask("GET", f"/facebook/v26.0/{post_id}/comments", query={"access_token": user})

    assert answer.body == {"data": []}


def test_renewed_tokens_survive_a_restart(tmp_path):
    path = tmp_path / "ledger.jsonl"
    before = World(7, MORNING, path)
    page = next(one.account for one in before.tokens if one.kind == "facebook_user")
    renewed = before.renew(page, "facebook_user")

    after = World(7, MORNING, path)

    assert after.tokens_of(page, "facebook_user").access == renewed.access


def test_clock_with_running_world_ends_tokens_too():
    with open_sandbox(now=None) as sandbox:
        live(sandbox, platform="twitter")
        sandbox.wait(hours=3)

        assert status(sandbox, "twitter") == 401
