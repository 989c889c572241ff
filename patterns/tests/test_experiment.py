"""What guidance gained, from rows: which posts take part, what they are compared with, and what is left out."""

from datetime import timedelta
from random import Random

import pytest

from acd.tests.factories import NOW
from engagement.enums import Basis, FilterState
from engagement.tests.factories import make_account
from gator.studio.enums import Arm
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import Signal
from patterns.experiment import OBSERVATIONAL, RANDOMISED, uplift
from patterns.tests.factories import make_evidence, make_piece, make_trial

pytestmark = pytest.mark.django_db
LEFT_OUT = {"provisional", "unfiltered", "unmeasured", "repeated", "alone_on_their_basis"}


def asked(**only):
    return uplift(now=NOW, **only)


def test_gain_of_what_chance_decided_is_told_with_interval_n_and_evidence():
    account = make_account()
    posts = make_trial(account)

    part = asked().randomised

    gain = part.overall
    assert (part.design, part.warning, gain.signal) == (RANDOMISED, "", Signal.OK)
    assert gain.low < 50 < gain.high
    assert 0 < gain.low < gain.percent < gain.high
    assert (gain.guided, gain.control, gain.bases) == (30, 10, (Basis.REACH,))
    assert sorted(gain.guided_posts + gain.control_posts) == [post.pk for post in posts]
    assert gain.control_posts == tuple(post.pk for post in posts[::4])
    assert f"{gain.percent:.0f} % more genuine engagement with guidance (95 % interval +" in gain.says
    assert "30 posts with guidance, 10 without" in gain.says


def test_each_persona_has_a_gain_of_its_own():
    one, other = (make_account(persona=make_persona(slug=slug)) for slug in ("maya", "theo"))
    make_trial(one, gain=2.0)
    make_trial(other, gain=1.0)

    part = asked().randomised

    maya, theo = part.personas
    assert (maya.persona, theo.persona) == ("maya", "theo")
    assert maya.low < 100 < maya.high
    assert (theo.signal, maya.signal) == (Signal.THIN, Signal.OK)
    assert theo.percent < part.overall.percent < maya.percent
    assert theo.says.startswith("No difference shown")


def test_question_can_be_narrowed_to_a_persona_a_platform_and_days():
    account = make_account()
    make_trial(account)
    make_trial(make_account(platform="tiktok"), n=8)
    make_piece(account, Arm.GUIDED, published_at=NOW - timedelta(days=70))

    def counted(**only):
        gain = asked(**only).randomised.overall
        return gain.guided + gain.control

    assert counted() == 49
    assert counted(personas=[account.persona]) == 41
    assert counted(platform="tiktok") == 8
    assert counted(days=30) == 48


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"last_synced_at": None}, "provisional"),
        ({"last_synced_at": NOW - timedelta(days=19)}, "provisional"),
        ({"filter_state": FilterState.UNFILTERED}, "unfiltered"),
        ({"engagement_rate": None, "basis": ""}, "unmeasured"),
        ({"basis": Basis.VIEWS}, "alone_on_their_basis"),
    ],
    ids=["never read", "read too early", "unfiltered", "no rate", "alone on its basis"],
)
def test_posts_that_cannot_be_compared_are_left_out_and_counted(changes, reason):
    account = make_account()
    make_trial(account)
    rate = {"rate": None} if "engagement_rate" in changes else {}
    left = {name: value for name, value in changes.items() if name != "engagement_rate"}
    make_piece(account, Arm.CONTROL, **rate, **left)

    part = asked().randomised

    assert (part.overall.guided, part.overall.control) == (30, 10)
    assert {name: part.left_out[name] for name in LEFT_OUT if part.left_out[name]} == {reason: 1}


def test_content_that_went_out_twice_counts_once():
    account = make_account()
    first = make_piece(account, Arm.CONTROL)
    make_evidence(make_account(persona=account.persona), content=first.content)

    part = asked().randomised

    assert (part.overall.control_posts, part.left_out["repeated"]) == ((first.pk,), 1)


def test_pieces_that_never_went_out_are_counted_by_arm():
    account = make_account()
    make_piece(account, Arm.GUIDED)
    drawn = {"propensity": 0.9, "had_advice": True, "created_at": NOW - timedelta(days=2)}
    for arm, platform in ((Arm.GUIDED, "instagram"), (Arm.GUIDED, "tiktok"), (Arm.CONTROL, "instagram")):
        make_content(persona=account.persona, arm=arm, guidance={"platform": platform}, **drawn)

    def counted(**only):
        left = asked(**only).randomised.left_out
        return left["unpublished_guided"], left["unpublished_control"]

    assert counted() == counted(personas=[account.persona]) == (2, 1)
    assert counted(platform="instagram") == (1, 1)
    assert counted(personas=[make_persona()]) == (0, 0)


def test_what_nobody_drew_is_observational_and_carries_a_warning():
    account = make_account()
    unnoted = {"arm": "", "propensity": None, "had_advice": None}
    make_trial(account, content=unnoted)
    make_piece(account, Arm.GUIDED, content={"had_advice": False, "guided": False})
    make_piece(account, Arm.GUIDED, content={"propensity": 1.0})
    # Made elsewhere: generated by nobody.
    make_evidence(account)

    found = asked()

    assert (found.randomised.overall.guided, found.randomised.overall.control) == (0, 0)
    assert found.randomised.overall.percent is None
    assert (found.observational.design, found.observational.warning[:23]) == (OBSERVATIONAL, "Nobody drew lots for th")
    assert (found.observational.overall.guided, found.observational.overall.control) == (31, 11)


def test_control_made_while_there_was_nothing_to_withhold_is_no_control():
    account = make_account()
    make_trial(account)
    for _ in range(10):
        make_piece(account, Arm.CONTROL, rate=0.1, content={"had_advice": False, "guided": False})

    part = asked().randomised

    assert (part.overall.control, part.overall.low < 50 < part.overall.high) == (10, True)


def test_guided_share_that_followed_growth_is_not_taken_for_a_gain():
    account = make_account()
    noise = Random(1)
    # First half: half are controls; then levels have doubled and one in ten is a control.
    for number in range(120):
        late = number >= 60
        arm = Arm.CONTROL if number % (10 if late else 2) == 0 else Arm.GUIDED
        rate = (8 if late else 4) * noise.uniform(0.8, 1.25)
        days = timedelta(days=80 - number * 0.6)
        drawn = {"propensity": 0.9 if late else 0.5, "created_at": NOW - days - timedelta(hours=5)}
        make_piece(account, arm, rate, published_at=NOW - days, content=drawn)

    gain = asked().randomised.overall

    assert gain.low < 0 < gain.high
    assert abs(gain.percent) < 10


def test_rates_of_zero_and_lifts_are_compared_as_well():
    account, counted = make_account(), make_account(platform="tiktok")
    make_trial(account)
    make_piece(account, Arm.CONTROL, rate=0.0)
    for arm in (Arm.GUIDED, Arm.CONTROL):
        for number in range(6):
            lift = {"basis": Basis.COUNT, "lift": 0.4 * (arm == Arm.GUIDED) + 0.05 * number}
            make_piece(counted, arm, None, **lift)

    gain = asked().randomised.overall

    assert (gain.bases, gain.guided, gain.control) == ((Basis.COUNT, Basis.REACH), 36, 17)
    assert gain.low < 50 < gain.high


def test_nothing_at_all_says_what_is_missing():
    found = asked()

    assert [part.overall.signal for part in (found.randomised, found.observational)] == [Signal.NONE] * 2
    assert found.randomised.overall.says.startswith("Not known yet: 0 posts with guidance, 0 without")
    assert (found.randomised.overall.more_posts, found.randomised.personas) == (None, ())


@pytest.mark.parametrize("n", [8, 24])
def test_answer_costs_two_queries(django_assert_num_queries, n):
    for _ in range(n // 8):
        make_trial(make_account(), n=8)

    with django_assert_num_queries(2):
        asked()


def test_asking_again_gives_the_same():
    make_trial(make_account())

    assert asked() == asked()
