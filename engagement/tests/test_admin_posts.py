"""Posts and interactions in the admin: actions say what they did, and columns never turn unknown into zero."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from acd.tests.factories import NOW
from engagement.admin import columns
from engagement.enums import FilterState, PostStatus, SyncStatus, Verdict
from engagement.tests.factories import make_interaction, make_post

pytestmark = pytest.mark.django_db


def run_action(client, model, action, *rows):
    """Post a list action, and return what it said."""
    url = reverse(f"admin:engagement_{model}_changelist")
    response = client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_sync_of_a_post_without_an_account_says_why_not(admin_client):
    post = make_post(account=None, caption="adrift")

    said = run_action(admin_client, "socialmediapost", "sync_now", post)

    assert len(said) == 1
    assert said[0].startswith("Not synced: 1 post (Instagram: adrift). Reason:")
    assert LogEntry.objects.count() == 0


def test_assessing_again_measures_and_logs(admin_client):
    post = make_post(likes=10, comments=1, reach=500)
    make_interaction(post)

    said = run_action(admin_client, "socialmediapost", "assess_again", post)

    post.refresh_from_db()
    assert said == ["Assessed: 1 post."]
    assert (post.filter_state, post.observed_count) == (FilterState.FILTERED, 1)
    assert LogEntry.objects.get().change_message == "Assessed."


def test_draft_is_not_assessed(admin_client):
    post = make_post(status=PostStatus.DRAFT, platform_post_id=None, published_at=None)

    said = run_action(admin_client, "socialmediapost", "assess_again", post)

    assert said == [f"Not assessed: 1 post ({post}). Reason: it is not published."]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, "its genuine engagement is not known: sync or assess it first", id="unmeasured"),
        pytest.param(
            {"genuine_engagement": 5.0, "genuine_low": 4.0, "genuine_high": 6.0, "filter_state": "filtered"},
            "its numbers are provisional until the platform's insights settle",
            id="provisional",
        ),
        pytest.param(
            {
                "genuine_engagement": 5.0,
                "genuine_low": 4.0,
                "genuine_high": 6.0,
                "filter_state": "filtered",
                "last_synced_at": NOW,
                "measured_at": NOW,
                "graded_at": NOW,
            },
            "its grade is as new as its numbers: sync or assess it again first",
            id="graded already",
        ),
    ],
)
def test_post_that_cannot_be_graded_says_why_not(admin_client, changes, reason):
    post = make_post(**changes)

    said = run_action(admin_client, "socialmediapost", "grade_again", post)

    assert said == [f"Not graded: 1 post ({post}). Reason: {reason}."]


def test_persons_word_stands_above_the_filter_and_the_post_is_assessed_again(admin_client, admin_user):
    post = make_post(comments=1, likes=3, reach=100)
    seen = make_interaction(post, verdict=Verdict.GENUINE)

    said = run_action(admin_client, "interaction", "mark_bot", seen)

    seen.refresh_from_db()
    post.refresh_from_db()
    assert (seen.final_verdict, seen.overridden_by) == (Verdict.BOT, admin_user)
    assert (post.bot_count, post.genuine_count) == (1, 0)
    assert said == ["Marked as bot: 1 interaction."]


def test_same_word_twice_changes_nothing(admin_client):
    seen = make_interaction(make_post(), override=Verdict.BOT)

    said = run_action(admin_client, "interaction", "mark_bot", seen)

    assert said == [f"Not marked as bot: 1 interaction ({seen}). Reason: that is what a person said already."]


def test_interaction_goes_back_to_the_filter(admin_client, admin_user):
    seen = make_interaction(make_post(), verdict=Verdict.GENUINE, override=Verdict.BOT, overridden_by=admin_user)

    run_action(admin_client, "interaction", "follow_filter", seen)

    seen.refresh_from_db()
    assert (seen.override, seen.overridden_by) == ("", None)


@pytest.mark.parametrize("column", [columns.rate, columns.versus, columns.bots, columns.grade, columns.genuine])
def test_unknown_number_is_a_dash(column):
    assert column(make_post()) == "—"


def test_unfiltered_engagement_is_not_called_genuine():
    post = make_post(total_engagement=50, genuine_engagement=50.0, genuine_low=50.0, genuine_high=50.0)

    shown = columns.genuine(post)

    assert shown.startswith("—")
    assert "raw, unfiltered" in shown


@pytest.mark.parametrize(
    ("name", "age", "word"),
    [("next_sync_at", timedelta(hours=5), "Due"), ("last_synced_at", timedelta(minutes=5), "5 min ago")],
    ids=["due", "fresh"],
)
def test_sync_column_tells_how_fresh_the_numbers_are(name, age, word):
    post = make_post(**{name: timezone.now() - age})

    assert word in columns.sync(post)


def test_sync_column_tells_that_the_last_sync_failed():
    post = make_post(sync_status=SyncStatus.FAILED, sync_error="Down", last_synced_at=NOW)

    assert "Stale" in columns.sync(post)


BUTTONS = {
    PostStatus.DRAFT: {"waive_label"},
    PostStatus.SCHEDULED: {"waive_label"},
    PostStatus.PUBLISHING: set(),
    PostStatus.UNKNOWN: {"not_live"},
    PostStatus.FAILED: {"plan_again"},
    PostStatus.PUBLISHED: {"sync_now", "assess_again", "grade_again"},
    PostStatus.DELETED: {"sync_now", "grade_again"},
}


@pytest.mark.parametrize(("status", "buttons"), BUTTONS.items(), ids=BUTTONS)
def test_page_has_the_buttons_that_can_do_something(admin_client, status, buttons):
    is_out = status in (PostStatus.PUBLISHED, PostStatus.DELETED)
    post = make_post(status=status, platform_post_id="1" if is_out else None)

    page = admin_client.get(reverse("admin:engagement_socialmediapost_change", args=[post.pk])).content.decode()

    every = set().union(*BUTTONS.values())
    assert {one for one in every if f"/{post.pk}/{one}" in page} == buttons


def test_address_with_a_script_is_no_link(admin_client):
    post = make_post(url="javascript:alert(1)")

    page = admin_client.get(reverse("admin:engagement_socialmediapost_change", args=[post.pk])).content.decode()

    assert 'href="javascript' not in page


@pytest.mark.parametrize(
    ("audience", "shown"),
    [
        pytest.param({}, "—", id="unknown"),
        pytest.param(
            {"age": {"18-24": 120, "25-34": 2090}}, "<div><b>age</b> 25-34 2,090, 18-24 120</div>", id="known"
        ),
    ],
)
def test_page_lists_the_audience_largest_first(admin_client, audience, shown):
    post = make_post(audience=audience)

    page = admin_client.get(reverse("admin:engagement_socialmediapost_change", args=[post.pk])).content.decode()

    assert shown in page[page.index("People by group") :][:500]
