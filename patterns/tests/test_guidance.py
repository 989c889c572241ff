"""What of the learned patterns reaches the next generation, in which order, and what never does."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.enums import Platform
from gator.studio.guidance import Guidance
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import Advice, PatternKind, PatternStatus
from patterns.guidance import guidance_for, record_use
from patterns.tests.factories import make_pattern

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "subject", "advice", "part", "expected"),
    [
        (PatternKind.HASHTAG, "sea", Advice.REPEAT, "hashtags", ("sea",)),
        (PatternKind.HASHTAG, "sea", Advice.AVOID, "avoid_hashtags", ("sea",)),
        (PatternKind.POSTING_HOUR, "8", Advice.REPEAT, "hours", (8,)),
        (PatternKind.POSTING_HOUR, "8", Advice.AVOID, "avoid_hours", (8,)),
        (PatternKind.MEDIA_KIND, "video", Advice.REPEAT, "media_kinds", ("video",)),
        (PatternKind.MEDIA_KIND, "video", Advice.AVOID, "avoid_media_kinds", ("video",)),
        (PatternKind.STRATEGY, "story", Advice.REPEAT, "approaches", ("story",)),
        (PatternKind.STRATEGY, "story", Advice.AVOID, "avoid_approaches", ("story",)),
        (PatternKind.POSTING_WEEKDAY, "0", Advice.REPEAT, "reasons", ("Why.",)),
    ],
)
def test_each_kind_of_pattern_has_its_part(kind, subject, advice, part, expected):
    pattern = make_pattern(kind=kind, subject=subject, advice=advice, strategy="Why.")

    guidance = guidance_for(pattern.persona, Platform.INSTAGRAM, now=NOW)

    plain = {"persona": pattern.persona.slug, "platform": "instagram", "reasons": ("Why.",), "patterns": (pattern.pk,)}
    assert guidance == Guidance(**plain | {part: expected})


def test_the_surest_comes_first_whichever_way_it_points():
    persona = make_persona()
    shaky = make_pattern(persona=persona, effect=9.0, effect_low=0.1, effect_high=17.9)
    sure = make_pattern(persona=persona, effect=2.0, effect_low=1.5, effect_high=2.5)
    bad = make_pattern(persona=persona, advice=Advice.AVOID, effect=-2.0, effect_low=-3.0, effect_high=-1.0)
    failure = make_pattern(
        persona=persona, kind=PatternKind.FAILURE, advice=Advice.AVOID, platform="", basis="",
        effect=None, effect_low=None, effect_high=None,
    )  # fmt: skip

    guidance = guidance_for(persona, Platform.INSTAGRAM, now=NOW)

    assert guidance.patterns == (sure.pk, bad.pk, shaky.pk, failure.pk)
    assert guidance.hashtags == (sure.subject, shaky.subject)
    assert guidance.avoid_hashtags == (bad.subject,)


def test_control_share_hears_nothing():
    pattern = make_pattern()

    guidance = guidance_for(pattern.persona, Platform.INSTAGRAM, now=NOW, informed=False)

    assert guidance == Guidance(persona=pattern.persona.slug, platform="instagram", informed=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": PatternStatus.SUPERSEDED},
        {"status": PatternStatus.RETIRED},
        {"status": PatternStatus.REJECTED},
        {"platform": Platform.TIKTOK},
        {"learned_at": NOW + timedelta(seconds=1)},
        {"window_end": NOW - timedelta(days=90)},
    ],
    ids=["superseded", "retired", "rejected", "other platform", "learned later", "never renewed"],
)
def test_patterns_that_do_not_hold_here_and_now_are_not_used(changes):
    pattern = make_pattern(**changes)

    guidance = guidance_for(pattern.persona, Platform.INSTAGRAM, now=NOW)

    assert guidance == Guidance(persona=pattern.persona.slug, platform="instagram")


def test_patterns_of_other_personas_are_not_used():
    make_pattern()
    persona = make_persona()

    assert guidance_for(persona, Platform.INSTAGRAM, now=NOW).patterns == ()


def test_record_use_links_both_ways():
    pattern = make_pattern()
    content = make_content(persona=pattern.persona)

    record_use(content, guidance_for(pattern.persona, Platform.INSTAGRAM, now=NOW))

    assert list(content.patterns.all()) == [pattern]
    assert list(pattern.informed.all()) == [content]


def test_record_use_passes_over_patterns_that_were_deleted_meanwhile():
    pattern = make_pattern()
    content = make_content(persona=pattern.persona)
    guidance = guidance_for(pattern.persona, Platform.INSTAGRAM, now=NOW)
    pattern.delete()

    record_use(content, guidance)

    assert list(content.patterns.all()) == []


@pytest.mark.parametrize("n", [1, 3])
def test_guidance_costs_one_query(n, django_assert_num_queries):
    persona = make_persona()
    for _ in range(n):
        make_pattern(persona=persona)

    with django_assert_num_queries(1):
        guidance_for(persona, Platform.INSTAGRAM, now=NOW)


def test_old_evidence_stands_behind_new_and_is_left_out_in_the_end():
    persona = make_persona()
    strong = {"effect": 20.0, "effect_low": 10.0, "effect_high": 30.0}
    old = make_pattern(persona=persona, evidence_at=NOW - timedelta(days=80), **strong)
    new = make_pattern(persona=persona, **strong)
    make_pattern(persona=persona, evidence_at=NOW - timedelta(days=400), effect=9.0, effect_low=1.0, effect_high=17.0)
    observed = make_pattern(
        persona=persona, kind=PatternKind.HIGH_ENGAGEMENT, effect=None, effect_low=None, effect_high=None
    )

    guidance = guidance_for(persona, Platform.INSTAGRAM, now=NOW)

    assert guidance.patterns == (new.pk, old.pk, observed.pk)
    assert guidance.hashtags == (new.subject, old.subject)
