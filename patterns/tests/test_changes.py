"""What changed between two looks, in words, and from which posts that comes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from acd.tests.factories import NOW
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from patterns.changes import Causes, Told, alarm_changes, causes, changes
from patterns.enums import PatternKind
from patterns.extraction import extract
from patterns.history import explain, one_before, told_by
from patterns.tests.factories import make_evidence, make_extraction, make_pattern, make_window

DAY = timedelta(days=1)
BEFORE = NOW - 7 * DAY
UNTESTED = {"kind": "hashtag", "subject": "sea", "n": 3, "claimed": False, "claim": "", "effect": None}


def item(effect, low, high, q, claim="", n=20):
    numbers = {"effect": effect, "effect_low": low, "effect_high": high, "q": q}
    return {"kind": "hashtag", "subject": "sea", "n": n, "claimed": bool(claim), "claim": claim} | numbers


GAIN = item(40.0, 20.0, 60.0, 0.01, "gain")
GAIN_TEXT = "+40 % (95 % interval +20 % to +60 %, n = 20, q = 0.010)"


def look(account, now):
    return extract(account.persona, account.platform, now=now)


def told(*rows, evidence=None, as_of=NOW, observed=None, alarms=None):
    tested = {(row["kind"], row["subject"]): row for row in rows}
    return Told(as_of, 30, tested, evidence or {}, observed or {}, alarms or {})


CASES = {
    "new": (
        [UNTESTED], [GAIN], "", "repeat",
        f"New: repeat #sea: {GAIN_TEXT}; before too few posts to tell (n = 3).",
    ),
    "never used before": ([], [GAIN], "", "repeat", f"New: repeat #sea: {GAIN_TEXT}; before no post with it."),
    "stronger": (
        [GAIN], [item(50.0, 30.0, 70.0, 0.001, "gain", n=25)], "repeat", "repeat",
        f"Still repeat #sea: +50 % (95 % interval +30 % to +70 %, n = 25, q = 0.001); before {GAIN_TEXT}.",
    ),
    "evidence out of the window": (
        [GAIN], [UNTESTED], "repeat", "",
        f"No longer repeat #sea: only 3 posts with it are left to compare; before {GAIN_TEXT}.",
    ),
    "no post left": (
        [GAIN], [], "repeat", "",
        f"No longer repeat #sea: only 0 posts with it are left to compare; before {GAIN_TEXT}.",
    ),
    "effect fell": (
        [GAIN], [item(9.0, -8.0, 26.0, 0.3)], "repeat", "",
        "No longer repeat #sea: its interval reaches no effect, +9 % (95 % interval -8 % to +26 %, n = 20, "
        f"q = 0.300); before {GAIN_TEXT}.",
    ),
    "one of many": (
        [GAIN], [item(20.0, 1.0, 40.0, 0.15)], "repeat", "",
        "No longer repeat #sea: among all that was tested it may be chance, +20 % (95 % interval +1 % to +40 %, "
        f"n = 20, q = 0.150); before {GAIN_TEXT}.",
    ),
    "contradicted": (
        [GAIN], [item(-5.0, -20.0, 10.0, 0.6)], "repeat", "",
        "No longer repeat #sea: new data point the other way, -5 % (95 % interval -20 % to +10 %, n = 20, q = 0.600); "
        f"before {GAIN_TEXT}.",
    ),
    "turned": (
        [GAIN], [item(-30.0, -40.0, -20.0, 0.02, "loss")], "repeat", "avoid",
        "Turned round: avoid #sea, -30 % (95 % interval -40 % to -20 %, n = 20, q = 0.020); before it was repeat, "
        f"{GAIN_TEXT}.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "was", "now", "words"), CASES.values(), ids=CASES)
def test_change_says_why(before, after, was, now, words):
    (change,) = changes(told(*before), told(*after))

    assert (change.before, change.after, change.words) == (was, now, words)


@pytest.mark.parametrize("rows", [[], [GAIN], [UNTESTED]], ids=["nothing", "a claim", "no claim"])
def test_same_rows_are_no_change(rows):
    assert changes(told(*rows), told(*rows)) == []


def test_item_that_was_never_claimed_is_no_change():
    assert changes(told(UNTESTED), told(item(5.0, -5.0, 15.0, 0.5))) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("", "2 of 9 runs.", "New, failure Timeout: 2 of 9 runs."),
        ("2 of 9 runs.", "3 of 9 runs.", "Still, failure Timeout: 3 of 9 runs."),
        ("2 of 9 runs.", "", "No longer failure Timeout."),
    ],
)
def test_what_is_observed_is_told_too(before, after, words):
    first, second = (
        told(observed={(PatternKind.FAILURE.value, "Timeout"): text} if text else {}) for text in (before, after)
    )

    assert [one.words for one in changes(first, second)] == [words]


BOTS, HOURS = ("audience", "bots"), ("variety", "hours")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {BOTS: "Bots: 50 %."}, ["Rings now: Bots: 50 %."]),
        ({BOTS: "Bots: 50 %."}, {}, ["No longer rings: bots. Before: Bots: 50 %."]),
        ({BOTS: "Bots: 50 %."}, {BOTS: "Bots: 60 %."}, ["Still rings: Bots: 60 %. Before: Bots: 50 %."]),
        ({BOTS: "Bots: 50 %."}, {BOTS: "Bots: 50 %."}, []),
        ({BOTS: "Bots: 50 %."}, {HOURS: "Hours: 1.0."}, ["Rings now: Hours: 1.0.",
                                                        "No longer rings: bots. Before: Bots: 50 %."]),
    ],
    ids=["new", "over", "other numbers", "the same", "another one"],
)  # fmt: skip
def test_alarms_are_compared(before, after, said):
    assert alarm_changes(told(alarms=before), told(alarms=after)) == said


def test_causes_count_every_post_once():
    before = told(
        evidence={
            "1": [4.0, 5, 1],
            "2": [4.0, 5, 1],
            "3": [4.0, 5, 1],
            "4": [4.0, 5, 1],
            "5": [4.0, 5, 1],
            "6": [4, 5, 1],
        },
        as_of=BEFORE,
    )
    after = told(
        evidence={"1": [4.0, 5, 1], "2": [4.5, 6, 1], "3": [3.0, 5, 2], "7": [4.0, 0, 0], "8": [4.0, 0, 0]},
        as_of=NOW,
    )
    published = {4: NOW - 31 * DAY, 6: NOW - 20 * DAY, 7: NOW - 8 * DAY, 8: NOW - 6 * DAY}

    found = causes(before, after, published)

    assert found == Causes(published=1, settled=1, outdated=1, removed=1, unmeasured=1, seen=1, moved=1)
    assert found.words() == (
        "Posts: 1 published since, 1 measured since, 1 left the window, 1 taken away, 1 no longer measured on this "
        "basis, 1 with other verdicts on who was seen, 1 with newer numbers."
    )


def test_no_cause_is_said_too():
    assert causes(told(), told(), {}).words() == "The posts and their numbers are the same."


@pytest.mark.django_db
def test_stored_looks_are_explained():
    account = make_account()
    posts = make_window(account)
    first = look(account, NOW)
    posts[0].delete()
    moments = {"published_at": NOW + DAY, "last_synced_at": NOW + 9 * DAY}
    make_evidence(account, platform_post_id="new", tags=["good"], engagement_rate=8.5, **moments)
    second = look(account, NOW + 10 * DAY)

    explained = explain(told_by(first), told_by(second))

    assert (explained.causes.published, explained.causes.removed) == (1, 1)
    assert one_before(second) == first
    assert one_before(first) is None
    assert [one.after for one in explained.changes if one.subject == "good"] == ["repeat"]


@pytest.mark.django_db
def test_patterns_of_the_time_are_told_of_a_stored_look():
    extraction = make_extraction(as_of=NOW)
    stood = {"persona": extraction.persona, "kind": PatternKind.FAILURE, "platform": "", "basis": "", "effect": None,
             "effect_low": None, "effect_high": None}  # fmt: skip
    make_pattern(**stood, subject="then", strategy="Then.", learned_at=BEFORE, retired_at=NOW + DAY)
    make_pattern(**stood, subject="ended", learned_at=BEFORE, retired_at=NOW)
    make_pattern(**stood, subject="later", learned_at=NOW + DAY)

    assert told_by(extraction).observed == {("failure", "then"): "Then."}


@pytest.mark.django_db
def test_page_of_a_look_says_what_changed(admin_client):
    account = make_account()
    make_window(account)
    first = look(account, NOW)
    first.alarms = [{"kind": "audience", "subject": "bots", "text": "Bots rule.", "advice": "Look."}]
    first.save()
    SocialMediaPost.objects.update(engagement_rate=4.0, rate_low=3.5, rate_high=4.5)
    second = look(account, NOW + DAY)

    page = admin_client.get(reverse("admin:patterns_extraction_change", args=[second.pk])).content.decode()

    assert "No longer repeat #good" in page
    assert "No longer rings: bots. Before: Bots rule." in page
    assert "Posts: 40 with newer numbers." in page


@pytest.mark.django_db
def test_page_of_the_first_look_says_so(admin_client):
    page = admin_client.get(reverse("admin:patterns_extraction_change", args=[make_extraction().pk]))

    assert "There was no look before it." in page.content.decode()
