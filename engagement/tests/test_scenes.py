"""Scenes whose truth is known, end to end: planted in the sandbox, synced over HTTP, judged by the filter.

`benchmarks/scenes.py` measures all of them on all platforms; here stands what must never break.
"""

import pytest

from engagement.enums import Platform, Verdict
from engagement.sandbox.audience import GENUINE, PERSONA
from engagement.tests.planted import Judged, play
from engagement.tests.sandbox_client import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(stage, settings):
    return Sandbox(stage.world, settings.PLATFORM_API_URLS["instagram"].rpartition("/")[0])


@pytest.mark.parametrize("platform", Platform.values)
@pytest.mark.parametrize("kind", ["regulars", "giveaway"])
def test_hardly_anybody_of_an_innocent_crowd_is_accused(stage, sandbox, platform, kind):
    judged = play(stage, sandbox, platform, kind, posts=1, size=60)

    assert sum(n for (true, _), n in judged.verdicts.items() if true == GENUINE) >= 50
    assert judged.accused is not None
    assert judged.accused <= 0.02


@pytest.mark.parametrize("platform", Platform.values)
@pytest.mark.parametrize("kind", ["raid", "pod"])
def test_interval_holds_the_true_engagement_after_a_group_came(stage, sandbox, platform, kind):
    judged = play(stage, sandbox, platform, kind, posts=2)

    assert judged.covered == [True, True]


@pytest.mark.parametrize("platform", Platform.values)
def test_personas_are_known_by_their_id_after_a_rename(stage, sandbox, platform):
    judged = play(stage, sandbox, platform, "personas", posts=1, size=6)

    said = {verdict for (true, verdict) in judged.verdicts if true == PERSONA}
    assert said == {Verdict.PERSONA}


@pytest.mark.parametrize("platform", Platform.values)
def test_every_visible_part_of_a_campaign_gets_a_verdict_and_has_a_truth(stage, sandbox, platform):
    judged = play(stage, sandbox, platform, "campaign", posts=2, size=12)

    assert judged.n >= 20
    assert len(judged.covered) == 2


def test_shares_follow_from_the_counts():
    judged = Judged()

    judged.verdicts.update(
        {
            ("bot", "bot"): 6,
            ("bot", "genuine"): 3,
            ("bot", "persona"): 1,
            ("persona", "persona"): 2,
            ("genuine", "bot"): 1,
            ("genuine", "genuine"): 19,
        }
    )

    assert (judged.precision, judged.recall, judged.accused) == (8 / 10, 8 / 12, 1 / 20)
