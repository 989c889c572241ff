"""Accounts in the admin: tokens go in and never come out; pausing and resuming."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from engagement.enums import AccountState
from engagement.models import SocialAccount
from engagement.tests.factories import make_account, make_post
from gator.studio.tests.factories import make_persona

pytestmark = pytest.mark.django_db

FORM = {"handle": "mara", "new_access_token": "", "new_refresh_token": "", "scopes": ""}


def change(client, account, **fields):
    url = reverse("admin:engagement_socialaccount_change", args=[account.pk])
    return client.post(url, FORM | {"persona": account.persona_id} | fields)


def run_action(client, action, *rows):
    """Post a list action, and return what it said."""
    url = reverse("admin:engagement_socialaccount_changelist")
    response = client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_form_stores_a_new_token_and_revives_the_account(admin_client):
    account = make_account(access_token="", state=AccountState.EXPIRED, last_error="The token has ended.")

    change(admin_client, account, new_access_token="fresh-token")

    account.refresh_from_db()
    assert (account.access_token, account.state, account.last_error) == ("fresh-token", AccountState.ACTIVE, "")


def test_form_left_empty_keeps_the_token(admin_client):
    account = make_account(access_token="kept", refresh_token="kept-too")

    change(admin_client, account, handle="renamed")

    account.refresh_from_db()
    assert (account.handle, account.access_token, account.refresh_token) == ("renamed", "kept", "kept-too")


def test_new_token_does_not_wake_a_paused_account(admin_client):
    account = make_account(state=AccountState.PAUSED)

    change(admin_client, account, new_access_token="fresh-token")

    account.refresh_from_db()
    assert account.state == AccountState.PAUSED


def test_form_that_fails_does_not_give_the_token_back(admin_client):
    account = make_account()

    response = change(admin_client, account, new_access_token="typed-token", token_expires_at_0="nonsense")

    assert response.status_code == 200
    assert "typed-token" not in response.content.decode()


def test_page_says_only_whether_a_token_is_set_and_when_it_ends(admin_client):
    account = make_account(token_expires_at=timezone.now().replace(year=2040, month=12, day=1))

    page = admin_client.get(reverse("admin:engagement_socialaccount_change", args=[account.pk])).content.decode()

    assert "Set, ends 2040-12-01" in page
    assert account.access_token not in page


def test_account_is_added_with_its_token(admin_client):
    form = FORM | {
        "persona": make_persona().pk,
        "platform": "tiktok",
        "platform_user_id": "77",
        "new_access_token": "first",
    }

    admin_client.post(reverse("admin:engagement_socialaccount_add"), form)

    assert SocialAccount.objects.get().access_token == "first"


def test_who_an_account_is_does_not_change(admin_client):
    account = make_account(platform_user_id="1784")

    change(admin_client, account, platform="tiktok", platform_user_id="9")

    account.refresh_from_db()
    assert (account.platform, account.platform_user_id) == ("instagram", "1784")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"state": AccountState.ACTIVE}, "it is active, not paused", id="not paused"),
        pytest.param(
            {"state": AccountState.PAUSED, "access_token": ""}, "it has no token: set one on its page", id="no token"
        ),
        pytest.param(
            {"state": AccountState.PAUSED, "token_expires_at": timezone.now() - timedelta(days=1)},
            "its token has ended: set a new one on its page",
            id="ended",
        ),
    ],
)
def test_account_that_cannot_be_resumed_is_left_alone(admin_client, changes, reason):
    account = make_account(**changes)

    said = run_action(admin_client, "resume", account)

    account.refresh_from_db()
    assert account.state == changes["state"]
    assert said == [f"Not resumed: 1 social account ({account}). Reason: {reason}."]


def test_account_is_paused_and_resumed(admin_client):
    account = make_account()

    run_action(admin_client, "pause", account)
    account.refresh_from_db()
    paused = account.state
    run_action(admin_client, "resume", account)

    account.refresh_from_db()
    assert (paused, account.state) == (AccountState.PAUSED, AccountState.ACTIVE)


@pytest.mark.parametrize(("has_posts", "status"), [(False, 200), (True, 403)], ids=["unused", "has posts"])
def test_only_an_unused_account_may_be_deleted(admin_client, has_posts, status):
    account = make_account()
    if has_posts:
        make_post(account=account)

    response = admin_client.get(reverse("admin:engagement_socialaccount_delete", args=[account.pk]))

    assert response.status_code == status
