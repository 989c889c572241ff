"""Judging all again goes on where it was stopped, and a filter is tried on a copy that nobody sees."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.db import connection

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.calibration import filter_in_force
from engagement.enums import Verdict
from engagement.filtering.model import MODELS, SHIPPED, load_model
from engagement.models import Calibration, Interaction, SocialMediaPost
from engagement.reassessing import steps
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything
from gator.management.commands.assess_interactions import INTERRUPTED
from gator.tests.test_commands import run, run_json
from gator.tests.test_forgetting import build, told
from gator.trial import attempt
from patterns.models import Extraction, Pattern

SPAM = "Check my profile and earn money fast, text me on telegram now and win a prize"


def make_posts(number: int) -> list[SocialMediaPost]:
    """Posts of one account, the newest first in the table, each with a comment of a fan and one of a bot."""
    account = make_account()
    posts = [make_post(account=account, published_at=NOW - timedelta(days=3 + n), likes=20) for n in range(number)]
    for post in posts:
        make_interaction(post)
        make_interaction(post, text=SPAM)
    return posts


def other_model(tmp_path: Path, *, harsher: bool = True) -> str:
    """The shipped model under another name; where it is harsher, it takes everybody it can read for a bot."""
    stored = json.loads((MODELS / f"{SHIPPED}.json").read_text())
    stored["version"] = "other-1"
    if harsher:
        stored["stack"]["read"]["intercept"] += 8
    path = tmp_path / "other.json"
    path.write_text(json.dumps(stored))
    return str(path)


@pytest.mark.django_db(transaction=True)
def test_naming_nothing_is_an_error_but_for_a_look_at_everything(tmp_path):
    make_posts(2)

    with pytest.raises(CommandError, match="Say which posts"):
        run("assess_interactions")
    told = run_json("assess_interactions", "--model", other_model(tmp_path), "--dry-run")

    assert (told["posts"], told["model"]) == (2, "other-1")


@pytest.mark.django_db
def test_assess_all_leaves_out_what_the_filter_in_force_has_judged():
    make_posts(2)

    first, second, again = (run_json("assess_interactions", "--all", *more) for more in ([], [], ["--again"]))

    assert [one["assessed"] for one in (first, second, again)] == [2, 0, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["model", "cut-offs", "interaction", "edited"])
def test_assess_all_judges_what_the_filter_in_force_has_not(change, settings, tmp_path):
    post, _ = make_posts(2)
    run("assess_interactions", "--all")
    if change == "model":
        settings.FILTER_MODEL = other_model(tmp_path)
    elif change == "cut-offs":
        cut_offs = {"bot": 0.9, "genuine": 0.3, "share": 0.02, "decisions": 40, "people": 30}
        Calibration.objects.create(model_version=SHIPPED, **cut_offs)
    elif change == "interaction":
        make_interaction(post)
    else:
        Interaction.objects.filter(post=post).update(verdict="", model_version="")

    result = run_json("assess_interactions", "--all")

    assert result["assessed"] == (2 if change in {"model", "cut-offs"} else 1)
    assert set(Interaction.objects.values_list("model_version", flat=True)) == {result["model"]}


@pytest.mark.django_db
def test_purged_texts_do_not_wait_for_another_model(settings, tmp_path):
    make_posts(1)
    run("assess_interactions", "--all")
    Interaction.objects.update(text="", text_purged_at=NOW)
    settings.FILTER_MODEL = other_model(tmp_path)

    results = [run_json("assess_interactions", "--all") for _ in range(2)]

    assert [one["assessed"] for one in results] == [1, 0]
    assert set(Interaction.objects.values_list("model_version", flat=True)) == {SHIPPED}


@pytest.mark.django_db
def test_steps_go_from_the_oldest_post_and_divide_by_what_lies_under_them():
    posts = make_posts(3)
    undated = make_post(account=posts[0].account, published_at=None, status="draft", platform_post_id=None)
    crowd = [Interaction(post=post, platform_id=f"crowd-{n}", kind="comment") for post in posts for n in range(2498)]
    Interaction.objects.bulk_create(crowd, batch_size=1000)

    divided = steps(SocialMediaPost.objects.all())

    # Two posts of 2,500 are a step of five thousand; a third would make it more.
    oldest_first = [post.pk for post in reversed(posts)]
    assert divided == [oldest_first[:2], [oldest_first[2], undated.pk]]


@pytest.mark.django_db
def test_assessment_interrupted_within_a_step_leaves_whole_steps_and_goes_on():
    posts = make_posts(400)
    newest = make_post(account=posts[0].account, pk=987_654_321, published_at=NOW - timedelta(days=2), likes=20)
    make_interaction(newest)

    def interrupt(execute, sql, params, many, context):
        if sql.startswith('UPDATE "engagement_socialmediapost"') and str(newest.pk) in str(params):
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(interrupt),
        pytest.raises(CommandError, match="Interrupted after 400 of 401 posts") as caught,
    ):
        run("assess_interactions", "--all")
    judged = set(SocialMediaPost.objects.exclude(judged_by="").values_list("pk", flat=True))
    verdicts = set(Interaction.objects.exclude(verdict="").values_list("post", flat=True))

    rest = run_json("assess_interactions", "--all")

    assert caught.value.returncode == INTERRUPTED
    assert judged == verdicts == {post.pk for post in posts}
    assert [item["post"] for item in rest["items"]] == [newest.pk]


@pytest.mark.django_db
def test_model_without_dry_run_says_how_to_switch():
    with pytest.raises(CommandError, match="set FILTER_MODEL"):
        run("assess_interactions", "--all", "--model", SHIPPED)


@pytest.mark.django_db
def test_unknown_model_names_those_there_are():
    with pytest.raises(CommandError, match=f"Give one of .*{SHIPPED}"):
        run("assess_interactions", "--all", "--dry-run", "--model", "layers-0")


@pytest.mark.django_db(transaction=True)
def test_dry_run_tells_what_the_switch_then_does_and_changes_nothing(settings, tmp_path):
    build(1, with_ana=True)
    path = other_model(tmp_path)
    before, learned = everything(), told()["patterns"]

    tried = run_json("assess_interactions", "--all", "--dry-run", "--model", path)

    assert everything() == before
    assert told()["patterns"] == learned
    verdicts = dict(Interaction.objects.values_list("pk", "final_verdict"))
    settings.FILTER_MODEL = path
    run("assess_interactions", "--all")
    now = dict(Interaction.objects.values_list("pk", "final_verdict"))
    changed = {pk for pk in now if now[pk] != verdicts[pk]}
    assert tried["changed"] == len(changed) > 0
    assert {pk for one in tried["accounts"] for move in one["moves"] for pk in move["examples"]} <= changed
    assert sum(one["genuine_after"] for one in tried["accounts"]) == pytest.approx(
        sum(post.genuine_engagement or 0 for post in SocialMediaPost.objects.all())
    )
    assert set(tried["patterns"]) == {"appear", "vanish", "change"}


@pytest.mark.django_db(transaction=True)
def test_dry_run_of_the_filter_in_force_changes_no_verdict_and_no_pattern():
    build(2, with_ana=True)

    tried = run_json("assess_interactions", "--all", "--dry-run")

    assert (tried["changed"], tried["patterns"]) == (0, {"appear": [], "vanish": [], "change": []})


@pytest.mark.django_db(transaction=True)
def test_dry_run_tells_the_patterns_that_rest_on_the_verdicts(tmp_path):
    build(3, with_ana=True)
    assert Pattern.objects.active().exists()
    looks = Extraction.objects.count()

    tried = run_json("assess_interactions", "--all", "--dry-run", "--model", other_model(tmp_path))

    assert sum(map(len, tried["patterns"].values())) > 0
    assert Extraction.objects.count() == looks


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="there others never wait for readers")
def test_dry_run_lets_others_write_meanwhile(tmp_path):
    posts = make_posts(2)
    assess_posts(posts, now=NOW)
    name = connection.settings_dict["NAME"]

    def write(waiting):
        for step in waiting:
            other = sqlite3.connect(name, uri=True, timeout=0)
            other.execute("UPDATE engagement_socialmediapost SET likes = likes + 1")
            other.commit()
            other.close()
            yield step

    attempt(SocialMediaPost.objects.all(), filter_in_force(), now=NOW, progress=write)

    assert set(SocialMediaPost.objects.values_list("likes", flat=True)) == {21}


@pytest.mark.django_db(transaction=True)
def test_dry_run_knows_no_text(tmp_path):
    make_posts(1)

    out = run("assess_interactions", "--all", "--dry-run", "--model", other_model(tmp_path))

    assert "telegram" not in out
    assert "Nothing was changed" in out


@pytest.mark.django_db
def test_every_verdict_names_the_model_that_is_configured(settings, tmp_path):
    settings.FILTER_MODEL = other_model(tmp_path)
    posts = make_posts(1)

    assess_posts(posts, now=NOW, only_new=True)

    assert set(Interaction.objects.values_list("model_version", flat=True)) == {"other-1"}
    assert set(Interaction.objects.values_list("verdict", flat=True)) <= {Verdict.BOT, Verdict.UNSURE}
    assert load_model(settings.FILTER_MODEL).version == "other-1"
