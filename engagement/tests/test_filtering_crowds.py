"""Crowds that come as one are named, and crowds that people make are not."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, Verdict
from engagement.filtering.crowds import CROWD_LEAST, YOUNG_LEAST, crowds
from engagement.filtering.pipeline import assess
from engagement.filtering.scene import Account, AuthorRecord, History, Scene, Seen

QUIET = History(typical_pace=1)


def said(number: int | str, seconds: float, author: str | None = None, **changes) -> Seen:
    moment = NOW + timedelta(seconds=seconds)
    return Seen(number, InteractionKind.COMMENT, author or f"author-{number}", "Nice", moment, **changes)


def spread(number: int, within: float, start: float = 0.0, first: int = 0) -> list[Seen]:
    return [said(first + at, start + within * at / number) for at in range(number)]


def named(seen: list[Seen], history: History = QUIET) -> set[int | str]:
    return set(crowds(Scene(tuple(seen), history)))


@pytest.mark.parametrize(
    ("seen", "history", "expected"),
    [
        pytest.param(spread(20, 100), QUIET, 20, id="raid"),
        pytest.param(spread(20, 100) + spread(4, 590, start=-600, first=20), QUIET, 20, id="raid after a few others"),
        pytest.param(spread(20, 100) + spread(20, 590, start=125, first=20), QUIET, 0, id="others come after"),
        pytest.param(spread(CROWD_LEAST - 1, 100), QUIET, 0, id="few"),
        pytest.param(spread(20, 100), History(), 0, id="unknown pace"),
        pytest.param(spread(20, 100), History(typical_pace=9), 0, id="usual here"),
        pytest.param([said(n, n, author="one") for n in range(20)], QUIET, 0, id="one author"),
        pytest.param(
            spread(20, 100),
            History(typical_pace=1, author_posts={f"author-{n}": 2 for n in range(0, 20, 2)}),
            10,
            id="regulars are spared",
        ),
        pytest.param(
            spread(20, 100),
            History(typical_pace=1, author_posts={f"author-{n}": 2 for n in (1, *range(0, 20, 2))}),
            0,
            id="most are regulars",
        ),
    ],
)
def test_crowd_at_once_is_one_without_others_around_it(seen, history, expected):
    assert len(named(seen, history)) == expected


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("people", [30, 400, 3_000])
def test_crowd_that_fades_is_not_named(seed, people):
    random = Random(seed)

    assert named([said(n, random.expovariate(1 / 5_400)) for n in range(people)]) == set()


def aged(number: int, days: float | None, kind: str = InteractionKind.LIKE) -> Seen:
    account = Account(age_days=days, followers=2, following=500, posts=0, has_picture=False, has_biography=False)
    return Seen(number, kind, f"author-{number}", account=account)


@pytest.mark.parametrize(
    ("young", "old", "unknown", "expected"),
    [
        pytest.param(YOUNG_LEAST, 0, 0, YOUNG_LEAST, id="all are young"),
        pytest.param(YOUNG_LEAST - 1, 0, 0, 0, id="few"),
        pytest.param(YOUNG_LEAST, 30, 0, 0, id="few among many"),
        pytest.param(30, 70, 0, 30, id="a third"),
        pytest.param(0, 0, 50, 0, id="unknown"),
    ],
)
def test_crowd_of_young_accounts_is_named(young, old, unknown, expected):
    ages = [5.0] * young + [900.0] * old + [None] * unknown

    assert len(named([aged(number, age) for number, age in enumerate(ages)])) == expected


def test_bought_likes_of_empty_young_accounts_are_bots_and_those_of_others_beside_them_are_not():
    seen = [aged(number, 5.0 if number < 40 else 2_000.0) for number in range(60)]

    found = assess(seen, known_personas=frozenset())

    assert {found[n].verdict for n in range(40)} == {Verdict.BOT}
    assert {found[n].verdict for n in range(40, 60)} == {Verdict.GENUINE}


@given(st.lists(st.integers(0, 3_000), max_size=40), st.randoms())
def test_crowds_are_the_same_in_any_order(seconds, random):
    seen = [said(number, at) for number, at in enumerate(seconds)]
    shuffled = [*seen]
    random.shuffle(shuffled)

    assert named(shuffled) == named(seen)


# Who has a good record


SPAM = "I will check this out next month, many thanks to all of you my friends, subscribe to my channel for free money"


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        pytest.param(None, Verdict.BOT, id="nobody knows"),
        pytest.param(AuthorRecord(genuine=1), Verdict.UNSURE, id="good record"),
        pytest.param(AuthorRecord(bot=1), Verdict.BOT, id="bad record"),
    ],
)
def test_words_alone_do_not_convict_whoever_has_a_good_record(record, verdict):
    history = History(authors={"a": record} if record else {})
    seen = Seen(1, InteractionKind.COMMENT, "a", SPAM, datetime.fromisoformat("2026-01-01T10:00:00+00:00"))

    assert assess([seen], known_personas=frozenset(), history=history)[1].verdict == verdict


# Whoever hides a crowd or stands beside it

PITCH = "Write me on WhatsApp +1 555 01234 for daily profit"
BOT = Seen("bot", InteractionKind.COMMENT, "bot", PITCH)


@pytest.mark.parametrize(
    ("crowd", "bot"),
    [
        pytest.param(
            [*spread(12, 100), *spread(3, 90, start=-500, first=20)],
            replace(BOT, occurred_at=NOW + timedelta(seconds=400)),
            id="comes around it",
        ),
        pytest.param(
            [*spread(12, 130), *spread(3, 90, start=-500, first=20)],
            replace(BOT, occurred_at=NOW - timedelta(seconds=10)),
            id="comes first",
        ),
        pytest.param(
            [*(aged(n, 5.0) for n in range(10)), *(aged(n, 900.0) for n in range(10, 33))],
            replace(BOT, account=Account(age_days=900.0)),
            id="has an old account",
        ),
    ],
)
def test_another_bot_hides_no_crowd(crowd, bot):
    before = assess(crowd, known_personas=frozenset(), history=QUIET)
    after = assess([*crowd, bot], known_personas=frozenset(), history=QUIET)

    assert after["bot"].verdict == Verdict.BOT
    genuine = {key for key, one in after.items() if one.verdict == Verdict.GENUINE}
    assert genuine <= {key for key, one in before.items() if one.verdict == Verdict.GENUINE}
    assert Verdict.BOT in {one.verdict for one in before.values()}


@pytest.mark.parametrize(
    "crowd",
    [
        pytest.param([said(n, n * 9) for n in range(CROWD_LEAST - 1)], id="at once"),
        pytest.param([aged(n, 5.0) for n in range(YOUNG_LEAST - 1)], id="young"),
    ],
)
def test_a_regular_makes_no_crowd_of_others(crowd):
    history = History(typical_pace=1, author_posts={"fan": 2})
    fan = said("fan", 50, author="fan", account=Account(age_days=5.0))

    assert named([*crowd, fan], history) == set()
