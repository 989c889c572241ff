"""Erasing people in the admin: who may, what is told, and that the log keeps nothing of them."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from acd.tests.clients import make_user
from acd.tests.factories import NOW
from engagement.erasure import erase_person
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_interaction, make_post

pytestmark = pytest.mark.django_db
ANA = author_key("instagram", "4711")
ADD = "admin:engagement_erasedauthor_add"


@pytest.fixture
def row():
    post = make_post()
    make_interaction(post)
    make_interaction(post, author_key=ANA)
    return make_interaction(post, author_key=ANA)


@pytest.fixture
def sign_in(client):
    def enter(*permissions):
        client.force_login(make_user(*permissions, is_staff=True))
        return client

    return enter


def press(client, row):
    url = reverse("admin:engagement_interaction_erase_author_here", args=[row.pk])
    return client.post(url, {"_form_submitted": "on"})


def log():
    return [f"{one.object_repr} {one.change_message} {one.object_id}" for one in LogEntry.objects.all()]


def test_author_of_a_comment_is_erased_with_everything_they_did(sign_in, row):
    client = sign_in("engagement.view_interaction", "engagement.erase_author")

    answer = press(client, row)

    receipt = ErasureReceipt.objects.get()
    assert answer["HX-Redirect"] == reverse("admin:engagement_interaction_changelist")
    assert (Interaction.objects.count(), ErasedAuthor.objects.get().author_key) == (1, ANA)
    assert log() == [f"{receipt} Erased a person. {receipt.pk}"]
    assert "2 interactions on 1 posts are gone" in client.get(answer["HX-Redirect"]).content.decode()


def test_erasing_needs_its_own_permission(sign_in, row):
    client = sign_in("engagement.view_interaction", "engagement.change_interaction", "engagement.add_erasedauthor")

    press(client, row)
    added = client.post(reverse(ADD), {"platform": "instagram", "author_id": "4711"})

    assert (Interaction.objects.count(), ErasedAuthor.objects.count(), added.status_code) == (3, 0, 403)


def test_comment_of_nobody_known_cannot_be_erased(admin_client):
    unknown = make_interaction(make_post(), author_key="")

    answer = press(admin_client, unknown)

    page = admin_client.get(answer["HX-Redirect"]).content.decode()
    assert (Interaction.objects.count(), "Nobody knows who this was" in page) == (1, True)


def test_own_account_cannot_be_erased(admin_client, row):
    user_id = row.post.account.platform_user_id
    own = make_interaction(row.post, author_key=author_key("instagram", user_id))

    press(admin_client, own)
    form = admin_client.post(reverse(ADD), {"platform": "instagram", "author_id": user_id})

    assert (Interaction.objects.count(), ErasedAuthor.objects.count()) == (4, 0)
    assert "an account that Gator runs" in form.content.decode()


def test_person_is_erased_by_their_id(sign_in, row):
    client = sign_in("engagement.view_erasedauthor", "engagement.erase_author")

    page = client.post(reverse(ADD), {"platform": "instagram", "author_id": " 4711 "}, follow=True).content.decode()

    receipt = ErasureReceipt.objects.get()
    assert (Interaction.objects.count(), ErasedAuthor.objects.get().author_key) == (1, ANA)
    assert ("2 interactions on 1 posts are gone" in page, "4711" in page) == (True, False)
    assert log() == [f"{receipt} Erased a person. {receipt.pk}"]


def test_person_who_was_erased_before_may_be_erased_again(admin_client, row):
    erase_person("instagram", "4711", now=NOW)

    answer = admin_client.post(reverse(ADD), {"platform": "instagram", "author_id": "4711"}, follow=True)

    assert (answer.status_code, ErasedAuthor.objects.count()) == (200, 1)


def test_name_of_an_interaction_in_the_log_tells_nothing_of_its_author(row):
    row.platform_id = f"like:{ANA}"

    assert ANA not in str(row)
