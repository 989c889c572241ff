"""Keys that a query is given as one value."""

import pytest

from engagement.keys import these, these_texts
from engagement.models import Interaction, SocialMediaPost
from engagement.tests.factories import make_account, make_interaction, make_post

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wanted", [(), (0,), (2, 0), (0, 1, 2, 0)])
def test_rows_of_the_given_keys_are_found_each_once(wanted):
    account = make_account()
    posts = [make_post(account=account) for _ in range(3)]
    rows = [make_interaction(post) for post in posts]
    keys = [posts[place].pk for place in wanted]

    found = SocialMediaPost.objects.filter(pk__in=these(keys)).order_by("pk")
    beneath = Interaction.objects.filter(post__in=these(keys)).order_by("pk")

    assert list(found) == [posts[place] for place in sorted(set(wanted))]
    assert list(beneath) == [rows[place] for place in sorted(set(wanted))]


@pytest.mark.parametrize("wanted", [(), ("a",), ("b", "it's", "b", "no")])
def test_rows_of_the_given_texts_are_found_each_once(wanted):
    rows = [make_interaction(make_post(), fingerprint=mark) for mark in ("a", "b", "it's")]

    found = Interaction.objects.filter(fingerprint__in=these_texts(wanted)).order_by("pk")

    assert list(found) == [row for row in rows if row.fingerprint in wanted]


def test_rows_of_the_given_keys_can_be_locked():
    post = make_post()

    assert SocialMediaPost.objects.select_for_update().get(pk__in=these([post.pk, 2**63 - 1])) == post
