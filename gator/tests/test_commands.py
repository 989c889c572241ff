"""The commands of the project: what they do, what they say under --json, and how they fail."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from acd.enums import Grade
from engagement.enums import Platform
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.schedules import DEFAULTS
from gator.studio.enums import PersonaStatus
from gator.studio.tests.factories import make_persona
from patterns.models import Extraction
from patterns.tests.factories import make_evidence

pytestmark = pytest.mark.django_db
NAMES = [schedule.name for schedule in DEFAULTS]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(name, *args):
    return json.loads(run(name, *args, "--json"))


def test_generate_content_for_one_persona():
    account = make_account()
    make_account()

    result = run_json("generate_content", "--persona", account.persona.slug, "--seed", "1")

    post = SocialMediaPost.objects.get()
    assert result["failed"] == []
    assert [(row["account"], row["post"]) for row in result["planned"]] == [(str(account), post.pk)]
    assert post.account == account


def test_generate_content_for_all_active_personas():
    accounts = [make_account(), make_account(platform=Platform.TIKTOK)]
    make_account(persona=make_persona(status=PersonaStatus.PAUSED))

    run("generate_content", "--all", "--count", "2", "--seed", "1")

    assert sorted(SocialMediaPost.objects.values_list("account", flat=True)) == sorted(
        account.pk for account in accounts for _ in range(2)
    )


def test_generate_content_on_one_platform():
    make_account()
    wanted = make_account(platform=Platform.TIKTOK)

    run("generate_content", "--all", "--platform", "tiktok", "--seed", "1")

    assert [post.account for post in SocialMediaPost.objects.all()] == [wanted]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Name a persona with --persona SLUG, or say --all."),
        (("--all", "--persona", "maya"), "Name a persona with --persona SLUG, or say --all."),
        (("--persona", "nobody"), "No working account of an active persona fits"),
        (("--all", "--count", "0"), "--count: give a number from 1 to 100."),
        (("--all", "--count", "101"), "--count: give a number from 1 to 100."),
    ],
    ids=["nothing", "both", "unknown", "none wanted", "too many"],
)
def test_generate_content_says_what_is_wrong(args, message):
    make_account()

    with pytest.raises(CommandError, match=message):
        run("generate_content", *args)

    assert not SocialMediaPost.objects.exists()


@pytest.mark.parametrize("as_json", [True, False])
def test_generate_content_fails_when_a_generation_failed_and_goes_on(as_json):
    broken = make_account(persona=make_persona(themes=["miracle cure"]), platform=Platform.FACEBOOK)
    fine = make_account()
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 2 generations failed") as failure:
        call_command("generate_content", "--all", "--seed", "1", *["--json"] * as_json, stdout=out, stderr=StringIO())

    assert failure.value.returncode == 1
    assert [post.account for post in SocialMediaPost.objects.all()] == [fine]
    if as_json:
        assert [row["account"] for row in json.loads(out.getvalue())["failed"]] == [str(broken)]
    else:
        assert f"{broken}: failed (The theme 'miracle cure'" in out.getvalue()


def test_generate_content_tells_an_account_that_takes_no_kind_of_the_generator_and_goes_on():
    business = make_account(platform=Platform.TIKTOK, flavour="business")
    fine = make_account()
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 2 generations failed"):
        call_command("generate_content", "--all", "--seed", "1", stdout=out, stderr=StringIO())

    assert [post.account for post in SocialMediaPost.objects.all()] == [fine]
    assert f"{business}: failed (The template generator makes image for tiktok" in out.getvalue()


def test_equal_seeds_generate_equal_pieces():
    make_account()

    for _ in range(2):
        run("generate_content", "--all", "--seed", "5")

    first, second = SocialMediaPost.objects.order_by("pk")
    assert first.caption == second.caption


def test_ensure_admin_tells_a_password_that_works_once(client):
    result = run_json("ensure_admin")

    assert client.login(username=result["username"], password=result["password"])
    assert User.objects.get().is_superuser
    assert run_json("ensure_admin") == {"address": result["address"], "username": "admin"}
    assert result["password"] not in run("ensure_admin")


def test_ensure_admin_keeps_the_superuser_there_is():
    User.objects.create_superuser("ana", password="x")

    told = run("ensure_admin")

    assert "Log in as ana. Forgotten: python manage.py changepassword ana" in told
    assert list(User.objects.values_list("username", flat=True)) == ["ana"]


def test_ensure_admin_takes_no_account_over():
    User.objects.create_user("admin", password="x")

    with pytest.raises(CommandError, match="“admin” exists and may not administer"):
        run("ensure_admin")

    assert not User.objects.get().is_superuser


def test_setup_schedules_creates_once():
    assert run_json("setup_schedules") == {"created": NAMES, "kept": []}
    assert run_json("setup_schedules") == {"created": [], "kept": NAMES}
    assert run("setup_schedules").splitlines()[0] == "Publish due posts: kept (every 1 min)"


def test_setup_schedules_keeps_what_staff_switched_off():
    run("setup_schedules")
    PeriodicTask.objects.filter(name=NAMES[0]).update(enabled=False)

    run("setup_schedules")

    assert not PeriodicTask.objects.get(name=NAMES[0]).enabled


def test_extract_patterns_grades_and_extracts():
    account, now = make_account(), timezone.now()
    moments = {"last_synced_at": now - timedelta(days=1), "measured_at": now - timedelta(days=1)}
    for number in range(30):
        good = number % 2 == 0
        make_evidence(
            account,
            tags=["good"] if good else ["plain"],
            engagement_rate=(8.0 if good else 4.0) + number % 5 / 10,
            published_at=now - timedelta(days=20, hours=number),
            **moments,
        )

    told = run("extract_patterns")

    assert SocialMediaPost.objects.filter(grade=Grade.GOOD).count() == 15
    assert "30 posts graded." in told
    assert "  Repeat: #good on Instagram: +" in told
    assert run("extract_patterns").splitlines() == ["0 posts graded.", "Nothing new to learn from."]
    SocialMediaPost.objects.update(measured_at=timezone.now())
    result = run_json("extract_patterns", "--days", "60")
    assert [row["claimed"] for row in result["extractions"]] == [2]
    assert Extraction.objects.count() == 2


@pytest.mark.parametrize("days", ["0", "-1", "32001"])
def test_extract_patterns_refuses_impossible_windows(days):
    with pytest.raises(CommandError, match="give a number of days from 1 to 32000"):
        run("extract_patterns", "--days", days)


@pytest.mark.parametrize(
    "name", ["generate_content", "ensure_admin", "setup_schedules", "extract_patterns", "insights", "demo"]
)
def test_every_command_says_what_it_does(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        call_command(name, "--help")

    told = capsys.readouterr().out
    assert "--json" in told
    assert len(told.split("\n\n")[1]) > 40
