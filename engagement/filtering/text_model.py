"""A linear model over n-grams that tells how much a text reads like what bots write.

It is trained by `manage.py train_comment_model` and scored here without any library: what a word adds is worked out
once and remembered, so that a comment costs some look-ups.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from engagement.filtering.ngrams import (
    AROUND,
    EDGE,
    LETTERS,
    NEXT,
    REMEMBERED,
    WORD,
    length,
    letters,
    simple,
    tokens,
)

# A word says more than each of its many runs of letters.
WORD_WEIGHT = 2.0
# Texts are divided by the square of their length to this power. One half would make all of length one; by less, what a
# long text says again and again counts for more than one word does.
EVENED = 0.35
# Where fewer of the tokens than this share are known, the model has not seen the language, and says nothing.
KNOWN_LEAST = 0.4

# What an n-gram adds to the sum, to the squared length of the text, and its number.
Part = tuple[float, float, int]


@dataclass(eq=False, slots=True)
class Token:
    """What a token adds alone, whether the model knows it, and what it adds with the next token and the one after."""

    simple: str
    sum: float
    square: float
    is_known: bool
    next: Mapping[str, Part] = field(repr=False)
    around: Mapping[str, Part] = field(repr=False)


class TextModel:
    """Weights of n-grams. Texts are vectors whose lengths are evened out, so that long ones weigh little more."""

    def __init__(self, grams: Mapping[str, tuple[float, float]], bias: float) -> None:
        """`grams` gives each n-gram's weight and its scale: the rare and telling ones count for more."""
        self.bias = bias
        parts = {gram: _part(gram, *found, at) for at, (gram, found) in enumerate(grams.items())}
        self._words, self._letters = _of_kind(WORD, parts), _of_kind(LETTERS, parts)
        self._next, self._around = _by_first(_of_kind(NEXT, parts)), _by_first(_of_kind(AROUND, parts))
        self._of_simple = lru_cache(maxsize=REMEMBERED)(self._measured)
        self._token = lru_cache(maxsize=REMEMBERED)(lambda token: self._of_simple(simple(token)))
        self._edge = self._of_simple(EDGE)

    @property
    def names(self) -> list[str]:
        """The n-grams that the model knows as words, letters or pairs."""
        pairs = [f"{first} {second}" for held in (self._next, self._around) for first in held for second in held[first]]
        return [*self._words, *self._letters, *pairs]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "TextModel":
        """The model as `train_comment_model` wrote it."""
        # Up to layers-4 rarity alone was the scale.
        scales = stored["scales"] if "scales" in stored else stored["rarities"]
        rows = zip(stored["grams"].split("\n"), stored["weights"], scales, strict=True)
        return cls({gram: (weight, scale) for gram, weight, scale in rows}, stored["bias"])

    def log_odds(self, shown: str) -> float | None:
        """How a `visible` text reads: above 0 like a bot's. None where the model knows too little of it."""
        return self.log_odds_of(tokens(shown))

    def log_odds_of(self, said: Sequence[str]) -> float | None:
        """The same of a text already taken apart."""
        read = [self._token(token) for token in said]
        if sum([token.is_known for token in read]) < KNOWN_LEAST * len(read) or not read:
            return None
        total = square = 0.0
        # In the order of the text: that of a set differs from process to process, and so would the last digit.
        for token in dict.fromkeys(read):
            total += token.sum
            square += token.square
        together = self._joint(read)
        if part := self._words.get(length(said)):
            together.add(part)
        for added, size, _ in together:
            total += added
            square += size
        return self.bias + total / square**EVENED if square else None

    def _joint(self, read: list[Token]) -> set[Part]:
        """What tokens add together that stand beside each other or one apart."""
        found, before, further = set(), self._edge, None
        # One loop over plain attributes: this is where the time of a comment goes.
        for token in [*read, self._edge]:
            if (follows := before.next) and (part := follows.get(token.simple)):
                found.add(part)
            if further is not None and (follows := further.around) and (part := follows.get(token.simple)):
                found.add(part)
            before, further = token, None if before is self._edge else before
        return found

    def telling(self, shown: str, most: int = 5) -> list[tuple[str, float]]:
        """The words of a text, alone and in pairs, that speak most for a bot, with their weights. Never stored."""
        read = [self._token(token) for token in tokens(shown)]
        alone = {token.simple: self._words[token.simple][0] for token in read if token.is_known}
        joint = {
            f"{one.simple} {other.simple}": one.next[other.simple][0]
            for one, other in pairwise(read)
            if other.simple in one.next
        }
        found = [(name, weight) for name, weight in (alone | joint).items() if weight > 0]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:most]

    def _measured(self, form: str) -> Token:
        runs = list(filter(None, map(self._letters.get, letters(form))))
        parts = [*runs, self._words[form]] if form in self._words else runs
        return Token(
            simple=form,
            sum=sum([part[0] for part in parts]),
            square=sum([part[1] for part in parts]),
            is_known=form in self._words,
            next=self._next.get(form, {}),
            around=self._around.get(form, {}),
        )


def counted(gram: str, scale: float) -> float:
    """How much the presence of an n-gram of this scale counts."""
    return scale if gram.startswith(LETTERS) else WORD_WEIGHT * scale


def _part(gram: str, weight: float, scale: float, number: int) -> Part:
    size = counted(gram, scale)
    return weight * size, size * size, number


def _of_kind(kind: str, parts: Mapping[str, Part]) -> dict[str, Part]:
    return {gram[1:]: part for gram, part in parts.items() if gram.startswith(kind)}


def _by_first(pairs: Mapping[str, Part]) -> dict[str, dict[str, Part]]:
    found: dict[str, dict[str, Part]] = defaultdict(dict)
    for pair, part in pairs.items():
        first, second = pair.split(" ")
        found[first][second] = part
    return found
