"""The page of the filter's health and the page of a post: figures, empty states, and what they cost."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acd.figures import UNKNOWN
from acd.tests.clients import make_user
from acd.tests.factories import NOW
from engagement.admin.drifting import texts_of
from engagement.admin.health import drifted, health, over_time
from engagement.admin.timeline import arrivals, figures, snapshots
from engagement.decisions import decide
from engagement.drift import AS_IN_TRAINING, DIFFERENT
from engagement.enums import FilterState, InteractionKind, Platform, Verdict
from engagement.filtering.pipeline import DEFAULT, MODEL_VERSION
from engagement.models import Interaction
from engagement.tests.factories import make_account, make_interaction, make_post, make_snapshot

pytestmark = pytest.mark.django_db

HEALTH = "/admin/engagement/interaction/health/"


def timeline_of(post):
    return reverse("admin:engagement_socialmediapost_timeline", args=[post.pk])


def make_judged(verdict=Verdict.GENUINE, **changes):
    """A comment with a verdict of the model in use."""
    post = changes.pop("post", None) or make_post(account=make_account())
    return make_interaction(post, **{"verdict": verdict, "score": 0.1, "model_version": MODEL_VERSION} | changes)


def make_scored(scores, now):
    """Genuine comments under one post with these scores."""
    post = make_post()
    Interaction.objects.bulk_create(
        Interaction(
            post=post,
            platform_id=str(at),
            kind=InteractionKind.COMMENT,
            verdict=Verdict.GENUINE,
            score=score,
            model_version=MODEL_VERSION,
            first_seen_at=now,
        )
        for at, score in enumerate(scores)
    )


def cost(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def everything(now):
    """One more account with a post, a snapshot, a comment that was decided, and one in doubt."""
    post = make_post(account=make_account())
    make_snapshot(post, observed_at=now)
    decide(make_judged(Verdict.BOT, post=post, first_seen_at=now, score=0.95), Verdict.GENUINE, by=None, now=now)
    make_judged(Verdict.UNSURE, post=post, first_seen_at=now, score=0.6)
    return post


def test_health_without_anything_is_unknown_and_not_zero(admin_client):
    page = admin_client.get(HEALTH).content.decode()

    assert page.count("Unknown:") == 3
    assert "Too few to compare" in page
    assert "0 %" not in page.replace("100 %", "").replace("2.0 %", "").replace("10 %", "")


def test_health_costs_the_same_at_one_and_three_accounts(admin_client):
    now = timezone.now()
    everything(now)
    admin_client.get(HEALTH)
    one = cost(admin_client, HEALTH)

    everything(now)
    everything(now)

    assert cost(admin_client, HEALTH) == one


@pytest.mark.parametrize("url", [HEALTH, "timeline"])
def test_pages_are_closed_without_permission(url):
    client = Client()
    client.force_login(make_user(is_staff=True))

    assert client.get(timeline_of(make_post()) if url == "timeline" else url).status_code == 403


def test_shares_are_counted_by_week_platform_and_account():
    lina, theo = make_account(handle="lina"), make_account(handle="theo", platform=Platform.TWITTER)
    one, two = make_post(account=lina), make_post(account=theo)
    for verdict in (Verdict.BOT, Verdict.GENUINE, Verdict.GENUINE, Verdict.UNSURE):
        make_judged(verdict, post=one, first_seen_at=NOW)
    make_judged(Verdict.BOT, post=two, first_seen_at=NOW - timedelta(weeks=1))
    make_judged(Verdict.BOT, post=two, first_seen_at=NOW - timedelta(weeks=20))

    shown = over_time(NOW)

    assert [(line["name"], line["n"], line["bots"]) for line in shown["platforms"]] == [
        ("Instagram", "4", "25 % (5–70)"),
        ("X", "1", "100 % (21–100)"),
    ]
    assert [line["name"] for line in shown["accounts"]] == ["Instagram @lina", "X @theo"]
    assert [part for part, _ in shown["accounts"][0]["by_week"][:2]] == ["25", "—"]
    assert [data["data"][-2:] for data in json.loads(shown["chart"])["datasets"]][:2] == [[0.0, 50.0], [100.0, 25.0]]


def test_decisions_stand_beside_the_filter():
    now = timezone.now()
    for said, filtered, score in (
        (Verdict.BOT, Verdict.BOT, 0.95),
        (Verdict.GENUINE, Verdict.BOT, 0.92),
        (Verdict.GENUINE, Verdict.UNSURE, 0.55),
    ):
        decide(make_judged(filtered, score=score), said, by=User.objects.first(), now=now)

    shown = health(now)

    assert (shown["agreed"]["part"], shown["agreed"]["n"]) == (1, 2)
    assert (shown["accused"]["part"], shown["accused"]["n"]) == (1, 2)
    assert [(slot["range"], slot["n"]) for slot in shown["calibration"]] == [("0.5 to 0.6", "1"), ("0.9 to 1.0", "2")]
    assert shown["per_model"] == [(MODEL_VERSION, "3")]


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        pytest.param(DEFAULT.genuine_scores[::2], AS_IN_TRAINING, id="as in training"),
        pytest.param([0.4] * 300, DIFFERENT, id="all doubtful"),
    ],
)
def test_drift_compares_recent_scores_with_those_of_training(scores, words):
    make_scored(scores, NOW)

    assert drifted(NOW)["words"] == words


def test_drift_leaves_out_likes_bots_older_models_and_older_weeks():
    make_judged(kind=InteractionKind.LIKE, first_seen_at=NOW)
    make_judged(Verdict.BOT, first_seen_at=NOW)
    make_judged(model_version="older", first_seen_at=NOW)
    make_judged(first_seen_at=NOW - timedelta(days=31))
    make_judged(first_seen_at=NOW)

    assert drifted(NOW)["n"] == "1"


def test_texts_of_other_languages_and_lengths_are_told_beside_training():
    post = make_post()
    for at in range(100):
        text = "ben bu resmi gercekten cok sevdim tebrikler" if at % 4 else "I love this video so much"
        make_interaction(post, text=text, verdict=Verdict.GENUINE, first_seen_at=NOW)
    make_judged(Verdict.BOT, text="I love this video so much", first_seen_at=NOW)

    told = texts_of(NOW)

    assert (told["n"], told["read"].split()[0]) == ("100", "25")
    assert float(told["length_index"]) > float(told["length_by_chance"])
    assert told["read_trained"] != UNKNOWN


def test_texts_of_nobody_are_unknown():
    told = texts_of(NOW)

    assert (told["n"], told["read"], told["length_index"]) == ("0", UNKNOWN, UNKNOWN)


def test_post_of_which_nothing_is_known_says_so(admin_client):
    page = admin_client.get(timeline_of(make_post())).content.decode()

    assert page.count("Unknown:") == 3
    assert figures(make_post()) == [
        ("Engagement", "unknown", "unknown"),
        ("Rate", "unknown", "unknown"),
        ("Seen one by one", "unknown", "unknown"),
    ]


def test_post_that_is_not_there_is_not_found(admin_client):
    address = reverse("admin:engagement_socialmediapost_timeline", args=[999])

    assert admin_client.get(address).status_code == 404


def test_timeline_costs_the_same_at_one_and_three_interactions(admin_client):
    post = make_post()
    make_judged(post=post)
    make_snapshot(post)
    admin_client.get(timeline_of(post))
    one = cost(admin_client, timeline_of(post))

    for hours in (1, 2):
        make_judged(Verdict.BOT, post=post)
        make_snapshot(post, observed_at=NOW + timedelta(hours=hours))

    assert cost(admin_client, timeline_of(post)) == one


def test_raw_and_filtered_stand_side_by_side():
    post = make_post(
        filter_state=FilterState.FILTERED,
        observed_count=10,
        genuine_count=6,
        bot_count=4,
        total_engagement=100,
        genuine_engagement=60.0,
        genuine_low=50.0,
        genuine_high=70.0,
        basis="reach",
        engagement_rate=6.0,
        rate_low=5.0,
        rate_high=7.0,
        raw_rate=10.0,
    )

    assert figures(post) == [
        ("Engagement", "100", "60 (50–70)"),
        ("Rate", "10.00 % of reach", "6.00 % (5.00–7.00) of reach"),
        ("Seen one by one", "10", "6 genuine, 60 % (31–83)"),
    ]


def test_timeline_leaves_gaps_where_the_platform_told_nothing():
    post = make_post()
    make_snapshot(post, observed_at=NOW, likes=10, comments=None)
    make_snapshot(post, observed_at=NOW + timedelta(hours=24), likes=None, comments=2)

    shown = snapshots(post)

    lines = {line["label"]: line["data"] for line in json.loads(shown["data"])["datasets"]}
    assert lines == {
        "Likes": [{"x": 3.0, "y": 10}, {"x": 4.0, "y": None}],
        "Comments": [{"x": 3.0, "y": None}, {"x": 4.0, "y": 2}],
    }
    assert (shown["unit"], shown["unknown"]) == ("days", ["shares", "reach"])


@pytest.mark.parametrize(("apart", "by"), [(timedelta(hours=2), "hour"), (timedelta(days=9), "day")], ids=str)
def test_arrivals_are_counted_by_verdict_and_slot(apart, by):
    post = make_post()
    make_judged(Verdict.BOT, post=post, occurred_at=NOW)
    make_judged(Verdict.BOT, post=post, occurred_at=NOW)
    make_judged(post=post, occurred_at=NOW + apart)
    make_judged(post=post, occurred_at=None)

    shown = arrivals(post)

    assert (shown["by"], shown["untimed"], shown["names"]) == (by, 1, ["Genuine", "Bot", "AI persona", "Not sure"])
    assert [numbers for _, numbers in shown["table"]] == [[0, 2, 0, 0], [1, 0, 0, 0]]


def test_timeline_lists_who_was_seen_by_verdict(admin_client):
    post = make_post()
    make_judged(post=post, text="said by a person")
    make_judged(Verdict.BOT, post=post, text="said by a bot", score=0.95)

    page = admin_client.get(timeline_of(post), {"verdict": "bot"}).content.decode()

    assert ("said by a bot" in page, "said by a person" in page) == (True, False)


def test_page_of_a_post_leads_to_its_timeline(admin_client):
    post = make_post()

    page = admin_client.get(reverse("admin:engagement_socialmediapost_change", args=[post.pk])).content.decode()

    assert timeline_of(post) in page
