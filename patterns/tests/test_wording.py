from typing import Any

import pytest

from engagement.enums import Basis
from patterns.effects import Effect
from patterns.enums import PatternKind
from patterns.wording import item, label, meaning, nothing_sure, numbers, percent, strategy


def make_effect(**changes):
    known: dict[str, Any] = {
        "kind": PatternKind.HASHTAG,
        "subject": "sea",
        "n": 12,
        "mean": 6.0,
        "low": 5.0,
        "high": 7.0,
        "baseline": 4.0,
        "effect": 38.0,
        "effect_low": 12.5,
        "effect_high": 68.8,
        "p_gain": 0.001,
        "q_gain": 0.012,
    }
    return Effect(**known | changes)


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (PatternKind.HASHTAG, "sea", "#sea"),
        (PatternKind.POSTING_HOUR, "8", "posting at 8:00"),
        (PatternKind.POSTING_WEEKDAY, "0", "posting on Monday"),
        (PatternKind.MEDIA_KIND, "video", "the format video"),
        (PatternKind.CAPTION_LENGTH, "51-125", "a caption of 51-125 characters"),
        (PatternKind.STRATEGY, "question", "the approach “question”"),
    ],
)
def test_item_reads_inside_a_sentence(kind, subject, expected):
    assert item(kind, subject) == expected


def test_strategy_carries_every_number():
    sentence = strategy(make_effect(kind=PatternKind.POSTING_HOUR, subject="8"), Basis.REACH, "Instagram")

    assert sentence == (
        "Posting at 8:00 on Instagram: +38 % engagement, all else equal (95 % interval +12 % to +69 %) "
        "(n = 12, q = 0.012); the plain mean is 6.00 % of reach with it, 4.00 without."
    )


def test_numbers_of_counts_have_no_mean_in_percent():
    told = numbers(make_effect(), Basis.COUNT)

    assert told == "+38 % engagement, all else equal (95 % interval +12 % to +69 %) (n = 12, q = 0.012)"


def test_numbers_of_a_loss_carry_the_q_value_of_losses():
    told = numbers(make_effect(effect=-20.0, effect_low=-35.0, effect_high=-4.0, q_loss=0.03, q_gain=1.0), Basis.COUNT)

    assert told == "-20 % engagement, all else equal (95 % interval -35 % to -4 %) (n = 12, q = 0.030)"


def test_numbers_of_an_untested_item_are_refused():
    with pytest.raises(ValueError, match="sea was not tested"):
        numbers(Effect(kind=PatternKind.HASHTAG, subject="sea", n=3), Basis.REACH)


@pytest.mark.parametrize(("difference", "expected"), [(0.0, "0 %"), (50.4, "+50 %"), (-12.3, "-12 %")])
def test_percent_has_a_sign(difference, expected):
    assert percent(difference) == expected


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (PatternKind.HASHTAG, "sea", "#sea"),
        (PatternKind.POSTING_HOUR, "8", "8:00"),
        (PatternKind.POSTING_WEEKDAY, "6", "Sunday"),
        (PatternKind.CAPTION_LENGTH, "1-50", "1-50 characters"),
        (PatternKind.STRATEGY, "question", "question"),
    ],
)
def test_label_is_the_item_under_the_name_of_its_kind(kind, subject, expected):
    assert label(kind, subject) == expected


def make_finding(**changes):
    return make_effect(**{"claim": "", "more_posts": 0} | changes)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "None of the hashtags could be tested: 40 posts can be compared."),
        (
            [make_finding()],
            "None of 1 tested hashtags stand out among 40 posts. An effect of 25 % of any of them would most likely "
            "have shown.",
        ),
        ([make_finding(more_posts=None)], "None of 1 tested hashtags stand out among 40 posts."),
        (
            [make_finding(more_posts=80), make_finding(subject="sun", more_posts=30)],
            "None of 2 tested hashtags stand out among 40 posts. About 30 more posts until an effect of 25 % of #sun "
            "could be told.",
        ),
        (
            [make_finding(claim="gain"), make_finding()],
            "1 of 2 tested hashtags stands out among 40 posts: #sea (+38 %).",
        ),
        (
            [make_finding(subject=name, claim="gain") for name in "abcde"],
            "5 of 5 tested hashtags stand out among 40 posts: #a (+38 %), #b (+38 %), #c (+38 %) and 2 more.",
        ),
    ],
    ids=["nothing", "no effect", "unknowable", "missing", "one", "many"],
)  # fmt: skip
def test_meaning_says_what_stands_out_or_what_is_missing(found, said):
    assert meaning(PatternKind.HASHTAG, found, 40) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (3, "Not enough data: about 7 more posts to begin (3 so far)."),
        (10, "Nothing can be compared in 10 posts: vary hours, formats and hashtags, 5 posts of each."),
    ],
)
def test_nothing_sure_says_what_it_takes_to_begin(n, said):
    assert nothing_sure([], n, least=5) == said
