"""Accounts and posts through the REST API."""

from datetime import UTC, datetime, timedelta

import pytest

from acd.tests.clients import client_with, complaints
from acd.tests.factories import make_context
from engagement.enums import FilterState, Platform, PostStatus, SyncStatus
from engagement.models import Hashtag, SocialAccount, SocialMediaPost
from engagement.tests.factories import make_account, make_post
from gator.studio.enums import ContentStatus
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/accounts/"
POSTS = "/api/v1/posts/"


@pytest.fixture
def editor():
    models = ("socialaccount", "socialmediapost")
    return client_with(*(f"engagement.{verb}_{name}" for verb in ("view", "add", "change") for name in models))


def ids(response):
    return {row["id"] for row in response.json()["results"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_accounts_list_costs_one_query(editor, django_assert_num_queries, rows):
    for _ in range(rows):
        make_account()

    with django_assert_num_queries(1):
        response = editor.get(ACCOUNTS)

    assert len(response.json()["results"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_posts_list_costs_two_queries(editor, django_assert_num_queries, rows):
    tag = Hashtag.objects.create(name="dawn")
    for _ in range(rows):
        make_post().hashtags.add(tag)

    with django_assert_num_queries(2):
        response = editor.get(POSTS)

    assert [row["hashtags"] for row in response.json()["results"]] == [["dawn"]] * rows


def test_account_created_seals_its_token_and_never_shows_it(editor):
    body = {
        "persona": make_persona().slug,
        "platform": "tiktok",
        "platform_user_id": "42",
        "access_token": "sesame-access",
        "refresh_token": "sesame-refresh",
        "token_expires_at": "2027-01-01T00:00:00Z",
    }

    created = editor.post(ACCOUNTS, body, format="json")
    read = editor.get(f"{ACCOUNTS}{created.json()['id']}/")

    account = SocialAccount.objects.get()
    assert (created.status_code, account.access_token, account.refresh_token) == (
        201,
        "sesame-access",
        "sesame-refresh",
    )
    assert (read.json()["has_token"], read.json()["token_expires_at"]) == (True, "2027-01-01T00:00:00Z")
    assert "sesame" not in created.content.decode() + read.content.decode()


def test_account_changed_takes_a_new_token(editor):
    account = make_account(state="expired")

    response = editor.patch(f"{ACCOUNTS}{account.pk}/", {"access_token": "fresh", "state": "active"}, format="json")

    account.refresh_from_db()
    assert (response.status_code, account.access_token, account.state) == (200, "fresh", "active")


@pytest.mark.parametrize(("before", "after"), [("expired", "active"), ("paused", "paused")])
def test_account_with_a_new_token_works_again_unless_it_was_paused(editor, before, after):
    account = make_account(
        state=before, last_error="The token has ended.", last_error_at=datetime(2026, 11, 20, tzinfo=UTC)
    )

    editor.patch(f"{ACCOUNTS}{account.pk}/", {"access_token": "fresh"}, format="json")

    account.refresh_from_db()
    assert (account.state, account.last_error == "") == (after, after == "active")


BAD_ACCOUNTS = {
    "persona unknown": ({"persona": "nobody"}, "persona"),
    "persona no text": ({"persona": {"slug": "a"}}, "persona"),
    "persona with NUL": ({"persona": "a\x00"}, "persona"),
    "platform unknown": ({"platform": "myspace"}, "platform"),
    "expiry without zone": ({"token_expires_at": "2027-01-01"}, "token_expires_at"),
    "token too long": ({"access_token": "a" * 5000}, "access_token"),
    "followers": ({"followers": 5}, "followers"),
    "last error": ({"last_error": "none"}, "last_error"),
    "has_token": ({"has_token": True}, "has_token"),
}


@pytest.mark.parametrize(("change", "field"), BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS)
def test_account_with_a_bad_field_is_refused_by_name(editor, change, field):
    body = {"persona": make_persona().slug, "platform": "tiktok", "platform_user_id": "42"}

    response = editor.post(ACCOUNTS, body | change, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert SocialAccount.objects.count() == 0


def test_account_known_already_is_refused(editor):
    account = make_account()
    body = {"persona": account.persona.slug, "platform": account.platform, "platform_user_id": account.platform_user_id}

    response = editor.post(ACCOUNTS, body, format="json")

    assert (response.status_code, SocialAccount.objects.count()) == (400, 1)


def test_post_shows_its_numbers_with_interval_basis_and_freshness(editor):
    published = datetime(2026, 11, 1, 8, tzinfo=UTC)
    post = make_post(
        published_at=published,
        last_synced_at=published + timedelta(hours=3),
        likes=90,
        total_engagement=100,
        genuine_engagement=80.0,
        genuine_low=70.0,
        genuine_high=90.0,
        basis="reach",
        engagement_rate=4.0,
        rate_low=3.5,
        rate_high=4.5,
    )

    shown = editor.get(f"{POSTS}{post.pk}/").json()

    assert (shown["engagement_rate"], shown["rate_low"], shown["rate_high"], shown["basis"]) == (4.0, 3.5, 4.5, "reach")
    assert (shown["genuine_ratio"], shown["provisional"], shown["last_synced_at"]) == (
        0.8,
        True,
        "2026-11-01T11:00:00Z",
    )
    assert (shown["likes"], shown["shares"]) == (90, None)
    assert {"raw", "claim", "claimed_until"} & set(shown) == set()


MEASURED = {"filter_state": FilterState.FILTERED, "genuine_low": 1, "genuine_engagement": 1, "genuine_high": 1}
QUESTIONS = {
    "published": ({}, {"status": PostStatus.FAILED}),
    "sync_failed": ({"sync_status": SyncStatus.FAILED}, {}),
    "measured": (MEASURED, {}),
    "bot_ridden": ({"observed_count": 2, "bot_count": 2}, {}),
    "unusual": ({"vs_average": -60.0}, {"vs_average": 10.0}),
    "due_for_sync": ({"next_sync_at": datetime(2020, 1, 1, tzinfo=UTC)}, {}),
    "overdue": ({"next_sync_at": datetime(2020, 1, 1, tzinfo=UTC)}, {}),
    "due_for_publishing": ({"status": PostStatus.SCHEDULED, "scheduled_at": datetime(2020, 1, 1, tzinfo=UTC)}, {}),
}


@pytest.mark.parametrize(("question", "rows"), QUESTIONS.items(), ids=QUESTIONS)
def test_posts_question_keeps_or_drops_its_rows(editor, question, rows):
    answer, other = (make_post(**changes) for changes in rows)

    kept, dropped = (editor.get(POSTS, {question: value}) for value in ("true", "false"))

    assert (ids(kept), ids(dropped)) == ({answer.pk}, {other.pk})


def test_posts_filters_combine(editor):
    account, context = make_account(), make_context()
    wanted = make_post(account=account, context=context)
    make_post(account=make_account(platform=Platform.TIKTOK))
    query = {
        "persona": wanted.persona.slug,
        "platform": "instagram",
        "account": account.pk,
        "context": context.pk,
        "since": "2026-11-17T00:00:00Z",
        "until": "2026-11-18T00:00:00Z",
    }

    response = editor.get(POSTS, query)

    assert ids(response) == {wanted.pk}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("persona__slug__startswith", "p"),
        ("account__access_token__startswith", "t"),
        ("raw__token", "t"),
        ("claim", "x"),
        ("platform", "myspace"),
        ("account", "1e99999"),
        ("account", "-1"),
        ("recent", "9" * 30),
        ("since", "2026-11-17T00:00:00+00:00 "),
        ("page_size", "201"),
        ("page_size", "many"),
        ("cursor", "a"),
        ("cursor", "cD1hYmM="),
    ],
)
def test_posts_list_with_a_bad_parameter_names_it(editor, name, value):
    response = editor.get(POSTS, {name: value})

    assert (response.status_code, list(complaints(response))) == (400, [name])


def test_posts_pages_show_every_post_once_drafts_too(editor):
    posts = [make_post(status=PostStatus.DRAFT, published_at=None, platform_post_id=None) for _ in range(5)]
    seen, address = [], f"{POSTS}?page_size=2"

    while address:
        page = editor.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert seen == sorted((post.pk for post in posts), reverse=True)


def test_post_scheduled_from_content(editor):
    account = make_account(platform="facebook")
    content = make_content(persona=account.persona)
    body = {"content": content.pk, "account": account.pk, "scheduled_at": "2026-12-01T08:00:00+01:00"}

    response = editor.post(POSTS, body, format="json")

    assert (response.status_code, response.json()["scheduled_at"]) == (201, "2026-12-01T07:00:00Z")
    assert (response.json()["status"], response.json()["content"]) == ("scheduled", content.pk)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scheduled_at": "2026-12-01T08:00:00"}, "scheduled_at"),
        ({"content": 99}, "content"),
        ({"account": "x"}, "account"),
        ({"status": "published"}, "status"),
        ({"platform_post_id": "1"}, "platform_post_id"),
    ],
    ids=["no zone", "content unknown", "account no id", "status", "platform id"],
)
def test_schedule_with_a_bad_field_is_refused_by_name(editor, change, field):
    account = make_account()
    content = make_content(persona=account.persona)
    body = {"content": content.pk, "account": account.pk, "scheduled_at": "2026-12-01T08:00:00Z"}

    response = editor.post(POSTS, body | change, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert SocialMediaPost.objects.count() == 0


def test_schedule_of_rejected_content_is_a_conflict(editor):
    account = make_account()
    content = make_content(persona=account.persona, status=ContentStatus.REJECTED)
    body = {"content": content.pk, "account": account.pk, "scheduled_at": "2026-12-01T08:00:00Z"}

    response = editor.post(POSTS, body, format="json")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")


def test_publish_of_a_post_without_an_account_says_why_not(editor):
    post = make_post(account=None, status=PostStatus.DRAFT)

    response = editor.post(f"{POSTS}{post.pk}/publish/")

    assert (response.status_code, response.json()["post"]["status"]) == (200, "draft")
    assert response.json()["report"][0]["outcome"] == "skipped"


def test_sync_of_a_post_on_a_paused_account_says_why_not(editor):
    post = make_post(account=make_account(state="paused"))

    response = editor.post(f"{POSTS}{post.pk}/sync/")

    assert (response.status_code, response.json()["post"]["sync_status"]) == (200, "never")
    assert [item["outcome"] for item in response.json()["report"]] == ["skipped"]


@pytest.mark.parametrize("action", ["sync", "publish"])
def test_action_on_a_post_needs_the_permission_to_change_it(action):
    post = make_post()
    adder = client_with("engagement.view_socialmediapost", "engagement.add_socialmediapost")

    response = adder.post(f"{POSTS}{post.pk}/{action}/")

    assert response.status_code == 403
    assert "engagement.change_socialmediapost" in response.json()["error"]["message"]
