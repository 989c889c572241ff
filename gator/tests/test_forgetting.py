"""After an erasure everything is as if the person had never been there: numbers, verdicts, grades and patterns."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from acd.models import ACDContext
from acd.tests.factories import NOW, make_context
from engagement.assessment import assess_posts
from engagement.enums import InteractionKind
from engagement.erasure import erase_person
from engagement.grading import grade_posts
from engagement.hashtags import attach_hashtags
from engagement.interactions import record_interactions
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.remeasuring import NUMBERS
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything
from engagement.values import SeenInteraction
from gator.forgetting import Relearned, relearn
from gator.studio.tests.factories import make_persona
from gator.tasks import relearn_task
from gator.tests.test_commands import run_json
from patterns.extraction import extract_new
from patterns.models import Extraction, Pattern
from patterns.querysets import PatternQuerySet

pytestmark = pytest.mark.django_db
ANA = "ana-1815"
CAMPAIGN = "Earn money fast, check my profile and text me on telegram now"
# Only what must be the same in both worlds: ids and moments differ.
PATTERN = (
    "kind",
    "subject",
    "platform",
    "basis",
    "advice",
    "strategy",
    "n",
    "mean",
    "low",
    "high",
    "baseline",
    "effect",
    "effect_low",
    "effect_high",
    "shrunk",
    "shrunk_low",
    "shrunk_high",
    "q_value",
    "q_gain",
    "q_loss",
    "evidence_at",
)


def build(seed: int, *, with_ana: bool, before_measuring: Callable[[], object] = lambda: None) -> None:
    """Forty posts of an account with a history and six of one with next to none, measured, graded and learned from."""
    rng = Random(seed)
    old, young = (make_account(persona=make_persona(timezone="UTC")) for _ in range(2))
    tags: dict[SocialMediaPost, list[str]] = {}
    for number in range(46):
        account = old if number < 40 else young
        tags |= {make_measurable(account, number, rng): ["good" if number % 2 else "plain"]}
    attach_hashtags(tags)
    for number, post in enumerate(tags):
        fans = [comment(f"{number}-{n}", f"fan{rng.randrange(60)}", words(rng)) for n in range(rng.randrange(2, 7))]
        copied = [comment(f"{number}-copy", f"other{number}", CAMPAIGN)] if number % 8 == 0 else []
        theirs = [comment(f"{number}-ana-{n}", ANA, CAMPAIGN) for n in range(4)] if number % 2 == 0 else []
        kept = theirs if with_ana and number < 40 else []
        record_interactions(post, [*fans, *copied, *kept], now=NOW)
    before_measuring()
    # Twice: where posts are assessed in several parts, the first ones learn from the counts of the last only then.
    assess_posts(SocialMediaPost.objects.all(), now=NOW)
    assess_posts(SocialMediaPost.objects.all(), now=NOW)
    grade_posts(SocialMediaPost.objects.all(), now=NOW)
    extract_new(NOW)


def make_measurable(account, number, rng):
    published = NOW - timedelta(days=70) + timedelta(days=number, hours=number // 2 % 3)
    return make_post(
        account=account,
        platform_post_id=f"post-{number}",
        context=make_context(note=f"run {number}"),
        published_at=published,
        local_hour=published.hour,
        local_weekday=published.weekday(),
        last_synced_at=published + timedelta(days=8),
        likes=round((140 if number % 2 else 70) * rng.uniform(0.8, 1.2)),
        comments=8,
        reach=1000,
    )


def words(rng) -> str:
    return " ".join(rng.choice(("lovely", "light", "figs", "sea", "morning", "colour", "street")) for _ in range(5))


def comment(platform_id, author, text):
    kind = InteractionKind.COMMENT
    return SeenInteraction(platform_id=platform_id, kind=kind, author_id=author, text=text, occurred_at=NOW)


def told() -> dict[str, list]:
    """Everything that is known, by natural names."""
    posts = SocialMediaPost.objects.order_by("platform_post_id")
    seen = Interaction.objects.order_by("post__platform_post_id", "platform_id")
    return {
        "posts": list(posts.values_list("platform_post_id", "grade", "filter_state", "basis", *NUMBERS)),
        "verdicts": list(seen.values_list("platform_id", "verdict", "score", "reasons")),
        "contexts": [context_of(run) for run in ACDContext.objects.order_by("note")],
        "patterns": patterns_of(Pattern.objects.active()),
    }


def context_of(run: ACDContext) -> tuple:
    numbers = {k: v for k, v in run.metadata.get("social_metrics", {}).items() if k not in ("post", "snapshot")}
    return (run.note, run.validation, run.confidence, run.pattern, run.strategy, numbers)


def patterns_of(rows: PatternQuerySet) -> list:
    found = [
        (*(getattr(row, name) for name in PATTERN), sorted(row.posts.values_list("platform_post_id", flat=True)))
        for row in rows
    ]
    return sorted(found, key=str)


def in_a_world_of_its_own(seed, *, with_ana, then=lambda: None, before_measuring=lambda: None):
    with transaction.atomic():
        build(seed, with_ana=with_ana, before_measuring=before_measuring)
        before = told()
        then()
        after = told()
        transaction.set_rollback(True)
    return before, after


def forget() -> None:
    erase_person("instagram", ANA, now=NOW + timedelta(minutes=11))
    relearn(NOW + timedelta(minutes=12))


@pytest.mark.parametrize(("seed", "part"), [(1, 500), (2, 500), (4, 7)])
def test_after_erasing_everything_is_as_if_they_had_never_been_there(seed, part, settings):
    # However many posts are assessed at once.
    settings.ASSESS_BATCH = part
    without, _ = in_a_world_of_its_own(seed, with_ana=False)

    before, after = in_a_world_of_its_own(seed, with_ana=True, then=forget)

    # She mattered everywhere, also on the account where she never was.
    assert {name for name in without if before[name] == without[name]} == set()
    assert before["posts"][40:] != without["posts"][40:]
    assert without["patterns"] != []
    for name, rows in without.items():
        assert after[name] == rows, name


def test_relearning_without_an_erasure_does_nothing():
    assert relearn(NOW) == Relearned()


def test_relearning_is_done_once_for_each_erasure_and_told_on_the_receipt():
    build(1, with_ana=True)
    erase_person("instagram", ANA, now=NOW + timedelta(minutes=11))

    done = [relearn(NOW + timedelta(minutes=n)) for n in (12, 13)]

    receipt = ErasureReceipt.objects.get()
    assert (done[0].erasures, done[1]) == (1, Relearned())
    assert receipt.relearned_at == NOW + timedelta(minutes=12)
    assert (receipt.posts_graded, receipt.patterns_changed) == (done[0].posts_graded, done[0].patterns_changed)
    assert min(done[0].posts_graded, done[0].patterns_changed) > 0


def test_who_was_stored_while_they_were_erased_is_gone_again_within_minutes():
    """A sync that asked for tombstones just before there was one; the daily sweep would have let them stay a day."""
    post = make_post(account=make_account())
    make_interaction(post, author_key=author_key("instagram", ANA))
    ErasedAuthor.objects.create(author_key=author_key("instagram", ANA))

    relearn_task()

    assert not Interaction.objects.exists()
    assert ErasureReceipt.objects.get().relearned_at is not None


def test_relearning_also_looks_where_a_look_was_taken_while_the_erasure_went_on():
    build(1, with_ana=True)
    erase_person("instagram", ANA, now=NOW + timedelta(minutes=11))
    # It began before the erasure was committed, and bears a later moment.
    Extraction.objects.update(as_of=NOW + timedelta(minutes=15))

    relearned = relearn(NOW + timedelta(minutes=16))

    assert relearned.patterns_changed > 0


# The command


@pytest.fixture
def post():
    post = make_post(likes=10, comments=3)
    record_interactions(
        post, [comment("1", ANA, CAMPAIGN), comment("2", ANA, CAMPAIGN), comment("3", "bo", "Hi")], now=NOW
    )
    assess_posts([post], now=NOW)
    return post


@pytest.mark.parametrize(
    "who",
    [
        ("--platform", "instagram", "--author", ANA),
        ("--platform", "instagram", "--user-id", ANA),
        ("--key", author_key("instagram", ANA)),
    ],
    ids=["author", "user id", "key"],
)
def test_command_prints_a_receipt_without_the_person(post, who):
    out = StringIO()

    call_command("erase_author", *who, "--json", stdout=out)

    receipt = json.loads(out.getvalue())
    assert (receipt["interactions"], receipt["posts"], receipt["relearned"]["erasures"]) == (2, 1, 1)
    assert [name for name in (ANA, author_key("instagram", ANA)) if name in out.getvalue()] == []
    assert ErasureReceipt.objects.get().pk == receipt["receipt"]


def test_command_reads_the_person_from_the_input(post, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(f"{ANA}\n"))

    result = run_json("erase_author", "--platform", "instagram", "--author", "-")

    assert result["interactions"] == 2


def test_command_again_says_that_nothing_was_left(post):
    run_json("erase_author", "--platform", "instagram", "--author", ANA)

    out = StringIO()
    call_command("erase_author", "--platform", "instagram", "--author", ANA, stdout=out)

    assert "There was nothing left to do." in out.getvalue()
    assert ErasureReceipt.objects.count() == 1


def test_command_on_trial_tells_what_would_go_and_changes_nothing(post):
    trial = run_json("erase_author", "--platform", "instagram", "--author", ANA, "--dry-run")
    real = run_json("erase_author", "--platform", "instagram", "--author", ANA)

    unlike = ("dry_run", "receipt", "relearned")
    assert {k: v for k, v in trial.items() if k not in unlike} == {k: v for k, v in real.items() if k not in unlike}
    assert (trial["dry_run"], trial["receipt"], trial["interactions"]) == (True, None, 2)


def test_command_on_trial_leaves_every_row(post):
    before = everything()

    run_json("erase_author", "--platform", "instagram", "--author", ANA, "--dry-run")

    assert everything() == before


@pytest.mark.parametrize(
    "who",
    [
        (),
        ("--platform", "instagram"),
        ("--author", ANA),
        ("--platform", "instagram", "--author", " "),
        ("--key", "ana"),
        ("--key", "a" * 64, "--author", ANA),
    ],
    ids=["nobody", "no id", "no platform", "empty id", "no key", "both"],
)
def test_command_that_names_nobody_is_refused_and_touches_nothing(post, who):
    before = everything()

    with pytest.raises(CommandError):
        call_command("erase_author", *who)

    assert everything() == before
