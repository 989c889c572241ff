"""Cut-offs that a program reads and sets: who may, what is stored, what it costs."""

import pytest

from acd.tests.clients import client_of, client_with, make_user
from engagement.calibration import filter_in_force, model_in_force, propose
from engagement.enums import Verdict
from engagement.filtering.cutoffs import LEAST_DECISIONS
from engagement.filtering.model import SHIPPED
from engagement.models import Calibration
from engagement.tests.test_calibration import decided

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/calibrations/"
VIEW, CHANGE = "engagement.view_calibration", "engagement.change_calibration"


def stored(version):
    return Calibration.objects.create(model_version=version, bot=0.9, genuine=0.4, decisions=40, people=31, share=0.02)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_one_query(django_assert_num_queries, rows):
    for number in range(rows):
        stored(f"layers-{number}")
    client = client_with(VIEW)

    with django_assert_num_queries(1):
        results = client.get(ADDRESS).json()["results"]

    assert [(one["bot"], one["people"]) for one in results] == [(0.9, 31)] * rows


@pytest.mark.parametrize("number", [1, LEAST_DECISIONS])
def test_proposal_tells_both_cut_offs_in_three_queries(django_assert_num_queries, number):
    decided(number, Verdict.GENUINE, 0.97)
    expected = propose(model_in_force())
    client = client_with(VIEW)

    with django_assert_num_queries(3):
        told = client.get(f"{ADDRESS}proposal/").json()

    assert (told["model_version"], told["people"], told["share"]) == (SHIPPED, number, 0.02)
    assert (told["before"], told["after"]) == (vars(expected.before), vars(expected.after))
    assert not Calibration.objects.exists()


def test_calibrate_puts_the_proposal_in_force_in_the_name_of_the_caller():
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    proposal, mira = propose(model_in_force()), make_user(CHANGE, username="mira")

    response = client_of(mira).post(f"{ADDRESS}calibrate/")

    told = response.json()
    assert (response.status_code, told["bot"], told["calibrated_by"]) == (200, proposal.after.bot, mira.pk)
    assert filter_in_force().cut_offs == proposal.after


def test_calibrate_with_too_few_decisions_is_a_conflict_and_changes_nothing():
    decided(LEAST_DECISIONS - 1, Verdict.GENUINE, 0.97)

    response = client_with(CHANGE).post(f"{ADDRESS}calibrate/")

    assert response.status_code == 409
    assert response.json()["error"]["message"] == "30 decisions that said genuine are needed, and there are 29."
    assert not Calibration.objects.exists()


def test_reset_returns_to_the_training_and_may_be_repeated():
    usual = vars(filter_in_force().cut_offs)
    stored(SHIPPED)
    client = client_with(CHANGE)

    told = [client.post(f"{ADDRESS}reset/").json()["before"] for _ in range(2)]

    assert told == [usual, usual]
    assert not Calibration.objects.exists()


@pytest.mark.parametrize("what", ["calibrate", "reset"])
def test_whoever_may_only_look_changes_nothing(what):
    stored(SHIPPED)

    response = client_with(VIEW).post(f"{ADDRESS}{what}/")

    assert (response.status_code, Calibration.objects.get().bot) == (403, 0.9)
