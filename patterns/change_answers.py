"""What is answered of advice that changed: each piece, and which looks were held against each other. Frozen."""

from dataclasses import dataclass
from datetime import datetime

from patterns.answers import Asked


@dataclass(frozen=True, kw_only=True)
class ChangedAdvice:
    """Advice that is new, gone, turned round or rests on other numbers: `advice` now, `advice_before`; empty is none.

    Effects are percent more or less genuine engagement, all else equal; None where nothing was tested. `pattern` says
    so now, or said so before, and names its posts and runs; `look` is the extraction that found the change.
    """

    persona: str
    kind: str
    subject: str
    advice: str
    advice_before: str
    n: int | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    q: float | None
    n_before: int | None
    effect_before: float | None
    effect_before_low: float | None
    effect_before_high: float | None
    q_before: float | None
    text: str
    pattern: int | None
    look: int


@dataclass(frozen=True, kw_only=True)
class ComparedLooks:
    """The newest look at a persona's posts, and the last one from before the window; None where there was none.

    `text` says how many posts differ, and why, and which alarms changed.
    """

    persona: str
    look: int
    as_of: datetime
    posts_n: int
    look_before: int | None
    as_of_before: datetime | None
    posts_n_before: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Changes(Asked):
    """Every piece of advice that changed within the window: what turned or ended first, then what is new."""

    meaning: str
    changes: tuple[ChangedAdvice, ...]
    looks: tuple[ComparedLooks, ...]
