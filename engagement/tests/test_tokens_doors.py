"""Renewing tokens by command and task, and where staff see what is at risk: the list, the page, the API."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from acd.tests.clients import client_with
from engagement.enums import AccountState, Platform, PostStatus
from engagement.models import SocialAccount
from engagement.tasks import refresh_token_task, refresh_tokens_task
from engagement.tests.factories import make_account, make_post
from engagement.tests.renewing import pair, renewable_account
from gator.studio.tests.factories import make_persona

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LIST = reverse("admin:engagement_socialaccount_changelist")
ACCOUNTS = "/api/v1/accounts/"


def run(*arguments):
    out = StringIO()
    call_command("refresh_tokens", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def make_due(stage, platform, **changes):
    """An account that is due by the real clock, which commands and tasks go by."""
    ends = {"token_expires_at": timezone.now() + 5 * MINUTE, "created_at": timezone.now() - 50 * DAY}
    return renewable_account(stage, platform, left=5 * MINUTE, **ends | changes)


def make_ending(*, planned=1, **changes):
    """An account whose token ends in five days, with posts planned for the sixth."""
    now = timezone.now()
    account = make_account(**{"platform": Platform.FACEBOOK, "token_expires_at": now + 5 * DAY} | changes)
    for _ in range(planned):
        make_post(
            account=account,
            status=PostStatus.SCHEDULED,
            scheduled_at=now + 6 * DAY,
            platform_post_id=None,
            published_at=None,
        )
    return account


# By command and task


def test_command_renews_what_is_due(renewing):
    due, fine = make_due(renewing, "twitter"), make_account(token_expires_at=timezone.now() + 50 * DAY)
    before = pair(fine)

    out = run("--due")

    assert out == f"{due}: renewed\n1 renewed.\n"
    assert pair(fine) == before
    assert run("--due") == "No token is due.\n"


@pytest.mark.parametrize("name", ["id", "handle", "@handle"])
def test_command_renews_a_named_account_though_it_is_not_due(renewing, name):
    account = make_due(renewing, "twitter", token_expires_at=timezone.now() + 100 * MINUTE)
    before = pair(account)

    out = run({"id": str(account.pk), "handle": account.handle, "@handle": f"@{account.handle}"}[name], "--json")

    assert json.loads(out)["counts"] == {"renewed": 1}
    assert pair(account) != before


def test_command_exits_with_one_if_a_renewal_failed(renewing):
    account = make_due(renewing, "tiktok")
    renewing.fault("revoked_token", platform="tiktok")

    with pytest.raises(CommandError, match="Some items failed") as caught:
        run("--due")

    assert caught.value.returncode == 1
    assert SocialAccount.objects.get(pk=account.pk).state == AccountState.REVOKED


@pytest.mark.parametrize(
    "arguments", [(), ("maya", "--due"), ("nobody",), ("404",), ("9" * 30,), ("twice",), ("",)], ids=str
)
def test_command_refuses_what_names_no_account(arguments):
    make_account(handle="twice")
    make_account(handle="twice", platform=Platform.TIKTOK)

    with pytest.raises(CommandError):
        run(*arguments)


def test_command_names_the_ids_of_a_handle_that_two_accounts_have():
    accounts = [make_account(handle="twice"), make_account(handle="twice", platform=Platform.TIKTOK)]

    with pytest.raises(CommandError) as caught:
        run("twice")

    assert [one for one in accounts if f"{one.pk} ({one.get_platform_display()})" not in str(caught.value)] == []


def test_task_renews_each_due_account_and_marks_the_others(renewing):
    due = [make_due(renewing, platform) for platform in ("twitter", "tiktok")]
    before = [pair(account) for account in due]
    ending = make_ending(platform=Platform.TWITTER)

    refresh_tokens_task()

    assert [pair(account) for account in due] != before
    assert SocialAccount.objects.get(pk=ending.pk).state == AccountState.EXPIRING


def test_task_of_an_account_that_is_gone_does_nothing():
    refresh_token_task(404)

    assert not SocialAccount.objects.exists()


# In the admin


def rows_of(client, **query):
    return list(client.get(LIST, query).context["cl"].queryset)


def test_list_shows_how_many_planned_posts_come_too_late(admin_client):
    account = make_ending(planned=3)
    make_account()

    page = admin_client.get(LIST).content.decode()

    assert "3 posts" in page
    assert f"account__id__exact={account.pk}&amp;status__exact=scheduled" in page


def test_list_leaves_a_token_that_gator_renews_without_colour(admin_client, renewing):
    make_due(renewing, "twitter")

    assert "Renewed by Gator" in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("attention", "found"), [("expiring", 2), ("ending_7", 2), ("ending_1", 1), ("at_risk", 1), ("missing", 0)]
)
def test_list_is_narrowed_to_who_needs_attention(admin_client, attention, found):
    now = timezone.now()
    make_ending()
    make_ending(planned=0, token_expires_at=now + 10 * DAY)
    make_ending(planned=0, token_expires_at=now - DAY)
    make_account()

    assert len(rows_of(admin_client, attention=attention)) == found


def test_list_costs_the_same_however_many_are_at_risk(admin_client, django_assert_max_num_queries):
    make_ending()
    admin_client.get(LIST)
    with django_assert_max_num_queries(20) as few:
        admin_client.get(LIST)
    for _ in range(3):
        make_ending(planned=2)

    with django_assert_max_num_queries(20) as many:
        admin_client.get(LIST)

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"planned": 2}, "2 posts planned for after access ends", id="soon"),
        pytest.param({"state": AccountState.REVOKED}, "1 post planned, and access is lost", id="lost"),
    ],
)
def test_page_tells_what_is_at_risk(admin_client, changes, words):
    account = make_ending(**changes)

    page = admin_client.get(reverse("admin:engagement_socialaccount_change", args=[account.pk])).content.decode()

    assert words in page


def test_add_page_opens(admin_client):
    assert admin_client.get(reverse("admin:engagement_socialaccount_add")).status_code == 200


def test_token_set_by_hand_counts_as_ours_from_then_on_and_ends_the_hold(admin_client):
    held = {"state": AccountState.EXPIRED, "auth_failures": 2, "refresh_claimed_until": timezone.now() + DAY}
    account = make_account(**held)
    form = {"persona": account.persona_id, "handle": "m", "new_access_token": "new", "new_refresh_token": "renew"}

    admin_client.post(reverse("admin:engagement_socialaccount_change", args=[account.pk]), form)

    account.refresh_from_db()
    assert pair(account) == ("new", "renew")
    assert (account.state, account.auth_failures, account.refresh_claimed_until) == (AccountState.ACTIVE, 0, None)
    assert account.token_refreshed_at is not None


@pytest.mark.parametrize(("refresh_token", "state"), [("r", AccountState.ACTIVE), ("", AccountState.PAUSED)])
def test_paused_account_is_resumed_though_its_token_ended_if_gator_can_renew_it(
    admin_client, renewing, refresh_token, state
):
    account = make_due(
        renewing,
        "twitter",
        token_expires_at=timezone.now() - DAY,
        state=AccountState.PAUSED,
        refresh_token=refresh_token,
    )

    admin_client.post(LIST, {"action": "resume", "_selected_action": [account.pk]})

    account.refresh_from_db()
    assert account.state == state


# In the API


@pytest.fixture
def editor():
    return client_with(*(f"engagement.{verb}_socialaccount" for verb in ("view", "add", "change")))


@pytest.mark.parametrize("rows", [1, 3])
def test_api_tells_the_warning_and_the_posts_at_risk_in_one_query(editor, django_assert_num_queries, rows):
    for _ in range(rows):
        make_ending(planned=2)

    with django_assert_num_queries(1):
        found = editor.get(ACCOUNTS).json()["results"]

    assert [(row["token_warning"], row["posts_at_risk"]) for row in found] == [(7, 2)] * rows


def test_api_tells_no_warning_where_there_is_none(editor):
    account = make_account()

    found = editor.get(f"{ACCOUNTS}{account.pk}/").json()

    assert (found["token_warning"], found["posts_at_risk"]) == (None, 0)


def test_api_answers_a_change_with_the_new_warning(editor):
    account = make_ending(planned=2)
    far = (timezone.now() + 30 * DAY).isoformat()

    found = editor.patch(f"{ACCOUNTS}{account.pk}/", {"token_expires_at": far}, format="json").json()

    assert (found["token_warning"], found["posts_at_risk"]) == (None, 0)


def test_api_answers_a_new_account_with_its_warning(editor):
    body = {
        "persona": make_persona().slug,
        "platform": "tiktok",
        "flavour": "business",
        "platform_user_id": "42",
        "access_token": "a",
        "token_expires_at": (timezone.now() + DAY / 2).isoformat(),
    }

    created = editor.post(ACCOUNTS, body, format="json").json()

    assert (created["token_warning"], created["posts_at_risk"], created["flavour"]) == (1, 0, "business")
    assert created["token_refreshed_at"] is not None
