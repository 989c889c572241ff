"""Cut-offs set and given up with one click on the page of health: who may, what is stored, what is told."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from acd.tests.clients import make_user
from engagement.calibration import filter_in_force, model_in_force, propose
from engagement.enums import Verdict
from engagement.filtering.cutoffs import LEAST_DECISIONS
from engagement.models import Calibration
from engagement.tests.test_calibration import decided

pytestmark = pytest.mark.django_db

HEALTH = "/admin/engagement/interaction/health/"
LOOKER = "engagement.view_interaction"
BUTTON, BUTTON_BACK = 'value="calibrate"', 'value="reset"'


def client_of_staff(*permissions):
    client = Client()
    client.force_login(make_user(LOOKER, *permissions, is_staff=True, username="mira"))
    return client


@pytest.fixture
def staff():
    return client_of_staff("engagement.change_calibration")


def do(client, what):
    """Press a button of the page; the page that follows."""
    return client.post(HEALTH, {"do": what}, follow=True).content.decode()


def test_enough_decisions_offer_what_they_come_to_and_one_click_stores_it(staff):
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    proposal = propose(model_in_force())
    before = staff.get(HEALTH).content.decode()

    after = do(staff, "calibrate")

    stored = Calibration.objects.get()
    assert BUTTON in before
    assert f"{proposal.after.bot:.4f}" in before
    assert (stored.bot, stored.people, str(stored.calibrated_by)) == (proposal.after.bot, LEAST_DECISIONS, "mira")
    assert filter_in_force().cut_offs == proposal.after
    assert "by mira from 30 decisions" in after
    assert BUTTON not in after
    assert LogEntry.objects.get().user == stored.calibrated_by


def test_too_few_decisions_offer_nothing_and_a_click_changes_nothing(staff):
    decided(LEAST_DECISIONS - 1, Verdict.GENUINE, 0.97)

    page = do(staff, "calibrate")

    assert "Nothing was changed: 30 decisions that said genuine are needed, and there are 29." in page
    assert BUTTON not in page
    assert not Calibration.objects.exists()


def test_cut_offs_of_the_training_return(staff):
    usual = filter_in_force()
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    do(staff, "calibrate")

    page = do(staff, "reset")
    again = do(staff, "reset")

    assert filter_in_force() == usual
    assert "The cut-offs are the training&#x27;s again." in page
    assert BUTTON_BACK not in page
    assert "already" in again


@pytest.mark.parametrize("what", ["calibrate", "reset"])
def test_whoever_may_only_look_sees_the_proposal_and_no_button(what):
    decided(LEAST_DECISIONS, Verdict.GENUINE, 0.97)
    client = client_of_staff("engagement.change_interaction")

    page = client.get(HEALTH).content.decode()

    assert "By decisions" in page
    assert BUTTON not in page
    assert client.post(HEALTH, {"do": what}).status_code == 403
    assert not Calibration.objects.exists()
