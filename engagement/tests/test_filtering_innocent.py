"""Innocent comments in the words of bots, in nine languages: the shipped model learned from other ones."""

import csv

import pytest

from engagement.enums import InteractionKind, Verdict
from engagement.filtering.model import MODELS
from engagement.filtering.pipeline import DEFAULT, usual_cut_offs
from engagement.filtering.scene import Seen
from engagement.filtering.text import normalise
from engagement.filtering.training import tried

INNOCENT = MODELS.with_name("innocent")
# Of these who sound like bots as many may be accused as of anybody.
MOST_ACCUSED = 0.02


def texts(name):
    with (INNOCENT / f"{name}.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", ["check", "check_other_languages"])
def test_hardly_any_innocent_comment_is_called_a_bots(name):
    seen = [Seen(at, InteractionKind.COMMENT, text=text) for at, text in enumerate(texts(name))]

    verdicts = tried(seen, DEFAULT, usual_cut_offs(DEFAULT))

    assert len(seen) > 100
    assert verdicts[Verdict.BOT] <= MOST_ACCUSED * len(seen)


def test_nothing_that_is_checked_was_learned():
    learned = set(map(normalise, texts("train")))

    assert learned.isdisjoint(map(normalise, texts("check")))
    assert learned.isdisjoint(map(normalise, texts("check_other_languages")))
