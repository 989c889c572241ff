"""A scene planted on posts: where it plays, what it does to each post, and how that becomes part of the post's life.

A scene begins when it is planted and follows from the seed, its number and what was asked for. Every reading shows it
in the platform's own form, and the truth tells who was who. The kinds there are stand in `scene_kinds.py`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engagement.sandbox.accounts import Account
from engagement.sandbox.acts import Act, Surge
from engagement.sandbox.audience import GENUINE, Comment, Life, NameComment, is_unsigned
from engagement.sandbox.people import Person

# Comments of a scene are numbered from here on, times the number of the scene; those by hand stay below.
FIRST_INDEX = 100_000


@dataclass(frozen=True)
class Setting:
    """Where a scene plays: whose posts, how many, and what was asked for. `others` are AI personas on the platform."""

    seed: int
    number: int
    account: Account
    others: Sequence[Account]
    posts: int
    at: datetime
    size: int
    hours: float

    @property
    def platform(self) -> str:
        return self.account.platform

    @property
    def shows_people(self) -> bool:
        """Whether the platform tells who liked and shared."""
        return self.platform == "twitter"


@dataclass(frozen=True)
class Said:
    """A comment of a scene, in seconds since it began."""

    after: float
    person: Person
    text: str
    truth: str


@dataclass
class Part:
    """What a scene does to one of its posts, in seconds since the scene began; `reached` more people see it."""

    said: list[Said] = field(default_factory=list)
    acts: dict[str, list[Act]] = field(default_factory=lambda: {"like": [], "share": []})
    reached: int = 0


def planted(life: Life, part: Part, *, start: float, setting: Setting, name: NameComment) -> Life:
    """The life with a scene in it, which begins `start` seconds after publication."""
    rng = random.Random(f"{setting.seed}:scene:{setting.number}:{len(life.comments)}:{start}")
    said = sorted(part.said, key=lambda one: one.after)
    comments = [_comment(rng, one, start, setting, name, index) for index, one in enumerate(said)]
    acts = {kind: (*life.acts.get(kind, ()), *_moved(some, start)) for kind, some in part.acts.items()}
    return replace(
        life,
        comments=tuple(sorted((*life.comments, *comments), key=lambda one: one.after)),
        acts=acts,
        surges=(*life.surges, Surge(start, part.reached)) if part.reached else life.surges,
    )


def _comment(rng: random.Random, said: Said, start: float, setting: Setting, name: NameComment, index: int) -> Comment:
    after = start + said.after
    comment_id = name(after, FIRST_INDEX * setting.number + index)
    likes = rng.choice((0, 0, 0, 1, 2, 5)) if said.truth == GENUINE else 0
    is_signed = not is_unsigned(rng, said.truth, setting.platform)
    return Comment(comment_id, after, said.person, said.text, said.truth, likes, is_signed=is_signed)


def _moved(acts: Sequence[Act], start: float) -> list[Act]:
    """The acts since publication, oldest first."""
    moved = (replace(one, after=one.after + start, gone=one.gone + start) for one in acts)
    return sorted(moved, key=lambda one: one.after)
