"""How verdicts and scores stand beside people's word, over counts as the database groups them."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.agreement import SLOTS, Share, agreed, calibration, per_model, wrongly_accused
from engagement.decisions import decide
from engagement.enums import Verdict
from engagement.intervals import known
from engagement.models import Decision
from engagement.tests.factories import make_interaction, make_post


def group(slot, verdict, filter_verdict="unsure", *, n=1, mean=0.5, model="layers-2"):
    return {
        "slot": slot,
        "verdict": verdict,
        "filter_verdict": filter_verdict,
        "model_version": model,
        "n": n,
        "mean": mean,
    }


def test_calibration_counts_bots_by_score_and_weighs_the_mean():
    groups = [group(6, "bot", n=3, mean=0.6), group(6, "genuine", n=1, mean=0.68), group(1, "genuine", n=2, mean=0.1)]

    low, high = calibration(groups)

    assert (low.low, low.n, low.bots) == (0.1, 2, 0)
    assert (high.low, high.high, high.n, high.bots) == (0.6, 0.7, 4, 3)
    assert high.mean == pytest.approx(0.62)
    # Wilson's interval of 3 of 4, as printed by R: prop.test(3, 4, correct = FALSE).
    share = known(high.interval)
    assert (share.low, share.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


@pytest.mark.parametrize(
    ("bots", "n", "fits"),
    [
        pytest.param(1, 4, None, id="too few"),
        pytest.param(6, 10, True, id="as the score says"),
        pytest.param(1, 20, False, id="far fewer bots"),
    ],
)
def test_scores_fit_what_people_said_or_do_not(bots, n, fits):
    (slot,) = calibration([group(6, "bot", n=bots, mean=0.6), group(6, "genuine", n=n - bots, mean=0.6)])

    assert slot.fits is fits


def test_personas_are_neither_bots_nor_people_in_the_calibration():
    assert calibration([group(3, "persona")]) == []


@pytest.mark.parametrize(
    ("groups", "right", "accused"),
    [
        pytest.param([], Share(0, 0), Share(0, 0), id="nothing"),
        pytest.param([group(5, "bot"), group(5, "genuine")], Share(0, 0), Share(0, 1), id="the filter was not sure"),
        pytest.param(
            [group(9, "bot", "bot", n=8), group(9, "genuine", "bot", n=2), group(0, "genuine", "genuine", n=6)],
            Share(14, 16),
            Share(2, 8),
            id="mostly agreed",
        ),
        pytest.param([group(0, "persona", "genuine")], Share(0, 1), Share(0, 0), id="an unknown persona"),
    ],
)
def test_agreement_counts_only_where_the_filter_was_sure(groups, right, accused):
    assert (agreed(groups), wrongly_accused(groups)) == (right, accused)


def test_share_of_nothing_has_no_interval():
    assert Share(0, 0).interval is None


def test_decisions_are_counted_by_model():
    groups = [group(1, "bot", model="a", n=2), group(2, "bot", model="b", n=5), group(3, "bot", model="a", n=1)]

    assert per_model(groups) == [("b", 5), ("a", 3)]


@pytest.mark.django_db
@pytest.mark.parametrize(("score", "slot"), [(0.0, 0), (0.0999, 0), (0.55, 5), (0.9, 9), (1.0, 9)])
def test_scores_fall_into_their_slot_in_the_database(score, slot):
    row = make_interaction(make_post(), verdict=Verdict.UNSURE, score=score)
    decide(row, Verdict.BOT, by=None, now=NOW)

    found = list(Decision.objects.newest().made_since(NOW - timedelta(days=1)).per_score(SLOTS))

    assert [(one["slot"], one["n"], one["mean"]) for one in found] == [(slot, 1, score)]


@pytest.mark.django_db
def test_only_the_newest_decision_that_was_not_taken_back_is_counted():
    row, back = (make_interaction(make_post(), verdict=Verdict.UNSURE, score=0.6) for _ in range(2))
    for verdict in (Verdict.BOT, Verdict.GENUINE):
        decide(row, verdict, by=None, now=NOW)
    for said in (Verdict.BOT, ""):
        decide(back, said, by=None, now=NOW)

    found = list(Decision.objects.newest().per_score(SLOTS))

    assert [(one["verdict"], one["n"]) for one in found] == [(Verdict.GENUINE, 1)]
