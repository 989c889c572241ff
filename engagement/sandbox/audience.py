"""How an audience reacts: hidden tastes from the seed, and the life of a post drawn when it goes out.

A reading at a later time only counts the events that have happened by then, so readings cost little and
never disagree. Ids and wire formats are left to the world and the platforms.
"""

from __future__ import annotations

import math
import random
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from engagement.sandbox import people, text
from engagement.sandbox.accounts import Account, Persona
from engagement.sandbox.acts import HALF_LIFE_SECONDS, Act, Surge
from engagement.sandbox.people import Person

GENUINE, BOT, PERSONA = "genuine", "bot", "persona"
TRUTHS = (GENUINE, BOT, PERSONA)

HOURS = (8, 12, 18, 21)
BEST_HOUR, BAD_HOUR = 1.6, 0.65
DISLIKED_TAG = 0.6
LIKED_KIND, OTHER_KIND = 1.25, 0.85

BASE_RATE = 0.026  # engagement per person reached, before tastes; tastes carry it to about 1-12 %
NOISE_SIGMA = 0.35
MAX_RATE = 0.3

BOT_RIDDEN_RATIO = 0.12
BACKGROUND_BOT_RATIO = 0.053  # bots per genuine comment: about 5 % of what is then visible
PERSONA_COMMENT_RATIO = 0.35
MAX_GENUINE_COMMENTS = 22

ANSWER_RATIO = 0.15
UNSIGNED_RATIO, UNSIGNED_ON = 0.06, ("instagram", "facebook")

# How what is not a comment divides into likes, shares and saves.
LIKE_RATIO, SHARE_RATIO = 0.84, 0.08


@dataclass(frozen=True)
class Effects:
    """Hidden truth about a persona's audience: factors on the engagement rate."""

    liked_hashtags: dict[str, float]
    disliked_hashtags: dict[str, float]
    best_hour: int
    bad_hour: int
    kinds: dict[str, float]

    def factor(self, *, hashtags: Sequence[str], hour: int, kind: str) -> float:
        tastes = {**self.liked_hashtags, **self.disliked_hashtags}
        tags = math.prod(tastes.get(tag, 1.0) for tag in sorted(set(hashtags)))
        return tags * {self.best_hour: BEST_HOUR, self.bad_hour: BAD_HOUR}.get(hour, 1.0) * self.kinds.get(kind, 1.0)


def draw_effects(seed: int, persona: Persona) -> Effects:
    rng = random.Random(f"{seed}:effects:{persona.slug}")
    *liked, disliked = rng.sample(persona.hashtags, 3)
    best, bad = rng.sample(HOURS, 2)
    favourite, other = rng.sample(("image", "text"), 2)
    return Effects(
        {tag: round(rng.uniform(1.5, 2.0), 2) for tag in liked},
        {disliked: DISLIKED_TAG},
        best,
        bad,
        {favourite: LIKED_KIND, other: OTHER_KIND, "video": 1.0},
    )


@dataclass(frozen=True)
class Comment:
    """A visible comment; `after` is in seconds since publication.

    `parent` is the comment it answers, if any; `is_signed` says whether the platform names its author by id.
    """

    comment_id: str
    after: float
    author: Person
    text: str
    truth: str
    likes: int
    parent: str = ""
    hidden: bool = False
    is_signed: bool = True


@dataclass(frozen=True)
class Life:
    """Everything that will ever happen to a post, as sorted seconds since publication.

    `events` were drawn with the post; `acts` and `surges` came with scenes planted afterwards.
    """

    reach: int
    views_per_reach: float
    events: dict[tuple[str, str], array[float]]
    comments: tuple[Comment, ...]
    bot_ridden: bool
    acts: dict[str, tuple[Act, ...]] = field(default_factory=dict)
    surges: tuple[Surge, ...] = ()
    moments: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moments", tuple(comment.after for comment in self.comments))

    def count(self, kind: str, age: float, truth: str | None = None) -> int:
        truths = TRUTHS if truth is None else (truth,)
        drawn = sum(bisect_right(self.events[kind, one], age) for one in truths if (kind, one) in self.events)
        return drawn + sum(one.truth in truths for one in self.acts_by(kind, age))

    def acts_by(self, kind: str, age: float) -> list[Act]:
        """The planted acts of a kind that have happened and still count."""
        return [one for one in self.acts.get(kind, ()) if one.after <= age < one.gone]

    def comments_by(self, age: float) -> tuple[Comment, ...]:
        return self.comments[: bisect_right(self.moments, age)]

    def reached(self, age: float) -> int:
        surges = (Surge(0.0, self.reach), *self.surges)
        return sum(
            round(one.people * (1 - math.exp2(-max(age - one.start, 0.0) / HALF_LIFE_SECONDS))) for one in surges
        )

    def viewed(self, age: float) -> int:
        return round(self.reached(age) * self.views_per_reach)


@dataclass(frozen=True)
class Occasion:
    """What a life depends on: who posts what, when, and the n-th time."""

    seed: int
    account: Account
    number: int
    published_at: datetime
    local_hour: int
    weekday: int
    kind: str
    hashtags: tuple[str, ...]


NameComment = Callable[[float, int], str]


@dataclass
class _Draft:
    """A comment before it has an id."""

    after: float
    author: Person
    text: str
    truth: str


def draw_life(occasion: Occasion, effects: Effects, others: Sequence[Account], name: NameComment) -> Life:
    """Draw the life of a post; `others` are AI personas on the platform, `name` makes comment ids."""
    account = occasion.account
    rng = random.Random(
        f"{occasion.seed}:{account.platform}:{account.user_id}:{occasion.number}:"
        f"{occasion.weekday}:{occasion.local_hour}"
    )
    reach = round(account.followers * rng.uniform(0.3, 0.6))
    taste = effects.factor(hashtags=occasion.hashtags, hour=occasion.local_hour, kind=occasion.kind)
    rate = min(MAX_RATE, BASE_RATE * taste * rng.lognormvariate(0.0, NOISE_SIGMA))
    views_per_reach = rng.uniform(1.15, 1.6)
    total = round(reach * rate)
    bot_ridden = rng.random() < BOT_RIDDEN_RATIO
    drafts, events = _genuine(rng, occasion, total)
    drafts += _background_bots(rng, occasion, len(drafts))
    drafts += _personas(rng, occasion, others, events)
    if bot_ridden:
        drafts += _burst(rng, occasion, events)
    drafts.sort(key=lambda draft: draft.after)
    return Life(reach, views_per_reach, events, _threaded(_named(drafts, name), account.platform), bot_ridden)


def _genuine(
    rng: random.Random, occasion: Occasion, total: int
) -> tuple[list[_Draft], dict[tuple[str, str], array[float]]]:
    count = min(MAX_GENUINE_COMMENTS, total, 2 + round(0.8 * math.sqrt(total) * rng.uniform(0.6, 1.1)))
    rest = max(0, total - count)
    likes, shares = round(rest * LIKE_RATIO), round(rest * SHARE_RATIO)
    split = {"like": likes, "share": shares, "save": max(0, rest - likes - shares)}
    events = {(kind, GENUINE): _moments(rng, number) for kind, number in split.items()}
    pool = people.fans(occasion.seed, occasion.account.platform, occasion.account.persona.slug)
    return [
        _Draft(20 + _decay(rng), _regular(rng, pool), text.genuine(rng, occasion.account.persona.slug), GENUINE)
        for _ in range(count)
    ], events


def _background_bots(rng: random.Random, occasion: Occasion, comments: int) -> list[_Draft]:
    pool = _bots(occasion)
    count = sum(rng.random() < BACKGROUND_BOT_RATIO for _ in range(comments))
    return [_Draft(5 + _decay(rng), rng.choice(pool), text.background(rng), BOT) for _ in range(count)]


def _personas(
    rng: random.Random,
    occasion: Occasion,
    others: Sequence[Account],
    events: dict[tuple[str, str], array[float]],
) -> list[_Draft]:
    drafts = []
    for other in others:
        if rng.random() < PERSONA_COMMENT_RATIO:
            sentence = text.machine(rng, occasion.account.persona.theme)
            drafts.append(_Draft(60 + _decay(rng), people.as_person(other), sentence, PERSONA))
    events["like", PERSONA] = array("d", sorted(max(1.0, draft.after - 15) for draft in drafts))
    return drafts


def _burst(rng: random.Random, occasion: Occasion, events: dict[tuple[str, str], array[float]]) -> list[_Draft]:
    """A raid: 6-15 near-identical comments within one or two minutes, and likes bought around it."""
    start, length, count = rng.uniform(600, 20 * 3600), rng.uniform(60, 120), rng.randint(6, 15)
    authors = rng.sample(_bots(occasion), count)
    bought = round(len(events["like", GENUINE]) * rng.uniform(0.3, 0.8)) + 15
    events["like", BOT] = array("d", sorted(start + rng.uniform(-120, 480) for _ in range(bought)))
    return [
        _Draft(start + rng.uniform(0, length), author, sentence, BOT)
        for author, sentence in zip(authors, text.burst(rng, count), strict=True)
    ]


def _named(drafts: list[_Draft], name: NameComment) -> tuple[Comment, ...]:
    likes = random.Random(f"{len(drafts)}:{drafts[0].after if drafts else 0}")
    return tuple(
        Comment(
            name(draft.after, index),
            draft.after,
            draft.author,
            draft.text,
            draft.truth,
            likes.choice((0, 0, 0, 1, 2, 4)) if draft.truth == GENUINE else 0,
        )
        for index, draft in enumerate(drafts)
    )


def is_unsigned(rng: random.Random, truth: str, platform: str) -> bool:
    """Whether the platform names the author of a comment by no id; it knows its own professional accounts."""
    return rng.random() < UNSIGNED_RATIO and truth != PERSONA and platform in UNSIGNED_ON


def _threaded(comments: tuple[Comment, ...], platform: str) -> tuple[Comment, ...]:
    """Some people answer an earlier comment, and Meta names some by no id; drawn apart, so that the rest stays."""
    rng, threaded = random.Random(f"{[one.comment_id for one in comments]}"), list[Comment]()
    for comment in comments:
        answered = [one.comment_id for one in threaded if not one.parent]
        answers = rng.random() < ANSWER_RATIO and comment.truth == GENUINE
        is_signed = not is_unsigned(rng, comment.truth, platform)
        parent = rng.choice(answered) if answers and answered else ""
        threaded.append(replace(comment, parent=parent, is_signed=is_signed))
    return tuple(threaded)


def _bots(occasion: Occasion) -> tuple[Person, ...]:
    return people.bots(occasion.seed, occasion.account.platform, people.fortnight_of(occasion.published_at))


def _regular(rng: random.Random, pool: Sequence[Person]) -> Person:
    """Some fans comment far more often than others."""
    return pool[int(len(pool) * rng.random() ** 1.8)]


def _decay(rng: random.Random) -> float:
    return -HALF_LIFE_SECONDS / math.log(2) * math.log(1 - rng.random())


def _moments(rng: random.Random, count: int) -> array[float]:
    return array("d", sorted(_decay(rng) for _ in range(count)))


def moment(published_at: datetime, after: float) -> datetime:
    return published_at + timedelta(seconds=after)
