"""The draw that keeps guidance from a share of pieces, and what is noted of it."""

from random import Random

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from gator.studio.enums import Arm
from gator.studio.generation import generate
from gator.studio.guidance import Guidance, drawn, has_advice
from gator.studio.models import Content
from gator.studio.querysets import randomised
from gator.studio.tests.factories import make_content, make_persona

NOTHING = Guidance(persona="p", platform="instagram")
ADVICE = Guidance(persona="p", platform="instagram", hashtags=("tram",), hours=(9,), patterns=(3,))
GUIDED, CONTROL = 0.0, 1.0


@given(st.integers(), st.floats(0, 1))
def test_equal_seeds_draw_alike_and_note_the_probability(seed, share):
    first, second = (drawn(ADVICE, control_share=share, rng=Random(seed)) for _ in range(2))

    assert first == second
    assert first.propensity == 1 - share
    assert (first.informed, first.withheld, first.hours) in ((True, False, (9,)), (False, True, ()))


def test_share_that_goes_without_is_the_share_given():
    rng = Random(2)

    found = [drawn(ADVICE, control_share=0.1, rng=rng).informed for _ in range(4000)]

    # Three standard errors of a share of 4,000.
    assert found.count(False) / 4000 == pytest.approx(0.1, abs=0.0143)


def test_control_carries_no_advice_but_that_there_was_some():
    control = drawn(ADVICE, control_share=CONTROL, rng=Random(1))

    assert (has_advice(control), control.withheld, control.patterns) == (False, True, ())


def test_control_without_anything_to_withhold_says_so():
    control = drawn(NOTHING, control_share=CONTROL, rng=Random(1))

    assert (control.informed, control.withheld) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("guidance", "noted"),
    [
        (drawn(ADVICE, control_share=GUIDED, rng=Random(1)), (True, Arm.GUIDED, 1.0, True)),
        (drawn(ADVICE, control_share=CONTROL, rng=Random(1)), (False, Arm.CONTROL, 0.0, True)),
        (drawn(NOTHING, control_share=GUIDED, rng=Random(1)), (False, Arm.GUIDED, 1.0, False)),
        (drawn(NOTHING, control_share=CONTROL, rng=Random(1)), (False, Arm.CONTROL, 0.0, False)),
        (ADVICE, (True, "", None, None)),
        (Guidance(persona="p", platform="instagram", informed=False), (False, "", None, None)),
    ],
    ids=["guided", "control", "guided by nothing", "control of nothing", "chosen to be guided", "chosen not to be"],
)
def test_content_notes_what_chance_decided(settings, tmp_path, guidance, noted):
    settings.MEDIA_ROOT = tmp_path

    content = generate(make_persona(), "instagram", guidance, seed=1, now=NOW)

    content.refresh_from_db()
    assert (content.guided, content.arm, content.propensity, content.had_advice) == noted


@pytest.mark.django_db
def test_randomised_is_what_chance_could_have_decided_either_way():
    compared = [make_content(arm=arm, propensity=0.9, had_advice=True) for arm in Arm]
    make_content()
    make_content(arm=Arm.CONTROL, propensity=0.9, had_advice=False)
    make_content(arm=Arm.GUIDED, propensity=1.0, had_advice=True)

    assert set(Content.objects.filter(randomised())) == set(compared)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "noted",
    [
        {"arm": Arm.GUIDED, "propensity": None, "had_advice": True},
        {"arm": Arm.GUIDED, "propensity": 0.9, "had_advice": None},
        {"arm": Arm.GUIDED, "propensity": 1.5, "had_advice": True},
        {"arm": "", "propensity": 0.9, "had_advice": None},
    ],
    ids=["no probability", "advice unknown", "no probability at all", "nobody drew"],
)
def test_half_an_assignment_is_refused(noted):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_content(**noted)
