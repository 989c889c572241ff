"""Opt-outs that a program posts, and the receipts it may read."""

import pytest

from acd.tests.clients import client_with, complaints
from acd.tests.factories import NOW
from engagement.erasure import erase_person
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_interaction, make_post

pytestmark = pytest.mark.django_db
ANA = author_key("instagram", "4711")
ADDRESS = "/api/v1/erasures/"


@pytest.fixture
def row():
    post = make_post()
    make_interaction(post)
    return make_interaction(post, author_key=ANA)


@pytest.fixture
def client():
    return client_with("engagement.erase_author")


@pytest.mark.parametrize("by", ["id", "interaction"])
def test_person_is_erased_and_the_receipt_names_nobody(client, row, by):
    body = {"interaction": row.pk} if by == "interaction" else {"platform": "instagram", "author_id": "4711"}

    response = client.post(ADDRESS, body, format="json")

    assert (response.status_code, response.json()["interactions"]) == (201, 1)
    assert (Interaction.objects.count(), ErasedAuthor.objects.get().author_key) == (1, ANA)
    assert [secret for secret in ("4711", ANA) if secret in response.content.decode()] == []


def test_erasing_again_says_that_nothing_was_left(client, row):
    erase_person("instagram", "4711", now=NOW)

    response = client.post(ADDRESS, {"platform": "instagram", "author_id": "4711"}, format="json")

    assert (response.status_code, response.content, ErasureReceipt.objects.count()) == (200, b"", 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"platform": "instagram"}, "non_field_errors"),
        ({"author_id": "4711"}, "non_field_errors"),
        ({"platform": "instagram", "author_id": "4711", "interaction": 10**9}, "interaction"),
        ({"platform": "myspace", "author_id": "4711"}, "platform"),
        ({"platform": "instagram", "author_id": " "}, "author_id"),
        ({"interaction": 10**9}, "interaction"),
        ({"platform": "instagram", "author_id": "4711", "reason": "asked"}, "reason"),
    ],
    ids=["nobody", "no id", "no platform", "both", "unknown platform", "empty id", "unknown row", "unknown field"],
)
def test_request_that_names_nobody_is_refused(client, row, body, field):
    response = client.post(ADDRESS, body, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert Interaction.objects.count() == 2


def test_interaction_of_nobody_known_is_refused(client):
    unknown = make_interaction(make_post(), author_key="")

    response = client.post(ADDRESS, {"interaction": unknown.pk}, format="json")

    assert (response.status_code, list(complaints(response))) == (400, ["interaction"])


def test_own_account_is_refused(client, row):
    body = {"platform": "instagram", "author_id": row.post.account.platform_user_id}

    response = client.post(ADDRESS, body, format="json")

    assert (response.status_code, ErasedAuthor.objects.count()) == (400, 0)
    assert "an account that Gator runs" in str(complaints(response))


def test_receipts_are_listed_for_who_may_view_them():
    erase_person("instagram", "4711", now=NOW)

    response = client_with("engagement.view_erasurereceipt").get(ADDRESS)

    assert [one["interactions"] for one in response.json()["results"]] == [0]
