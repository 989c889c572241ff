"""What a person who asks is told: everything that is stored of them, and nothing of anybody else."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from acd.tests.factories import NOW
from engagement.erasure import erase_person
from engagement.models import WebhookDelivery
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_interaction, make_post

pytestmark = pytest.mark.django_db
ANA = author_key("instagram", "4711")


def show(*arguments: str) -> str:
    out = StringIO()
    call_command("show_author", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def _stored():
    post = make_post()
    make_interaction(post, author_key=ANA, text="Lovely figs", verdict="genuine", author_signals={"handle_digits": 2})
    make_interaction(post, text="Somebody else")
    for number, body in enumerate(('{"who": "4711"}', '{"who": "4712"}')):
        digest = f"{number:064x}"
        WebhookDelivery.objects.create(platform="instagram", digest=digest, state="unknown", body=body, happened_at=NOW)


@pytest.mark.usefixtures("_stored")
@pytest.mark.parametrize("who", [("--platform", "instagram", "--author", "4711"), ("--key", ANA)], ids=["id", "key"])
def test_person_is_told_everything_that_is_stored_of_them(who):
    told = json.loads(show(*who, "--json"))

    assert [row["text"] for row in told["interactions"]] == ["Lovely figs"]
    assert told["interactions"][0]["author_signals"] == {"handle_digits": 2}
    assert ([row["body"] for row in told["events"]], told["erased_at"]) == (['{"who": "4711"}'], None)


@pytest.mark.usefixtures("_stored")
def test_person_is_told_in_a_line_for_each():
    assert show("--platform", "instagram", "--author", "4711") == (
        "2026-11-20 instagram comment: genuine (Lovely figs)\n1 interactions and 1 pushed events are stored.\n"
    )


def test_person_who_was_erased_is_told_that_they_are_kept_out():
    erase_person("instagram", "4711", now=NOW)

    assert "They were erased on 2026-11-20 and are kept out." in show("--platform", "instagram", "--author", "4711")


@pytest.mark.parametrize("who", [(), ("--key", "short"), ("--platform", "instagram")], ids=["nobody", "key", "no id"])
def test_nobody_named_is_refused(who):
    with pytest.raises(CommandError):
        show(*who)
