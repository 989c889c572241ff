"""What guidance gained through the REST API."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.utils import timezone

from acd.tests.clients import client_with, complaints
from engagement.tests.factories import make_account
from patterns.experiment import Gain
from patterns.tests.factories import make_trial

pytestmark = pytest.mark.django_db
UPLIFT = "/api/v1/insights/uplift/"


@pytest.fixture
def viewer():
    return client_with("patterns.view_pattern")


def make_recent_trial():
    """Twenty-four posts of the last month on a new account."""
    now, account = timezone.now(), make_account()
    make_trial(account, n=24, published_at=now - timedelta(days=20), last_synced_at=now - timedelta(days=1))
    return account


def test_uplift_labels_both_designs_and_warns_of_the_observational(viewer):
    account = make_recent_trial()

    shown = viewer.get(UPLIFT).json()

    randomised, observational = shown["randomised"], shown["observational"]
    assert (randomised["design"], observational["design"]) == ("randomised", "observational")
    assert (randomised["warning"], observational["warning"][:6]) == ("", "Nobody")
    assert set(randomised["overall"]) == {field.name for field in fields(Gain)}
    assert (randomised["overall"]["guided"], randomised["overall"]["control"]) == (18, 6)
    assert randomised["overall"]["low"] < randomised["overall"]["percent"] < randomised["overall"]["high"]
    assert [gain["persona"] for gain in randomised["personas"]] == [account.persona.slug]
    assert observational["overall"]["percent"] is None


def test_uplift_is_of_all_or_of_those_named(viewer):
    account = make_recent_trial()
    make_recent_trial()

    def counted(**named):
        return viewer.get(UPLIFT, named).json()["randomised"]["overall"]["guided"]

    assert [counted(), counted(persona=account.persona.slug), counted(platform="tiktok"), counted(days=5)] == [
        36,
        18,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ({"persona": "nobody"}, "persona"),
        ({"platform": "x"}, "platform"),
        ({"days": "0"}, "days"),
        ({"day": "1"}, "day"),
    ],
)
def test_uplift_with_a_bad_parameter_is_refused_by_name(viewer, named, field):
    response = viewer.get(UPLIFT, named)

    assert (response.status_code, list(complaints(response))) == (400, [field])


def test_uplift_needs_the_permission_to_see_patterns():
    assert client_with("engagement.view_socialmediapost").get(UPLIFT).status_code == 403


@pytest.mark.parametrize("accounts", [1, 3])
def test_uplift_costs_two_queries(viewer, django_assert_num_queries, accounts):
    for _ in range(accounts):
        make_recent_trial()

    with django_assert_num_queries(2):
        viewer.get(UPLIFT)
