from typing import Any

import pytest

from engagement.enums import Basis
from patterns.effects import Effect
from patterns.enums import PatternKind
from patterns.wording import item, numbers, percent, strategy


def make_effect(**changes):
    known: dict[str, Any] = {
        "kind": PatternKind.HASHTAG,
        "subject": "sea",
        "n": 12,
        "mean": 6.0,
        "low": 5.0,
        "high": 7.0,
        "baseline": 4.0,
        "effect": 1.5,
        "effect_low": 0.5,
        "effect_high": 2.75,
        "p": 0.001,
        "q": 0.012,
    }
    return Effect(**known | changes)


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (PatternKind.HASHTAG, "sea", "#sea"),
        (PatternKind.POSTING_HOUR, "8", "posting at 8:00"),
        (PatternKind.POSTING_WEEKDAY, "0", "posting on Monday"),
        (PatternKind.MEDIA_KIND, "video", "the format video"),
        (PatternKind.STRATEGY, "question", "the approach “question”"),
    ],
)
def test_item_reads_inside_a_sentence(kind, subject, expected):
    assert item(kind, subject) == expected


def test_strategy_carries_every_number():
    sentence = strategy(make_effect(kind=PatternKind.POSTING_HOUR, subject="8"), Basis.REACH, "Instagram")

    assert sentence == (
        "Posting at 8:00 on Instagram: mean 6.00 % of reach against 4.00 without it, all else equal +1.50 points "
        "(95 % interval +0.50 to +2.75) (n = 12, q = 0.012)."
    )


def test_numbers_of_counts_are_told_as_percent():
    effect = make_effect(effect=0.6931, effect_low=-0.1054, effect_high=1.0986)

    assert (
        numbers(effect, Basis.COUNT)
        == "+100 % engagement, all else equal (95 % interval -10 % to +200 %) (n = 12, q = 0.012)"
    )


def test_numbers_of_an_untested_item_are_refused():
    with pytest.raises(ValueError, match="sea was not tested"):
        numbers(Effect(kind=PatternKind.HASHTAG, subject="sea", n=3), Basis.REACH)


@pytest.mark.parametrize(("logs", "expected"), [(0.0, "+0 %"), (0.4055, "+50 %"), (-0.6931, "-50 %")])
def test_percent_of_a_difference_of_logs(logs, expected):
    assert percent(logs) == expected
