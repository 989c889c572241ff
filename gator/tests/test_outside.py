"""The short form of `benchmarks/outside.py`: made-up accounts, brought by CSV files and asked by the REST API."""

from dataclasses import replace

import pytest
from numpy.random import default_rng

from gator.tests.brought_worlds import asked, bring, caller, learn, told_by
from patterns.enums import PatternKind
from patterns.tests.worlds import Laws, draw, scored

pytestmark = pytest.mark.django_db
SEED = 3
FEW_TAGS = Laws(200, personas=2, tags=60, most_tags=5)


def brought(tmp_path, laws):
    world = draw(default_rng(SEED), laws)
    # A stream of its own: the same one again would tie who sees a post to who wrote it.
    bring(world, tmp_path, default_rng([SEED, 1]))
    learn()
    return world


def test_answers_about_imported_posts_are_mostly_right(tmp_path):
    world = brought(tmp_path, replace(FEW_TAGS, posts=500, personas=3))
    client = caller()

    told = told_by(client)

    found = scored(world, told)
    assert found.false_share <= 0.15
    assert found.power >= 0.3
    assert (found.plain_coverage or 0.0) >= 0.85
    assert found.formats_coverage == 1.0
    assert found.others_false <= 1
    answer = asked(client, "hashtags")
    assert (answer["posts_n"], set(answer["left_out"].values())) == (500, {0})


def test_imported_noise_teaches_nothing(tmp_path):
    brought(tmp_path, replace(FEW_TAGS, helpful=0, hours=0.0, weekdays=0.0, formats=0.0))
    client = caller()

    told = told_by(client)

    assert len(told[PatternKind.HASHTAG]) > 20
    assert [subject for family in told.values() for subject, one in family.items() if one.claim] == []


def test_one_persona_may_be_asked_about_alone(tmp_path):
    world = brought(tmp_path, FEW_TAGS)

    answer = asked(caller(), "formats", persona="persona-1")

    assert (answer["persona"], answer["posts_n"]) == ("persona-1", int((world.facts.persona == 1).sum()))
