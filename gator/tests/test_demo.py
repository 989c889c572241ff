"""The whole loop against the sandbox over real HTTP, some days long: every station, and the same figures every time."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from acd.models import ACDContext
from acd.tests.factories import make_context
from engagement.models import SocialAccount, SocialMediaPost
from engagement.tests.factories import make_account, make_post
from gator.studio.models import Content, Persona
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db
# What differs from run to run: how long it took, and when it was.
PASSING = ("seconds", "start", "end")
# Lessons are learned every seventh day; fewer posts teach nothing that is certain.
DAYS = 29


@pytest.fixture(autouse=True)
def _development(settings, tmp_path):
    settings.DEBUG = True
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path


def live(days=DAYS, seed=7):
    out = StringIO()
    call_command("demo", "--json", "--days", str(days), "--seed", str(seed), stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def figures(result):
    return {name: value for name, value in result.items() if name not in PASSING}


def rows():
    return [model.objects.count() for model in (Persona, SocialAccount, Content, SocialMediaPost, ACDContext)]


def test_demo_shows_every_station():
    first = live()

    assert first["generate"]["runs"] > 100
    assert first["generate"]["traces"] == sum(first["generate"]["failures"].values()) > 0
    assert set(first["publish"]["by_platform"]) == {"instagram", "facebook", "twitter", "tiktok"}
    assert first["sync"]["snapshots"] > first["generate"]["runs"]
    assert all(first["filter"]["verdicts"][name] for name in ("genuine", "bot", "persona"))
    assert first["filter"]["precision"]["low"] > 0.9
    assert first["filter"]["recall"]["share"] > 0.5
    assert sum(first["grade"]["grades"].values()) > 20
    assert sum(first["grade"]["ratings"].values()) == 16
    assert first["extract"]["failures"]
    assert first["extract"]["patterns"]
    assert first["inform"]["contents_that_used_patterns"] > 0
    assert first["inform"]["uplift"]["design"] == "randomised"
    assert "posts with guidance" in first["inform"]["uplift"]["says"]
    assert first["uncertain"]["posts_still_provisional"] > 0
    assert first["lineage"]["rests_on"]["posts"] >= 5


def test_demo_lived_again_tells_the_same_and_removes_only_what_it_had_made():
    kept = make_post(content=make_content(context=make_context()))

    first = live(days=2)
    after_first = rows()
    second = live(days=2)

    assert figures(second) == figures(first)
    assert rows() == after_first
    assert SocialMediaPost.objects.filter(pk=kept.pk, content=kept.content, context=kept.context).exists()


def test_demo_of_one_day_says_that_nothing_is_certain():
    out = StringIO()

    call_command("demo", "--days", "1", stdout=out, stderr=StringIO())

    assert "starts from nothing that is certain yet." in out.getvalue()


def test_demo_of_another_seed_takes_the_place_of_the_first():
    live(days=1)
    before = rows()

    other = live(days=1, seed=8)

    assert other["seed"] == 8
    assert rows()[:2] == before[:2]


def test_demo_leaves_a_persona_of_the_same_name_alone():
    account = make_account(persona=make_persona(slug="maya"))

    with pytest.raises(CommandError, match="is not the demo's"):
        live(days=1)

    assert list(SocialAccount.objects.all()) == [account]


def test_demo_runs_on_a_development_installation_only(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="development installation only"):
        live()


@pytest.mark.parametrize("days", [0, 366])
def test_demo_refuses_impossible_lengths(days):
    with pytest.raises(CommandError, match="--days: give a number of days from 1 to 365"):
        live(days=days)


def test_demo_refuses_a_day_that_is_none():
    with pytest.raises(CommandError, match="'2026-99-99' is no day: write it like 2026-11-22"):
        call_command("demo", "--until", "2026-99-99", stderr=StringIO())
