"""The past, rebuilt: the same twice, as it was then, and without a trace in the present."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from acd.enums import Grade, OutcomeSource, State, Validation
from acd.outcomes import grade
from acd.rewinding import rewind_runs
from acd.tests.factories import NOW, make_context
from engagement.assessment import assess_posts
from engagement.enums import InteractionKind, Verdict
from engagement.hashtags import attach_hashtags
from engagement.models import Interaction, MetricSnapshot, SocialMediaPost
from engagement.recording import Observation, record_many
from engagement.remeasuring import NUMBERS
from engagement.rewinding import rewind
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything
from engagement.values import Metrics
from patterns.extraction import extract, look
from patterns.models import Extraction, Pattern
from patterns.rebuilding import looks_at

THEN = NOW - timedelta(days=10)
POSTS = 36
MEASURED = (*NUMBERS, "basis", "filter_state", "likes", "reach", "last_synced_at", "total_engagement")


def make_world(account, *, until=None):
    """Posts of two tags, one every other day; each is read two, eight and thirty days later and is commented on.

    With `until` only what had happened by then.
    """
    tags = {}
    for number in range(POSTS):
        published = NOW - timedelta(days=2 * (POSTS - number), hours=number % 3 * 5)
        if until and published > until:
            continue
        post = make_post(
            account=account, platform_post_id=f"{account.pk}-{number}", published_at=published,
            local_hour=published.hour, local_weekday=published.weekday(), caption="Said again and again",
        )  # fmt: skip
        good = number % 2 == 0
        tags[post] = ["good" if good else "plain"]
        for days, share in ((2, 0.7), (8, 0.95), (30, 1.0)):
            moment = published + timedelta(days=days)
            if moment <= (until or NOW):
                likes = round((140 if good else 60) * share * (1 + number * 7 % 5 / 20))
                numbers = Metrics(likes=likes, comments=6, reach=1000)
                record_many([Observation(post, numbers, moment)])
        for n in range(4):
            seen = published + timedelta(days=1 + 5 * n)
            if seen <= (until or NOW):
                make_interaction(
                    post, platform_id=f"{number}-{n}", kind=InteractionKind.COMMENT, occurred_at=seen,
                    first_seen_at=seen, author_key=f"{number * 10 + n:064x}", text=f"So lovely {number} {n}",
                )  # fmt: skip
    attach_hashtags(tags)
    for _ in range(2):
        assess_posts(SocialMediaPost.objects.all(), now=until or NOW)


def measured():
    rows = SocialMediaPost.objects.order_by("platform_post_id")
    return list(rows.values_list("platform_post_id", *MEASURED))


def run(*args):
    out = StringIO()
    call_command("extract_patterns", *args, stdout=out)
    return out.getvalue()


def run_json(*args):
    return json.loads(run(*args, "--json"))


def said(patterns):
    """What patterns say without naming rows by their keys."""
    keys = ("kind", "subject", "advice", "strategy", "n", "mean", "effect", "q_value", "window_end", "evidence_at")
    return [[row.get(key) for key in keys] for row in patterns]


@pytest.mark.django_db
def test_posts_rewound_are_as_if_nothing_had_come_later():
    account = make_account()
    make_world(account, until=THEN)
    expected = measured()
    SocialMediaPost.objects.all().delete()
    make_world(account)

    rewind(THEN, since=NOW - timedelta(days=90))

    assert measured() == expected
    assert MetricSnapshot.objects.filter(observed_at__gt=THEN).count() == 0


@pytest.mark.django_db
def test_rewinding_to_now_changes_nothing():
    make_world(make_account())
    before = measured()

    rewind(NOW, since=NOW - timedelta(days=90))

    assert measured() == before


@pytest.mark.django_db
def test_post_of_which_nothing_was_known_then_teaches_nothing():
    post = make_post(published_at=THEN - timedelta(days=5), likes=5, reach=50, last_synced_at=NOW)
    assess_posts([post], now=NOW)

    rewind(THEN, since=THEN)

    post.refresh_from_db()
    assert (post.likes, post.last_synced_at, post.genuine_engagement) == (None, None, None)


@pytest.mark.django_db
def test_comment_that_was_deleted_later_stood_there_then():
    post = make_post(published_at=THEN - timedelta(days=5))
    make_interaction(post, first_seen_at=THEN - timedelta(days=1), deleted_at=NOW, verdict=Verdict.GENUINE)

    rewind(THEN, since=THEN)

    assert Interaction.objects.get().deleted_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "validation", "by_person"),
    [
        (NOW - timedelta(days=3), Validation.PENDING, False),
        (NOW - timedelta(days=1), Validation.APPROVED, True),
        (NOW, Validation.REJECTED, True),
    ],
    ids=["before both ratings", "between them", "after both"],
)
def test_run_rewound_has_the_verdict_of_that_time(moment, validation, by_person):
    run = make_context(state=State.DONE, created_at=NOW - timedelta(days=4))
    for days, verdict in ((2, Grade.GOOD), (0, Grade.POOR)):
        moment_of_rating = NOW - timedelta(days=days)
        grade(run, verdict, source=OutcomeSource.HUMAN, evidence_key=f"{days}", evidence={}, now=moment_of_rating)

    rewind_runs(moment)

    run.refresh_from_db()
    assert (run.validation, run.human_override) == (validation, by_person)


@pytest.mark.django_db
def test_run_that_failed_later_was_under_way_then():
    run = make_context(
        state=State.FAILED, error_class="Timeout", started_at=THEN, finished_at=THEN + timedelta(hours=1)
    )

    rewind_runs(THEN)

    run.refresh_from_db()
    assert (run.state, run.error_class, run.finished_at) == (State.PROCESSING, "", None)


@pytest.mark.django_db(transaction=True)
def test_same_date_gives_the_same_bytes():
    make_world(make_account())

    first, second = (run("--as-of", THEN.isoformat(), "--json") for _ in range(2))

    assert first == second
    (told,) = json.loads(first)["looks"]
    assert [row["subject"] for row in told["patterns"]][:2] == ["good", "plain"]
    assert [row["subject"] for row in told["alarms"]] == ["captions"]


@pytest.mark.django_db(transaction=True)
def test_past_is_what_had_been_learned_then():
    account = make_account()
    make_world(account, until=THEN)
    then = look(account.persona, account.platform, now=THEN, days=90, informing=Pattern.objects.none())
    SocialMediaPost.objects.all().delete()
    make_world(account)

    (rebuilt,) = looks_at([THEN], days=90)[THEN].values()

    assert said(rebuilt.patterns) == said(then.patterns)
    assert len(then.patterns) >= 2
    assert [alarm["subject"] for alarm in rebuilt.alarms] == ["captions"]
    assert rebuilt.alarms == then.alarms


@pytest.mark.django_db(transaction=True)
def test_rebuilding_leaves_the_present_alone():
    account = make_account()
    make_world(account)
    extract(account.persona, account.platform, now=NOW)
    before, patterns = everything(), list(Pattern.objects.order_by("pk").values())

    run("--as-of", THEN.isoformat(), "--diff")

    assert everything() == before
    assert list(Pattern.objects.order_by("pk").values()) == patterns
    assert Extraction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_present_rebuilt_is_what_is_stored():
    account = make_account()
    make_world(account)
    extract(account.persona, account.platform, now=NOW)

    (rebuilt,) = looks_at([NOW], days=90)[NOW].values()

    stored = {pattern.digest for pattern in Pattern.objects.active()}
    assert {row["digest"] for row in rebuilt.patterns} == stored
    assert rebuilt.rows == Extraction.objects.get().tested


@pytest.mark.django_db(transaction=True)
def test_difference_says_why():
    account = make_account()
    make_world(account)

    (told,) = run_json("--as-of", THEN.isoformat(), "--diff", NOW.isoformat())["diff"]["looks"]

    words = {one["subject"]: one["words"] for one in told["changes"]}
    assert words["good"].startswith("Still repeat #good: +")
    assert (told["causes"]["published"], told["causes"]["removed"]) == (4, 0)
    assert told["causes"]["words"].startswith("Posts: 4 published since, ")
    (repeats,) = told["alarms"]
    assert repeats.startswith("No longer rings: captions. Before: Posts that repeat an earlier caption: 100 % (95 % ")


@pytest.mark.django_db(transaction=True)
def test_difference_to_a_time_without_posts_is_told():
    make_world(make_account())
    early = NOW - timedelta(days=200)

    told = run_json("--as-of", early.isoformat(), "--diff")

    assert told["looks"] == []
    assert {one["before"] for one in told["diff"]["looks"][0]["changes"]} == {""}


@pytest.mark.django_db(transaction=True)
def test_one_persona_and_platform_are_told_alone():
    accounts = [make_account(), make_account(platform="tiktok")]
    for account in accounts:
        make_post(account=account, published_at=THEN)

    both, one, other = (
        run_json("--as-of", NOW.isoformat(), *args)["looks"]
        for args in ((), ("--persona", accounts[0].persona.slug), ("--platform", "tiktok"))
    )

    assert [row["platform"] for row in both] == ["instagram", "tiktok"]
    assert ([row["platform"] for row in one], [row["platform"] for row in other]) == (["instagram"], ["tiktok"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--as-of", "yesterday"), "--as-of: 'yesterday' is no date"),
        (("--as-of", "2026-02-30"), "--as-of: '2026-02-30' is no date"),
        (("--as-of", "2026-01-31T12:00"), "say in which zone"),
        (("--as-of", "2999-01-01"), "lies in the future"),
        (("--as-of", "2026-01-31", "--diff", "2999-01-01T00:00Z"), "--diff: 2999-01-01T00:00Z lies in the future"),
        (("--diff",), "go with --as-of"),
        (("--persona", "ada"), "go with --as-of"),
        (("--as-of", "2026-01-31", "--persona", "nobody"), "there is no persona 'nobody'"),
    ],
)
def test_bad_option_is_named(args, message):
    with pytest.raises(CommandError, match=message):
        run(*args)
