"""What scenes add to the life of a post: likes and shares, and the people it reaches through them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engagement.sandbox.people import Person

HALF_LIFE_SECONDS = 8 * 3600.0


@dataclass(frozen=True)
class Act:
    """A planted like or share; nobody sees who it was without a person. `gone` is when the platform takes it back."""

    after: float
    truth: str
    person: Person | None = None
    gone: float = math.inf


@dataclass(frozen=True)
class Surge:
    """More people whom a post reaches, from `start` on."""

    start: float
    people: int

    def by(self, age: float) -> float:
        return self.people * (1 - math.exp2(-max(age - self.start, 0.0) / HALF_LIFE_SECONDS))
