"""The review queue, the history of decisions, and what both do with strangers' words."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acd.tests.clients import make_user
from acd.tests.factories import NOW
from engagement.admin import interactions
from engagement.calibration import filter_in_force
from engagement.decisions import decide
from engagement.enums import Platform, Verdict
from engagement.filtering.pipeline import DEFAULT, usual_cut_offs
from engagement.models import Decision, Interaction
from engagement.tests.factories import make_account, make_interaction, make_post

pytestmark = pytest.mark.django_db

QUEUE = "/admin/engagement/interaction/review/"
MARKUP = "<script>alert(1)</script>"
# Turns what follows around, also beyond the comment if it stands in the page as it is.
TURNED = "\u202eevitagen"
REASONS = [{"layer": "phrases", "name": "offer", "weight": 0.7, "detail": "It offers a deal."}]


def make_doubtful(**changes):
    """A comment the filter is not sure of, with a reason."""
    account = changes.pop("account", None) or make_account()
    doubt = {"verdict": Verdict.UNSURE, "score": 0.6, "model_version": "layers-2", "reasons": REASONS}
    return make_interaction(make_post(account=account), **doubt | changes)


def page_of(client, **query):
    response = client.get(QUEUE, query)
    assert response.status_code == 200
    return response.content.decode()


def say(client, row, verdict, **more):
    response = client.post(QUEUE, {"row": row.pk, "verdict": verdict} | more)
    return response, [str(message) for message in get_messages(response.wsgi_request)]


def staff_with(*permissions):
    client = Client()
    client.force_login(make_user(*permissions, is_staff=True))
    return client


def test_empty_queue_says_that_nothing_is_to_review(admin_client):
    page = page_of(admin_client)

    assert "Nothing to review" in page
    assert "0 to review" in page


def test_queue_costs_the_same_at_one_and_three_rows(admin_client):
    make_doubtful()
    page_of(admin_client)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            page_of(admin_client)
        costs.append(len(captured))
        make_doubtful()
        make_doubtful()

    assert costs[0] == costs[1]


def test_queue_shows_text_post_and_reasons_in_words_with_weights(admin_client):
    row = make_doubtful(text="Good stuff, write to me")

    page = page_of(admin_client)

    assert [
        w for w in ("Good stuff, write to me", row.post.caption, "It offers a deal.", "0.70") if w not in page
    ] == []
    bounds = filter_in_force().cut_offs
    assert f"between {bounds.genuine:.2f}, below which it is genuine, and {bounds.bot:.2f}" in page


def test_score_just_below_a_cut_off_does_not_look_like_it(admin_client):
    bounds = filter_in_force().cut_offs
    row = make_doubtful(score=bounds.bot - 0.0003)

    assert f"Score {row.score:.4f}: between" in page_of(admin_client)


@pytest.mark.parametrize("where", ["queue", "page", "list", "timeline"])
def test_stranger_words_are_escaped_and_their_direction_stays_within(admin_client, where):
    row = make_doubtful(text=f"{TURNED} {MARKUP}")
    addresses = {
        "queue": QUEUE,
        "page": reverse("admin:engagement_interaction_change", args=[row.pk]),
        "list": reverse("admin:engagement_interaction_changelist"),
        "timeline": reverse("admin:engagement_socialmediapost_timeline", args=[row.post_id]),
    }

    page = admin_client.get(addresses[where]).content.decode()

    assert MARKUP not in page
    before, _, after = page.partition(TURNED)
    assert before.rstrip().endswith('dir="auto">')
    assert after.split("<", 1)[1].startswith("/bdi>")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param({}, {"one", "two", "three"}, id="all"),
        pytest.param({"platform": "twitter"}, {"two"}, id="platform"),
        pytest.param({"platform": "nowhere"}, {"one", "two", "three"}, id="unknown platform"),
        pytest.param({"account": "999"}, {"one", "two", "three"}, id="unknown account"),
        pytest.param({"post": "9" * 30}, {"one", "two", "three"}, id="a number beyond every column"),
    ],
)
def test_queue_is_narrowed(admin_client, query, shown):
    account = make_account()
    make_doubtful(text="said one", account=account)
    make_doubtful(text="said two", account=make_account(platform=Platform.TWITTER))
    make_doubtful(text="said three", account=account)

    page = page_of(admin_client, **query)

    assert {name for name in ("one", "two", "three") if f"said {name}" in page} == shown


def test_queue_of_one_account_and_of_one_post(admin_client):
    mine, other = make_doubtful(text="said here"), make_doubtful(text="said there")

    for query in ({"account": mine.post.account_id}, {"post": mine.post_id}):
        page = page_of(admin_client, **query)
        assert ("said here" in page, "said there" in page) == (True, False)
    assert other.post_id != mine.post_id


def test_most_uncertain_come_first_when_asked(admin_client):
    bounds = usual_cut_offs(DEFAULT)
    make_doubtful(text="nearly genuine", score=bounds.genuine + 0.02)
    make_doubtful(text="in the middle", score=(bounds.genuine + bounds.bot) / 2, first_seen_at=NOW - timedelta(days=2))
    make_doubtful(text="nearly a bot", score=bounds.bot - 0.02)

    page = page_of(admin_client, order="uncertain")

    places = [page.index(text) for text in ("in the middle", "nearly genuine", "nearly a bot")]
    assert places[0] == min(places)


@pytest.mark.parametrize("verdict", [Verdict.GENUINE, Verdict.BOT, Verdict.PERSONA])
def test_one_click_decides_measures_and_goes_on_to_the_next(admin_client, admin_user, verdict):
    row, after = make_doubtful(), make_doubtful()

    response, said = say(admin_client, row, verdict, after=after.pk)

    row.refresh_from_db()
    row.post.refresh_from_db()
    label = Decision.objects.get()
    assert (row.final_verdict, row.overridden_by, label.decided_by, label.score) == (
        verdict,
        admin_user,
        admin_user,
        0.6,
    )
    assert (row.post.observed_count, row.post.unsure_count) == (1, 0)
    assert response["Location"] == f"{QUEUE}?last={row.pk}#seen-{after.pk}"
    assert len(said) == 1


def test_choices_of_the_queue_outlast_a_decision(admin_client):
    row = make_doubtful()

    response = admin_client.post(f"{QUEUE}?order=uncertain&p=2&next=//evil", {"row": row.pk, "verdict": "bot"})

    assert response["Location"] == f"{QUEUE}?order=uncertain&last={row.pk}&p=2"


def test_deciding_the_same_twice_writes_once_and_says_so(admin_client):
    row = make_doubtful()
    say(admin_client, row, Verdict.BOT)

    _, said = say(admin_client, row, Verdict.BOT)

    assert Decision.objects.count() == 1
    assert "that is what a person said already" in said[-1]


def test_a_decision_is_stored_with_the_numbers_of_its_post_or_not_at_all(admin_client, monkeypatch):
    """Whoever died in between would have left numbers that no longer fit the verdicts, and nobody who mends them."""
    row = make_doubtful()

    def dies(rows, *, now):
        raise KeyboardInterrupt

    monkeypatch.setattr(interactions, "measure", dies)
    with pytest.raises(KeyboardInterrupt):
        say(admin_client, row, Verdict.BOT)

    row.refresh_from_db()
    assert (row.override, Decision.objects.count()) == ("", 0)


def test_queue_does_not_overrule_what_a_colleague_said_meanwhile(admin_client):
    row = make_doubtful()
    decide(row, Verdict.GENUINE, by=User.objects.create_user("colleague"), now=NOW)

    _, said = say(admin_client, row, Verdict.BOT)

    row.refresh_from_db()
    assert row.final_verdict == Verdict.GENUINE
    assert "somebody decided meanwhile (genuine): open its page to decide it anew" in said[-1]


def test_queue_decides_nothing_on_a_text_that_nobody_was_shown(admin_client):
    """A harmless text that turns into an advertisement while somebody reads it would carry their word."""
    row = make_doubtful(text="Lovely light")
    Interaction.objects.filter(pk=row.pk).update(text="Buy followers", edited_at=NOW)

    _, said = say(admin_client, row, Verdict.GENUINE)
    (shown,) = re.findall('name="edited" value="([^"]+)"', page_of(admin_client))
    assert Decision.objects.count() == 0
    assert "changed the text" in said[-1]

    say(admin_client, row, Verdict.BOT, edited=html.unescape(shown))
    assert Decision.objects.get().verdict == Verdict.BOT


def test_undo_gives_back_to_the_filter(admin_client):
    row = make_doubtful()
    say(admin_client, row, Verdict.BOT)
    offered = page_of(admin_client, last=row.pk)

    response, _ = say(admin_client, row, "", after=row.pk)

    row.refresh_from_db()
    assert 'data-key="u"' in offered
    assert (row.override, row.overridden_by, row.final_verdict) == ("", None, row.verdict)
    assert [one.verdict for one in row.decisions.order_by("pk")] == [Verdict.BOT, ""]
    assert response["Location"] == f"{QUEUE}?#seen-{row.pk}"


@pytest.mark.parametrize("last", ["", "abc", "9" * 40, "٣", "-1"])
def test_undo_is_not_offered_for_what_is_no_decision_of_ours(admin_client, last):
    assert 'data-key="u"' not in page_of(admin_client, last=last)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"row": "0", "verdict": "bot"}, id="nobody"),
        pytest.param({"row": "x", "verdict": "bot"}, id="no key"),
        pytest.param({"verdict": "bot"}, id="no row"),
        pytest.param({"row": "1", "verdict": "unsure"}, id="what no person may say"),
    ],
)
def test_nonsense_decides_nothing(admin_client, given):
    make_doubtful()

    response = admin_client.post(QUEUE, given)

    assert (response.status_code, Decision.objects.count()) == (302, 0)


def test_queue_is_closed_without_permission():
    assert staff_with().get(QUEUE).status_code == 403


def test_who_may_only_look_sees_no_buttons_and_decides_nothing():
    row = make_doubtful()
    client = staff_with("engagement.view_interaction")

    page = page_of(client)
    response, _ = say(client, row, Verdict.BOT)

    assert "gator-decide" not in page
    assert (response.status_code, Decision.objects.count()) == (403, 0)


def test_decision_without_a_csrf_token_is_refused(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    response, _ = say(client, make_doubtful(), Verdict.BOT)

    assert (response.status_code, Decision.objects.count()) == (403, 0)


def test_page_of_an_interaction_shows_who_said_what_against_what(admin_client, admin_user):
    row = make_doubtful()
    decide(row, Verdict.BOT, by=admin_user, now=NOW)
    row.refresh_from_db()
    decide(row, Verdict.GENUINE, by=admin_user, now=NOW + timedelta(hours=1))

    page = admin_client.get(reverse("admin:engagement_interaction_change", args=[row.pk])).content.decode()

    history = page[page.index("The filter had said") :]
    assert history.index("Genuine") < history.index("Bot")
    assert "Not sure, score 0.60" in history


def test_page_of_an_interaction_decides_it_anew(admin_client, admin_user):
    row = make_doubtful()
    decide(row, Verdict.BOT, by=admin_user, now=NOW)
    address = reverse("admin:engagement_interaction_mark_genuine_here", args=[row.pk])

    admin_client.post(address, {"_form_submitted": "on"})

    row.refresh_from_db()
    assert row.final_verdict == Verdict.GENUINE
    assert [one.verdict for one in row.decisions.order_by("pk")] == [Verdict.BOT, Verdict.GENUINE]


def test_start_page_and_menu_lead_to_the_queue(admin_client):
    row = make_doubtful()

    page = admin_client.get(reverse("admin:index")).content.decode()

    assert row.post.persona is not None
    assert page.count(f'href="{QUEUE}"') == 2
