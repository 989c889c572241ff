"""Sentences for the people of a scene, drawn from tables, and how campaigns disguise theirs."""

from __future__ import annotations

import random

from engagement.sandbox import scene_promotions as promotions
from engagement.sandbox import scene_words as words
from engagement.sandbox import vocabulary

# Letters that look the same in Latin and in Cyrillic, and marks without width.
_LOOKALIKES = str.maketrans("aceopxyiAEOPCTH", "асеорхуіАЕОРСТН")
_NO_WIDTH = ("\u200b", "\u200c", "\u2060")


class Promotion:
    """One promotion: `text` says it in one of its languages, never twice in quite the same way."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._said = rng, rng.choice(promotions.PROMOTIONS)
        self._brand = rng.choice(promotions.BRANDS)
        self._handle = f"{self._brand.lower()}.{rng.choice(('official', 'team', 'world', 'care', 'club'))}"
        self.languages = tuple(self._said)

    def text(self, language: str) -> str:
        """A paraphrase with small edits."""
        sentence = self._rng.choice(self._said[language]) + self._rng.choice(promotions.TAILS)
        return disguised(self._rng, sentence.format(brand=self._brand, handle=self._handle))


def disguised(rng: random.Random, sentence: str) -> str:
    """The same to a reader, but of other characters."""
    edits = rng.sample((_sparkling, _looking_alike, _without_width, _cased, _punctuated), rng.choice((1, 2, 2, 3)))
    for edit in edits:
        sentence = edit(rng, sentence)
    return sentence


def _sparkling(rng: random.Random, sentence: str) -> str:
    spark = rng.choice(promotions.SPARKS) * rng.choice((1, 1, 2, 3))
    return f"{spark} {sentence}" if rng.random() < 0.4 else f"{sentence} {spark}"


def _looking_alike(rng: random.Random, sentence: str) -> str:
    return "".join(one.translate(_LOOKALIKES) if rng.random() < 0.15 else one for one in sentence)


def _without_width(rng: random.Random, sentence: str) -> str:
    return "".join(one + rng.choice(_NO_WIDTH) if rng.random() < 0.08 else one for one in sentence)


def _cased(rng: random.Random, sentence: str) -> str:
    return rng.choice((str.upper, str.lower, str.capitalize, str.title))(sentence)


def _punctuated(rng: random.Random, sentence: str) -> str:
    return sentence.replace(", ", rng.choice((" , ", "... ", " - ", "\n", ". "))) + rng.choice(("", "!", "!!!", " ..."))


def small_talk(rng: random.Random) -> str:
    return f"{rng.choice(words.SMALL_TALK)} {rng.choice(words.APPLAUSE)}".strip()


def scorns(rng: random.Random, name: str, count: int) -> list[str]:
    """As many insults, no two alike; there are several hundred."""
    pairs = rng.sample([(said, mark) for said in words.SCORN for mark in dict.fromkeys(words.SCORN_MARKS)], count)
    return [said.format(name=rng.choice((name, name.lower(), f"@{name}"))) + mark for said, mark in pairs]


def viral(rng: random.Random, slogan: str, song: tuple[str, ...]) -> str:
    """One of a crowd of real people: half of them say no more than a word, an emoji or a name."""
    said = (
        _loud(rng, rng.choice(words.PRAISE)),
        rng.choice(words.EMOJI) * rng.choice((1, 1, 2, 3, 3, 6)),
        _loud(rng, slogan),
        rng.choice(song),
        _tagged(rng, rng.choice(words.TAGGED)),
        rng.choice(words.TALES).format(times=rng.randrange(2, 40)),
    )
    return rng.choices(said, (30, 18, 10, 8, 18, 16))[0]


def habit(rng: random.Random) -> str:
    return rng.choice(words.HABITS).format(city=rng.choice(vocabulary.SLOTS["city"]))


def entry(rng: random.Random, word: str) -> str:
    """An entry to a giveaway."""
    written = rng.choice((word, word, word.lower(), word.capitalize()))
    return _tagged(rng, rng.choice(words.ENTRIES), word=written)


def _loud(rng: random.Random, sentence: str) -> str:
    said = rng.choice((sentence, sentence, sentence.upper(), sentence.capitalize()))
    return said + rng.choice(("", "", "!", "!!!", f" {rng.choice(words.EMOJI)}", f" {rng.choice(words.EMOJI) * 3}"))


def _tagged(rng: random.Random, template: str, **slots: str) -> str:
    return template.format(friend=_friend(rng), other=_friend(rng), **slots)


def _friend(rng: random.Random) -> str:
    first, last = rng.choice(vocabulary.FIRST_NAMES), rng.choice(vocabulary.LAST_NAMES)
    return f"{first}{rng.choice(('_', '.', ''))}{last}{rng.choice(('', '', str(rng.randrange(1, 99))))}".lower()
