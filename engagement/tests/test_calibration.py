"""Staff's decisions move the cut-offs of this installation, and `--reset` takes them back."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.calibration import filter_in_force, model_in_force, propose, put_in_force, rates_of
from engagement.enums import Verdict
from engagement.filtering.cutoffs import LEAST_DECISIONS
from engagement.filtering.model import SHIPPED, load_model
from engagement.models import Calibration, Decision, Interaction
from engagement.tests.factories import make_interaction, make_post
from engagement.tests.test_commands import run

pytestmark = pytest.mark.django_db


def decided(number: int, verdict: str, score: float, version: str = SHIPPED) -> None:
    """So many interactions of one post that a person judged, at this score of the filter."""
    post = make_post()
    for _ in range(number):
        row = make_interaction(post, score=score, verdict=Verdict.UNSURE, model_version=version, override=verdict)
        Decision.objects.create(interaction=row, verdict=verdict, score=score, model_version=version)


def test_people_whom_the_filter_doubted_raise_the_cut_off():
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    usual = model_in_force().cut_offs(0.02)

    put_in_force(propose(model_in_force()), by=None, now=NOW)

    assert filter_in_force().cut_offs.bot > usual.bot


@pytest.mark.parametrize(
    ("number", "verdict", "version"),
    [
        (LEAST_DECISIONS - 1, Verdict.GENUINE, SHIPPED),
        (LEAST_DECISIONS, Verdict.BOT, SHIPPED),
        (LEAST_DECISIONS, Verdict.PERSONA, SHIPPED),
        (LEAST_DECISIONS, Verdict.GENUINE, "layers-0"),
    ],
    ids=["too few", "bots only", "personas are no people", "of another model"],
)
def test_too_few_people_leave_the_cut_offs_of_the_training(number, verdict, version):
    decided(number, verdict, 0.97, version)

    out = run("calibrate_filter")

    assert "the cut-offs of the training stand. Nothing was stored." in out
    assert not Calibration.objects.exists()


def test_calibrate_filter_stores_who_and_what_and_reset_takes_it_back():
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    decided(3, Verdict.BOT, 0.99)
    User.objects.create(username="mira")
    usual = filter_in_force()

    run("calibrate_filter", "--dry-run")
    after_dry_run = Calibration.objects.count()
    run("calibrate_filter", "--by", "mira")
    stored = Calibration.objects.get()
    run("calibrate_filter", "--reset")

    assert after_dry_run == 0
    assert (stored.decisions, stored.people, stored.share) == (LEAST_DECISIONS + 3, LEAST_DECISIONS, 0.02)
    assert (stored.model_version, stored.calibrated_by) == (SHIPPED, User.objects.get())
    assert filter_in_force() == usual


def test_calibrate_filter_refuses_a_user_who_is_not_there():
    with pytest.raises(CommandError, match="there is no user 'nobody'"):
        run("calibrate_filter", "--by", "nobody")


def test_proposal_counts_the_verdicts_between_the_cut_offs():
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    before = propose(model_in_force())
    middle = (before.before.bot + before.after.bot) / 2
    make_interaction(make_post(), score=middle, verdict=Verdict.BOT, model_version=SHIPPED)
    make_interaction(make_post(), score=middle, verdict=Verdict.PERSONA, model_version=SHIPPED)

    after = propose(model_in_force())

    assert after.within == before.within + 1


def test_cut_offs_of_the_installation_make_the_verdicts():
    row = make_interaction(make_post(), text="Check my profile and earn money fast, text me on telegram now")
    assess_posts([row.post], now=NOW)
    before = Interaction.objects.get().verdict
    Calibration.objects.create(model_version=SHIPPED, bot=1.0, genuine=1.0, share=0.02, decisions=40, people=40)

    assess_posts([row.post], now=NOW)

    assert (before, Interaction.objects.get().verdict) == (Verdict.BOT, Verdict.GENUINE)


@pytest.mark.parametrize("has_news", [False, True], ids=["nothing new", "a new comment"])
def test_cut_offs_are_asked_for_once_and_only_where_something_is_judged(has_news, django_assert_max_num_queries):
    posts = [make_interaction(make_post()).post for _ in range(3)]
    assess_posts(posts, now=NOW)
    for post in posts if has_news else []:
        make_interaction(post)

    with django_assert_max_num_queries(100) as captured:
        assess_posts(posts, now=NOW, only_new=True)

    asked = [one for one in captured.captured_queries if "engagement_calibration" in one["sql"]]
    assert len(asked) == has_news


# How often it is wrong


def test_estimates_go_by_the_rates_that_the_model_carries():
    measured = load_model().error_rates

    rates = rates_of(load_model())

    assert measured is not None
    assert (rates.false_accusations, rates.recall) == (measured.false_accusations, measured.recall)


def test_model_that_does_not_tell_how_often_it_is_wrong_is_refused():
    with pytest.raises(ValueError, match="train it anew"):
        rates_of(replace(load_model(), error_rates=None))
