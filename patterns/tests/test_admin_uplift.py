"""The page of what guidance gained: figures, the empty state, links to the posts, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acd.tests.clients import make_user
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_persona
from patterns.admin_uplift import shown, table
from patterns.experiment import uplift
from patterns.tests.factories import make_piece, make_trial

pytestmark = pytest.mark.django_db
PAGE = "/admin/patterns/postperformance/uplift/"


def make_recent_trial(**changes):
    now = timezone.now()
    account = make_account(persona=make_persona(name="<b>Maya</b>"), **changes)
    make_trial(account, n=24, published_at=now - timedelta(days=20), last_synced_at=now - timedelta(days=1))
    return account


def cost(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_page_shows_the_gain_its_picture_and_the_table(admin_client):
    make_recent_trial()

    page = admin_client.get(PAGE).content.decode()

    for words in ("18 and 6", "Randomised", "Observational", "<svg", "&lt;b&gt;Maya", "Nobody drew lots"):
        assert words in page
    assert "<b>Maya" not in page


def test_links_lead_to_the_posts_of_each_arm(admin_client):
    make_recent_trial()
    make_recent_trial(platform="tiktok")

    randomised, observational = shown(uplift(platform="tiktok", now=timezone.now()))["parts"]

    *_, row = randomised["rows"]
    listed = [admin_client.get(url).context["cl"].result_list for _, url in row["arms"]]
    assert [n for n, _ in row["arms"]] == ["18", "6"] == [str(len(rows)) for rows in listed]
    assert [url for row in observational["rows"] for _, url in row["arms"]] == ["", ""]


def test_links_lead_to_the_compared_posts_alone_and_of_what_chance_did_not_decide_as_well(admin_client):
    account = make_recent_trial()
    now = timezone.now()
    # Too young to be compared, and long before the window.
    make_piece(account, "guided", published_at=now - timedelta(hours=9), last_synced_at=now)
    make_piece(account, "guided", published_at=now - timedelta(days=200), last_synced_at=now)
    for guided in (True, False):
        chosen = {"had_advice": False, "guided": guided}
        make_piece(account, "guided", content=chosen, published_at=now - timedelta(days=20), last_synced_at=now)

    parts = shown(uplift(now=now))["parts"]

    arms = [arm for part in parts for row in part["rows"] for arm in row["arms"]]
    assert [n for n, _ in arms] == ["18", "6", "18", "6", "1", "1", "1", "1"]
    assert [str(len(admin_client.get(url).context["cl"].result_list)) for _, url in arms] == [n for n, _ in arms]


def test_page_without_anything_is_unknown_and_not_zero(admin_client):
    page = admin_client.get(PAGE).content.decode()

    assert page.count("Unknown: there are no settled posts") == 2
    assert "0 %" not in page.replace("20 %", "")


def test_what_was_left_out_is_said_in_words():
    account = make_recent_trial()
    account.posts.update(last_synced_at=None)

    assert shown(uplift(now=timezone.now()))["parts"][0]["left_out"] == ["24 too young to be settled"]


def test_gains_stand_on_the_axis_and_in_the_file(admin_client):
    make_recent_trial()
    found = uplift(now=timezone.now())

    file = admin_client.get(PAGE, {"format": "csv"}).content.decode()

    (overall, maya) = shown(found)["parts"][0]["rows"]
    assert (overall["tone"], maya["tone"]) == ("gain", "gain")
    assert 120 < overall["line"].low < overall["line"].at < overall["line"].high <= 230
    assert [row["design"] for row in table(found)] == ["randomised", "randomised", "observational"]
    assert file.count("randomised,") == 2
    assert str(found.randomised.overall.percent)[:6] in file


def test_page_costs_the_same_at_one_and_three_personas(admin_client):
    make_recent_trial()
    admin_client.get(PAGE)
    one = cost(admin_client, PAGE)

    for _ in range(2):
        make_recent_trial()

    assert cost(admin_client, PAGE) == one


def test_page_of_an_unknown_platform_is_not_there(admin_client):
    assert admin_client.get(PAGE, {"platform": "myspace"}).status_code == 404


def test_page_is_closed_without_permission():
    client = Client()
    client.force_login(make_user(is_staff=True))

    assert client.get(PAGE).status_code == 403
