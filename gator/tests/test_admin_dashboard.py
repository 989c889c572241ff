"""The start page: a welcome where there is nothing, figures where there is something, in few queries."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acd.enums import State
from acd.tests.factories import make_context
from engagement.enums import AccountState, FilterState, Platform, PostStatus, SyncStatus
from engagement.models import WebhookDelivery
from engagement.tests.factories import make_account, make_post
from gator.dashboard import figures
from gator.dashboard.charts import engagement_chart, platform_chart, state_chart
from gator.dashboard.news import account_concerns, concerns, loop_concerns
from gator.dashboard.week import cards
from gator.studio.tests.factories import make_persona
from patterns.tests.factories import make_extraction, make_pattern, make_trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


ALARMS = [{"text": "Hashtags: 0.20 times as varied.", "advice": "Give the persona more hashtags."}]


def make_measured(now, **changes):
    """A post of yesterday with 60 genuine of 100."""
    measured = {
        "published_at": now - timedelta(days=1),
        "filter_state": FilterState.FILTERED,
        "total_engagement": 100,
        "genuine_engagement": 60.0,
        "genuine_low": 50.0,
        "genuine_high": 70.0,
    }
    return make_post(**measured | changes)


def everything(now):
    """One of everything the page shows."""
    make_measured(now, sync_status=SyncStatus.FAILED, sync_error="Down", next_sync_at=now - timedelta(hours=5))
    make_account(platform=Platform.FACEBOOK, token_expires_at=now + timedelta(days=3))
    make_context(state=State.FAILED, created_at=now, error_class="ValueError", error_message="No prompt")
    make_pattern(learned_at=now)
    make_extraction(as_of=now - timedelta(days=1), alarms=ALARMS)


def test_empty_installation_says_how_to_begin(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()

    assert [word for word in ("make demo", "import_posts", "Connect an account") if word not in page] == []


def test_start_page_says_what_guidance_gained(admin_client, now):
    make_trial(make_account(), n=40, published_at=now - timedelta(days=20), last_synced_at=now - timedelta(days=1))

    page = admin_client.get(reverse("admin:index")).content.decode()

    assert "more genuine engagement with guidance (95 % interval +" in page
    assert "30 posts with guidance, 10 without" in page


def test_persona_without_posts_gives_a_quiet_page(admin_client):
    make_persona()

    page = admin_client.get(reverse("admin:index")).content.decode()

    assert "Nothing failed, nothing is stuck" in page
    assert "Nothing is proven yet" in page


def test_week_shows_genuine_engagement_with_its_interval(now):
    make_measured(now)
    make_measured(now)
    make_measured(now, filter_state=FilterState.UNFILTERED)
    make_measured(now, published_at=now - timedelta(days=9))

    published, genuine, *_ = cards(now)

    assert (published.value, published.note) == ("3", "1 the week before")
    assert (genuine.value, genuine.band, genuine.note) == ("120", "100–140", "40 % of 200 filtered out")


def test_week_filters_nothing_out_where_nobody_can_be_seen(now):
    unseen = {"filter_state": FilterState.UNOBSERVED, "genuine_low": 0.0, "genuine_high": 100.0}
    make_measured(now, **unseen)
    only_unseen = cards(now)[1]
    make_measured(now)

    assert only_unseen.note == "100 where nobody can be seen"
    assert cards(now)[1].note == "40 % of 100 filtered out, 100 where nobody can be seen"
    filtered = json.loads(engagement_chart(now))["datasets"][3]["data"]
    assert [value for value in filtered if value is not None] == [40]


def test_week_without_measurements_shows_no_zero(now):
    make_post(published_at=now - timedelta(days=1))

    genuine = cards(now)[1]

    assert (genuine.value, genuine.band, genuine.note) == ("—", "", "Nothing measured yet")


def test_engagement_chart_leaves_days_without_posts_open(now):
    make_measured(now)

    data = json.loads(engagement_chart(now))

    genuine = data["datasets"][2]["data"]
    assert len(genuine) == len(data["labels"]) == 30
    assert [value for value in genuine if value is not None] == [60]


@pytest.mark.parametrize("total", [None, 40])
def test_engagement_chart_filters_nothing_out_where_more_people_were_seen_than_the_platform_counted(now, total):
    make_measured(now)
    make_measured(now, total_engagement=total)

    data = json.loads(engagement_chart(now))

    filtered = next(series["data"] for series in data["datasets"] if "ilter" in series["label"])
    assert [value for value in filtered if value is not None] == [40]


def test_state_chart_counts_runs(now):
    make_context(state=State.DONE, created_at=now)
    make_context(state=State.FAILED, created_at=now)
    make_context(state=State.FAILED, created_at=now - timedelta(days=40))

    legend = state_chart(now)["legend"]

    assert [(label, n) for label, n, _ in legend] == [("Done", 1), ("Failed", 1)]


def test_platform_chart_counts_posts_and_their_genuine_share(now):
    make_measured(now)
    make_measured(
        now,
        account=make_account(platform=Platform.TIKTOK),
        genuine_engagement=None,
        genuine_low=None,
        genuine_high=None,
    )

    legend = platform_chart(now)["legend"]

    assert [(label, n, genuine) for label, n, genuine, _ in legend] == [
        ("Instagram", 1, "60 % (50–70)"),
        ("TikTok", 1, "—"),
    ]


def test_loop_alarm_tells_what_it_is_and_what_to_do(now):
    row = make_extraction(as_of=now - timedelta(hours=3), alarms=ALARMS * 2)

    (concern,) = loop_concerns(now)

    assert (concern.kind, concern.name) == ("Loop alarm (2)", f"{row.persona} on Instagram")
    assert concern.reason == "Hashtags: 0.20 times as varied. Give the persona more hashtags."
    assert concern.when == "3 h ago"


def test_concerns_name_what_failed_and_link_to_it(now):
    everything(now)
    make_account(state=AccountState.REVOKED)
    make_post(status=PostStatus.UNKNOWN, platform_post_id=None, published_at=None, status_reason="No answer")

    found = concerns(now)

    kinds = {concern.kind for concern in found}
    assert kinds == {"Active", "Revoked", "Loop alarm", "Sync failed", "Post unknown", "Run failed"}
    assert [concern for concern in found if not concern.url] == []


def test_concern_about_a_token_names_the_planned_posts_it_puts_at_risk(now):
    account = make_account(platform=Platform.FACEBOOK, token_expires_at=now + timedelta(days=6))
    for _ in range(2):
        plan = {"status": PostStatus.SCHEDULED, "scheduled_at": now + timedelta(days=7)}
        make_post(account=account, platform_post_id=None, published_at=None, **plan)
    make_account(token_expires_at=now + timedelta(days=6), created_at=now - timedelta(days=40))

    (concern,) = account_concerns(now)

    assert (concern.name, concern.reason) == (
        str(account),
        "2 scheduled posts are at risk. Its token is about to end: set a new one.",
    )


def test_unknown_and_failed_events_are_concerns_by_their_kind(now):
    for number, state in enumerate(["unknown", "unknown", "failed", "done"]):
        WebhookDelivery.objects.create(
            platform="facebook", digest=f"{number}", kind="page.holograms", state=state, happened_at=now
        )

    found = [(one.kind, one.name, one.reason) for one in concerns(now)]

    assert sorted(found) == [
        ("Event failed", "Facebook: page.holograms", "1 kept for somebody to look at."),
        ("Unknown event", "Facebook: page.holograms", "2 kept for somebody to look at."),
    ]


def test_page_costs_the_same_however_much_there_is(admin_client, now):
    everything(now)
    admin_client.get(reverse("admin:index"))

    with CaptureQueriesContext(connection) as few:
        admin_client.get(reverse("admin:index"))
    everything(now)
    everything(now)
    with CaptureQueriesContext(connection) as many:
        admin_client.get(reverse("admin:index"))

    assert len(few) == len(many)
    assert len(many) <= 25


def test_figures_are_asked_in_a_bounded_number_of_queries(now, django_assert_max_num_queries):
    everything(now)

    with django_assert_max_num_queries(19):
        figures(now)


def test_page_asks_nothing_of_other_hosts_and_runs_no_script_of_its_own(admin_client, now):
    everything(now)

    page = admin_client.get(reverse("admin:index")).content.decode()

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [url for url in loaded if url.startswith(("http", "//"))] == []


@pytest.mark.parametrize("path", ["unfold/js/chart/chart.js", "gator/gator.css", "gator/favicon.svg"])
def test_static_file_of_the_page_exists(path):
    assert finders.find(path) is not None
