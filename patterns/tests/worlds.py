"""Made-up accounts whose truth is known: which hashtags help, which only ride on a good hour or a popular persona.

Nothing here is the model that is tested: personas, hours, hashtags and noise have laws of their own. Sizes are those of
real posts (`benchmarks/honesty.py` says which): on pages of Facebook the same post scatters by 0.56 to 1.5 in logs
around page, month, hour and format, hours differ by 0.28 and formats by factors of about two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from patterns.adjustment import Estimate, Key, Window, adjusted
from patterns.claims import Verdict, judged
from patterns.enums import Claim, PatternKind

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.int64]

FLOOR = 5
RATE = 0.1
# The shares of formats, the days of a window, the hours of a day.
FORMATS, DAYS, HOURS = (0.6, 0.25, 0.15), 90, 24
# So many ways of writing there are, and from so many characters up to below so many a caption has. Neither matters.
APPROACHES, CAPTIONS = 4, (1, 300)


@dataclass(frozen=True)
class Laws:
    """How a world is drawn. Sizes of effects and noise are in logs."""

    posts: int
    personas: int = 12
    tags: int = 500
    helpful: int = 20
    most_tags: int = 12
    # True effects lie between these, either way: factors of 1.35 to 2, or 1 / 1.35 to 1 / 2 for the share of losses.
    effects: tuple[float, float] = (0.3, 0.7)
    losses: float = 0.25
    noise: float = 0.6
    # Degrees of freedom of the noise: the fewer, the more posts go far off. None is the normal law.
    tails: float | None = None
    hours: float = 0.28
    weekdays: float = 0.1
    formats: float = 0.4
    levels: float = 0.5
    # How much personas differ in the hashtags they love, and how strongly hashtags have their hour.
    loved: float = 1.0
    timed: float = 1.2


# A persona after three weeks: as few posts and hashtags as the demo has, with effects and noise as large as there.
FEW = Laws(19, personas=1, tags=8, helpful=3, most_tags=5, effects=(0.4, 0.7), noise=0.35)


@dataclass(frozen=True)
class Facts:
    """Of each post: its persona, the hour and weekday there, the place of its format in `FORMATS`, its day, and what
    never matters: the number of its approach and the characters of its caption."""

    persona: Integers
    hour: Integers
    weekday: Integers
    media: Integers
    day: Floats
    approach: Integers
    letters: Integers


@dataclass(frozen=True)
class World:
    """Posts as a window, and the true effects in logs: of each hashtag, and of each level against the other posts."""

    window: Window
    uses: Floats
    truth: Floats
    facts: Facts
    levels: dict[Key, float]

    def naive_top(self, size: int = 10) -> Integers:
        """The ranking of the original design: the best mean rates among hashtags with five posts or more."""
        n = self.uses.sum(axis=0)
        means = np.where(n >= FLOOR, np.exp(self.window.values) @ self.uses / np.maximum(n, 1), -np.inf)
        return np.argsort(-means)[:size]


def draw(rng: np.random.Generator, laws: Laws) -> World:
    """One world by these laws."""
    persona = rng.integers(0, laws.personas, laws.posts)
    hour = _hours(rng, persona, laws.personas)
    weekday, media = rng.integers(0, 7, laws.posts), rng.choice(len(FORMATS), laws.posts, p=FORMATS)
    days = np.sort(rng.uniform(0, DAYS, laws.posts))
    uses, truth = _uses(rng, laws, persona, hour), _truth(rng, laws)
    best = rng.uniform(0, HOURS)
    level = rng.normal(0, laws.levels, laws.personas)
    by_hour = laws.hours * np.sqrt(2) * _daily(np.arange(HOURS) - best)
    by_weekday, by_media = rng.normal(0, laws.weekdays, 7), rng.normal(0, laws.formats, len(FORMATS))
    values = (
        level[persona]
        + by_hour[hour]
        + by_weekday[weekday]
        + by_media[media]
        + rng.normal(0, 0.2) * days / DAYS
        + uses @ truth
        + laws.noise * _noise(rng, laws)
    )
    approach, letters = rng.integers(0, APPROACHES, laws.posts), rng.integers(*CAPTIONS, laws.posts)
    kinds = {PatternKind.POSTING_HOUR: hour, PatternKind.POSTING_WEEKDAY: weekday, PatternKind.MEDIA_KIND: media}
    kinds[PatternKind.STRATEGY] = approach
    items = {
        (kind.value, str(level)): (codes == level) * 1.0 for kind, codes in kinds.items() for level in np.unique(codes)
    }
    items |= {(PatternKind.HASHTAG.value, str(tag)): uses[:, tag] for tag in range(laws.tags)}
    enough = {key: one for key, one in items.items() if FLOOR <= one.sum() <= laws.posts - FLOOR}
    accounts = np.unique(persona, return_inverse=True)[1]
    constants = np.column_stack([accounts[:, None] == np.unique(accounts), days])
    window = Window(values, np.zeros(laws.posts), accounts, constants, enough)
    levels = _levels(PatternKind.POSTING_HOUR, hour, by_hour)
    levels |= _levels(PatternKind.POSTING_WEEKDAY, weekday, by_weekday) | _levels(
        PatternKind.MEDIA_KIND, media, by_media
    )
    return World(window, uses, truth, Facts(persona, hour, weekday, media, days, approach, letters), levels)


def _levels(kind: PatternKind, codes: Integers, worth: Floats) -> dict[Key, float]:
    """What each level is truly worth against the posts without it."""
    found = np.unique(codes)
    return {(kind.value, str(one)): float(worth[one] - worth[codes[codes != one]].mean()) for one in found}


def _hours(rng: np.random.Generator, persona: Integers, personas: int) -> Integers:
    """Each persona has its own few hours."""
    habits = rng.gamma(0.8, 1, (personas, HOURS)) + 0.05
    edges = np.cumsum(habits / habits.sum(axis=1, keepdims=True), axis=1)
    return (rng.random(len(persona))[:, None] > edges[persona]).sum(axis=1).clip(max=HOURS - 1)


def _daily(hours: Floats) -> Floats:
    return np.cos(2 * np.pi * hours / HOURS)


def _uses(rng: np.random.Generator, laws: Laws, persona: Integers, hour: Integers) -> Floats:
    """Zipf's law, bent by the persona and the hour; each post draws its 3 to `most_tags` without repeating one."""
    popular = -np.log(np.arange(1, laws.tags + 1))
    loved = popular + rng.normal(0, laws.loved, (laws.personas, laws.tags))
    timed = laws.timed * _daily(np.arange(HOURS)[:, None] - rng.uniform(0, HOURS, laws.tags))
    score = loved[persona] + timed[hour] + rng.gumbel(size=(laws.posts, laws.tags))
    rank = np.argsort(np.argsort(-score, axis=1), axis=1)
    return (rank < rng.integers(3, laws.most_tags + 1, laws.posts)[:, None]) * 1.0


def _truth(rng: np.random.Generator, laws: Laws) -> Floats:
    truth = np.zeros(laws.tags)
    side = np.where(rng.random(laws.helpful) < laws.losses, -1, 1)
    truth[rng.choice(laws.tags, laws.helpful, replace=False)] = side * rng.uniform(*laws.effects, laws.helpful)
    return truth


def _noise(rng: np.random.Generator, laws: Laws) -> Floats:
    if laws.tails is None:
        return rng.normal(size=laws.posts)
    return rng.standard_t(laws.tails, laws.posts) / np.sqrt(laws.tails / (laws.tails - 2))


@dataclass(frozen=True)
class Said:
    """What is said of one item: the claim, the plain interval and the shrunk one in logs."""

    claim: str
    low: float
    high: float
    shrunk_low: float
    shrunk_high: float

    @classmethod
    def of_percent(cls, claim: str, *ends: float) -> Self:
        """What an answer says: the claim, and the ends of both intervals in percent more or less."""
        return cls(claim, *(log1p(end / 100) for end in ends))

    def holds(self, truth: float) -> bool:
        """Whether the plain interval holds the truth."""
        return bool(self.low <= truth <= self.high)

    def is_right(self, truth: float) -> bool:
        """Whether the truth lies on the side that is claimed."""
        return bool(truth > 0 if self.claim == Claim.GAIN else truth < 0)


@dataclass(frozen=True)
class Score:
    """What came of one world. Shares are None where there is nothing to take them of; `others` are no hashtags.

    `gaining` and `losing` are the kinds of which a gain or a loss is claimed.
    """

    tested: int
    gains: int
    false_share: float
    power: float
    precision_at_10: float | None
    naive_false: float
    plain_coverage: float | None
    claims: int
    claims_covered: int
    gaining: frozenset[str]
    losing: frozenset[str]
    others: int
    others_false: int
    formats_coverage: float | None


# What is said of every tested item, by kind and subject.
Told = dict[str, dict[str, Said]]


def told_of(found: dict[Key, Estimate]) -> Told:
    """What is said of every tested item of a window."""
    told: Told = {}
    for kind in sorted({kind for kind, _ in found}):
        family = {subject: one for (its, subject), one in found.items() if its == kind}
        judgements = judged([*family.values()], rate=RATE)
        told[kind] = {subject: _said(family[subject], one) for subject, one in zip(family, judgements, strict=True)}
    return told


def _said(one: Estimate, verdict: Verdict) -> Said:
    around = verdict.shrunk
    return Said(verdict.claim, one.effect - one.half, one.effect + one.half, around.low, around.high)


def score(world: World, found: dict[Key, Estimate] | None = None) -> Score:
    """What `adjusted` says of the window, or what was found otherwise, against the truth."""
    return scored(world, told_of(adjusted(world.window, rate=RATE) if found is None else found))


def scored(world: World, told: Told) -> Score:
    """Claims against the truth. Power is of all hashtags with an effect, used enough to be tested or not."""
    tags = {int(subject): one for subject, one in told.get(PatternKind.HASHTAG, {}).items()}
    truth = world.truth
    gains = sorted((tag for tag, one in tags.items() if one.claim == Claim.GAIN), key=lambda tag: -tags[tag].shrunk_low)
    claims = [(tag, one) for tag, one in tags.items() if one.claim]
    shown = [bool(one.shrunk_low <= truth[tag] <= one.shrunk_high) for tag, one in claims]
    rest = [
        (world.levels.get((kind, subject), 0.0), one)
        for kind, family in told.items()
        if kind != PatternKind.HASHTAG
        for subject, one in family.items()
    ]
    formats = [one.holds(world.levels[PatternKind.MEDIA_KIND, at]) for at, one in told.get("media_kind", {}).items()]
    return Score(
        tested=len(tags),
        gains=len(gains),
        false_share=float(np.mean(truth[gains] <= 0)) if gains else 0.0,
        power=sum(one.is_right(truth[tag]) for tag, one in claims) / max(1, int((truth != 0).sum())),
        precision_at_10=float(np.mean(truth[gains[:10]] > 0)) if gains else None,
        naive_false=float(np.mean(truth[world.naive_top()] <= 0)),
        plain_coverage=_share([one.holds(truth[tag]) for tag, one in tags.items()]),
        claims=len(shown),
        claims_covered=sum(shown),
        gaining=_kinds_with(Claim.GAIN, told),
        losing=_kinds_with(Claim.LOSS, told),
        others=sum(bool(one.claim) for _, one in rest),
        others_false=sum(bool(one.claim) and not one.is_right(effect) for effect, one in rest),
        formats_coverage=_share(formats),
    )


def _kinds_with(claim: Claim, told: Told) -> frozenset[str]:
    return frozenset(str(kind) for kind, family in told.items() if any(one.claim == claim for one in family.values()))


def _share(held: Sequence[bool]) -> float | None:
    return float(np.mean(held)) if held else None
