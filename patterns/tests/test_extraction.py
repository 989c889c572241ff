"""Patterns as a function of rows: what stays, what is superseded, what is retired, and what a person's no means."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, close_old_connections, connection

from acd.enums import State, Validation
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, Platform
from engagement.intervals import known, wilson
from engagement.local_time import refresh_local_times
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.studio.models import Content
from gator.studio.tests.factories import make_content, make_persona
from patterns.effects import Effect
from patterns.enums import Advice, PatternKind, PatternStatus, RetiredReason
from patterns.extraction import extract, extract_new
from patterns.models import Extraction, Pattern
from patterns.tests.factories import make_evidence, make_extraction, make_pattern, make_window
from patterns.versions import why_gone

LATER = NOW + timedelta(days=1)


def learned(**filters):
    rows = Pattern.objects.filter(**filters).order_by("pk")
    return list(rows.values_list("pk", "subject", "version", "status", "digest", "learned_at"))


def look(persona, platform, now=NOW):
    return extract(persona, platform, now=now)


def effect(found):
    return Effect(kind=PatternKind.HASHTAG, subject="sea", n=20, effect=found)


def make_run(persona, **changes):
    context = make_context(**{"phase": "TEXT_GENERATION", "state": State.DONE} | changes)
    make_content(persona=persona, context=context)
    return context


@pytest.mark.django_db
def test_extract_learns_the_planted_tag_and_lists_everything_tested():
    account = make_account()
    posts = make_window(account)

    extraction = look(account.persona, account.platform)

    good = Pattern.objects.get(subject="good")
    assert (good.advice, good.version, good.status, good.basis) == (Advice.REPEAT, 1, PatternStatus.ACTIVE, Basis.REACH)
    assert (good.window_start, good.window_end, good.learned_at) == (NOW - timedelta(days=90), NOW, NOW)
    assert [post.pk for post in good.posts.order_by("pk")] == [post.pk for post in posts[::2]]
    assert extraction.posts_n == 40
    listed = {row["subject"]: row["claimed"] for row in extraction.tested if row["kind"] == "hashtag"}
    assert listed == {"good": True, "plain": True, "often": False}


@pytest.mark.django_db
def test_same_rows_change_nothing():
    account = make_account()
    make_window(account)
    make_run(account.persona, state=State.FAILED, error_class="Timeout")
    first = look(account.persona, account.platform)
    before = learned()

    second = look(account.persona, account.platform)

    assert learned() == before
    assert len(before) == 3
    assert second.digest == first.digest
    assert not second.patterns.exists()


@pytest.mark.django_db
def test_new_posts_make_a_version_that_supersedes_the_old_one():
    account = make_account()
    make_window(account)
    look(account.persona, account.platform)
    make_evidence(account, tags=["good"], engagement_rate=9.0)

    look(account.persona, account.platform, LATER)

    old, new = Pattern.objects.filter(subject="good").order_by("version")
    assert (old.status, old.retired_at) == (PatternStatus.SUPERSEDED, LATER)
    assert old.retired_reason == RetiredReason.SUPERSEDED
    assert (new.status, new.version, new.supersedes, new.n) == (PatternStatus.ACTIVE, 2, old, 21)
    assert new.retired_at is None


@pytest.mark.django_db
def test_pattern_whose_effect_is_gone_is_retired():
    account = make_account()
    make_window(account)
    look(account.persona, account.platform)
    SocialMediaPost.objects.update(engagement_rate=4.0, rate_low=3.5, rate_high=4.5)

    look(account.persona, account.platform, LATER)

    statuses = Pattern.objects.filter(subject="good").values_list("status", "retired_at", "version", "retired_reason")
    assert list(statuses) == [(PatternStatus.RETIRED, LATER, 1, RetiredReason.OUTDATED)]


REASONS = {
    "few posts left": ({}, None, False, RetiredReason.OUTDATED),
    "too few to test": ({}, effect(None), False, RetiredReason.OUTDATED),
    "weaker": ({}, effect(4.0), False, RetiredReason.NOT_SIGNIFICANT),
    "the other way": ({}, effect(-4.0), False, RetiredReason.CONTRADICTED),
    "a loss that is weaker": ({"advice": Advice.AVOID}, effect(-4.0), False, RetiredReason.NOT_SIGNIFICANT),
    "a loss the other way": ({"advice": Advice.AVOID}, effect(4.0), False, RetiredReason.CONTRADICTED),
    "something was taken away": ({}, effect(-4.0), True, RetiredReason.REMOVED),
    "other basis": ({"basis": Basis.VIEWS}, effect(4.0), False, RetiredReason.OTHER_BASIS),
    "observed": ({"effect": None, "basis": ""}, None, False, RetiredReason.NOT_SIGNIFICANT),
}


@pytest.mark.parametrize(("changes", "found", "removed", "reason"), REASONS.values(), ids=REASONS)
def test_reason_is_told_by_what_the_newest_look_found(changes, found, removed, reason):
    pattern = Pattern(**{"kind": "hashtag", "basis": Basis.REACH, "advice": Advice.REPEAT, "effect": 40.0} | changes)

    assert why_gone(pattern, found, basis=Basis.REACH, removed=removed) == reason


@pytest.mark.django_db
def test_advice_that_turns_round_retires_what_it_contradicts():
    account = make_account()
    make_window(account)
    look(account.persona, account.platform)
    for tag, rate in (("good", 4.0), ("plain", 8.0)):
        posts = SocialMediaPost.objects.filter(hashtags__name=tag).values("pk")
        for number, pk in enumerate(posts.values_list("pk", flat=True)):
            now = rate * (1 + number % 5 / 20)
            SocialMediaPost.objects.filter(pk=pk).update(engagement_rate=now, rate_low=now - 0.5, rate_high=now + 0.5)

    look(account.persona, account.platform, LATER)

    old, new = Pattern.objects.filter(subject="good").order_by("version")
    assert (old.status, old.retired_reason) == (PatternStatus.RETIRED, RetiredReason.CONTRADICTED)
    assert (old.advice, new.advice, new.supersedes) == (Advice.REPEAT, Advice.AVOID, old)


@pytest.mark.django_db
def test_retired_pattern_that_holds_again_starts_anew():
    account = make_account()
    make_window(account)
    look(account.persona, account.platform)
    Pattern.objects.update(status=PatternStatus.RETIRED, retired_at=NOW)

    look(account.persona, account.platform, LATER)

    assert [row[3] for row in learned(subject="good")] == [PatternStatus.RETIRED, PatternStatus.ACTIVE]


@pytest.mark.django_db
@pytest.mark.parametrize("still_holds", [True, False])
def test_pattern_that_a_person_rejected_stays_rejected(still_holds):
    account = make_account()
    make_window(account)
    look(account.persona, account.platform)
    Pattern.objects.filter(subject="good").update(status=PatternStatus.REJECTED)
    before = learned(subject="good")
    if still_holds:
        make_evidence(account, tags=["good"], engagement_rate=9.0)
    else:
        SocialMediaPost.objects.update(engagement_rate=4.0, rate_low=3.5, rate_high=4.5)

    look(account.persona, account.platform, LATER)

    assert learned(subject="good") == before


@pytest.mark.django_db
def test_patterns_of_another_basis_are_retired_when_the_main_basis_changes():
    account = make_account()
    make_window(account)
    old = make_pattern(persona=account.persona, subject="good", basis=Basis.VIEWS)

    look(account.persona, account.platform)

    old.refresh_from_db()
    assert old.status == PatternStatus.RETIRED
    assert Pattern.objects.active().get(subject="good").basis == Basis.REACH


@pytest.mark.django_db
def test_failures_become_patterns_with_share_interval_and_examples():
    persona = make_persona()
    failed = [
        make_run(persona, state=State.FAILED, error_class="Timeout", error_message="No answer in 60 s.",
                 validation=validation, created_at=NOW - timedelta(hours=hours))
        for hours, validation in ((2, Validation.PENDING), (6, Validation.REJECTED))
    ]  # fmt: skip
    rejected = make_run(persona, validation=Validation.REJECTED)
    make_run(persona)

    look(persona, Platform.INSTAGRAM)

    timeout, disliked = Pattern.objects.filter(kind=PatternKind.FAILURE).order_by("-n")
    around = known(wilson(2, 4))
    assert (timeout.subject, timeout.platform, timeout.advice) == ("Timeout in TEXT_GENERATION", "", Advice.AVOID)
    assert (timeout.n, timeout.mean) == (2, 50.0)
    assert (timeout.low, timeout.high) == pytest.approx((100 * around.low, 100 * around.high))
    assert set(timeout.contexts.all()) == set(failed)
    assert timeout.strategy == (
        "Timeout in text generation: 2 of 4 runs (95 % interval 15 to 85 in a hundred). "
        "The service did not answer in time. Check that it is up; allow it more time, or ask it for less at once."
    )
    assert timeout.evidence_at == NOW - timedelta(hours=4)
    assert (disliked.subject, disliked.n) == ("Rejected by a person in TEXT_GENERATION", 1)
    assert list(disliked.contexts.all()) == [rejected]


@pytest.mark.django_db
def test_failure_without_exception_to_every_run_is_stored():
    persona = make_persona()
    make_run(persona, state=State.FAILED, error_class="Timeout")

    look(persona, Platform.INSTAGRAM)

    pattern = Pattern.objects.get()
    assert (pattern.mean, pattern.high) == (100.0, 100.0)


@pytest.mark.django_db
def test_run_that_failed_without_a_word_was_not_rejected_by_a_person():
    persona = make_persona()
    make_run(persona, state=State.FAILED, error_class="")

    look(persona, Platform.INSTAGRAM)

    assert Pattern.objects.get().subject == "Unknown error in TEXT_GENERATION"


@pytest.mark.django_db
def test_long_names_of_errors_fit_the_column():
    persona = make_persona()
    make_run(persona, phase="P" * 100, state=State.FAILED, error_class="E" * 200)

    look(persona, Platform.INSTAGRAM)

    pattern = Pattern.objects.get()
    pattern.full_clean(exclude=["informed", "posts", "contexts", "supersedes", "basis"])
    assert len(pattern.subject) == 200


@pytest.mark.django_db
def test_failures_are_not_churned_by_the_looks_at_other_platforms():
    persona = make_persona()
    make_run(persona, state=State.FAILED, error_class="Timeout")
    for platform in Platform.values:
        look(persona, platform)

    assert [(row[2], row[3]) for row in learned(kind=PatternKind.FAILURE)] == [(1, PatternStatus.ACTIVE)]


@pytest.mark.django_db
def test_platforms_and_personas_do_not_retire_each_other():
    account = make_account()
    kept = [make_pattern(persona=account.persona, platform=Platform.TIKTOK), make_pattern()]

    look(account.persona, account.platform)

    assert set(Pattern.objects.active()) == set(kept)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "inside"),
    [(timedelta(days=90), False), (timedelta(days=90) - timedelta(seconds=1), True), (timedelta(days=3), True)],
    ids=["at the start", "just after it", "recent"],
)
def test_window_is_open_at_its_start(age, inside):
    account = make_account()
    make_evidence(account, published_at=NOW - age, last_synced_at=NOW)

    assert look(account.persona, account.platform).posts_n == int(inside)


@pytest.mark.django_db
def test_posts_published_after_now_do_not_count():
    account = make_account()
    make_evidence(account, published_at=NOW + timedelta(seconds=1), last_synced_at=NOW + timedelta(days=9))

    assert look(account.persona, account.platform).posts_n == 0


@pytest.mark.django_db
def test_crash_half_way_leaves_nothing():
    account = make_account()
    make_window(account)

    def fail(execute, sql, params, many, context):
        # Patterns are written, and then their evidence cannot be.
        if 'INSERT INTO "patterns_pattern_posts"' in sql:
            raise DatabaseError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(DatabaseError, match="disk full"):
        look(account.persona, account.platform)

    assert (Extraction.objects.count(), Pattern.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_two_looks_at_once_learn_everything_once():
    account = make_account()
    make_window(account)
    errors, start = [], threading.Barrier(2)

    def look_together():
        try:
            start.wait(10)
            look(account.persona, account.platform)
        except DatabaseError as error:
            errors.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=look_together) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert errors == []
    assert [(row[1], row[2]) for row in learned()] == [("good", 1), ("plain", 1)]
    assert Extraction.objects.count() == 2


@pytest.mark.django_db
def test_extract_new_looks_only_where_numbers_are_newer():
    looked, waiting = make_account(), make_account(platform=Platform.TIKTOK)
    make_evidence(looked, measured_at=NOW - timedelta(hours=2))
    make_evidence(waiting)
    make_extraction(persona=looked.persona, as_of=NOW - timedelta(hours=1))

    extractions = extract_new(NOW)

    assert [(e.persona, e.platform) for e in extractions] == [(waiting.persona, Platform.TIKTOK)]
    assert extract_new(NOW) == []


@pytest.mark.django_db
def test_extract_new_ignores_posts_older_than_the_window():
    make_evidence(make_account(), published_at=NOW - timedelta(days=91))

    assert extract_new(NOW) == []
    assert len(extract_new(NOW, days=92)) == 1


@pytest.mark.django_db
def test_persona_that_was_deleted_meanwhile_is_passed_over():
    persona = make_persona()
    gone = type(persona).objects.get(pk=persona.pk)
    persona.delete()

    assert look(gone, Platform.INSTAGRAM) is None


@pytest.mark.django_db
def test_lineage_can_be_walked_both_ways():
    account = make_account()
    runs = []
    for number, post in enumerate(make_window(account)):
        run = make_context()
        content = make_content(persona=account.persona, context=run, caption=f"Piece {number}")
        SocialMediaPost.objects.filter(pk=post.pk).update(content=content, context=run)
        runs.append(run)

    look(account.persona, account.platform)

    pattern = Pattern.objects.get(subject="good")
    back = Content.objects.filter(posts__patterns=pattern)
    assert {content.context_id for content in back} == {run.pk for run in runs[::2]}
    assert set(pattern.contexts.all()) == set(runs[::2])
    assert list(runs[0].patterns.all()) == [pattern]
    assert pattern not in runs[1].patterns.all()


@pytest.mark.django_db
@pytest.mark.parametrize("n", [40, 70])
def test_extraction_costs_the_same_queries_for_any_number_of_posts(n, django_assert_num_queries):
    account = make_account()
    make_window(account, n)
    refresh_local_times(SocialMediaPost.objects.all(), account.persona.timezone)

    with django_assert_num_queries(12):
        look(account.persona, account.platform)


@pytest.mark.django_db
def test_look_keeps_the_alarms_of_the_loop_and_nothing_that_is_quiet():
    account = make_account()
    for age in range(1, 61):
        tags = ["sea"] if age <= 30 else [f"tag{age % 7}", f"tag{age % 5}"]
        make_evidence(account, published_at=NOW - timedelta(days=age), last_synced_at=NOW, tags=tags, caption="")

    extraction = look(account.persona, account.platform)

    (alarm,) = extraction.alarms
    assert (alarm["kind"], alarm["subject"], alarm["n"], alarm["n_before"]) == ("variety", "hashtags", 29, 30)
    assert alarm["change_high"] < 0.8
    assert list(Extraction.objects.ringing(NOW - timedelta(days=1))) == [extraction]


@pytest.mark.django_db
def test_ringing_is_only_the_newest_look_of_each_persona_and_platform():
    persona, alarm = make_persona(), [{"text": "Rings.", "advice": "Look."}]
    make_extraction(persona=persona, alarms=alarm, as_of=NOW - timedelta(days=1))
    make_extraction(persona=persona, alarms=[], as_of=NOW)
    ringing = make_extraction(persona=persona, platform="tiktok", alarms=alarm, as_of=NOW)
    make_extraction(alarms=alarm, as_of=NOW - timedelta(days=8))

    assert list(Extraction.objects.ringing(NOW - timedelta(days=7))) == [ringing]


@pytest.mark.django_db
def test_pattern_that_no_look_renewed_for_a_whole_window_retires(settings):
    persona = make_persona()
    old = make_pattern(persona=persona, window_end=NOW - timedelta(days=settings.PATTERN_DAYS))
    fresh = make_pattern(persona=persona, window_end=NOW - timedelta(days=settings.PATTERN_DAYS - 1))

    extract_new(NOW)

    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.status, old.retired_at) == (PatternStatus.RETIRED, NOW)
    assert old.retired_reason == RetiredReason.OUTDATED
    assert fresh.status == PatternStatus.ACTIVE
