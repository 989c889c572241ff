"""What is answered of a loop that may feed on itself: one value for each check. Frozen."""

from dataclasses import dataclass

from patterns.answers import Asked
from patterns.enums import AlarmState


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One check of whether a loop feeds on itself, over a window and the window before; numbers are None if unknown.

    `kind` is "variety", "repeats", "audience" or "patterns". The value is an effective number of options for variety,
    else a share of 0 to 1; the change is a ratio for variety, else a difference. `patterns` are the ids of those that
    an alarm is about.
    """

    kind: str
    subject: str
    state: AlarmState
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n_before: int = 0
    before: float | None = None
    before_low: float | None = None
    before_high: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    patterns: tuple[int, ...] = ()
    text: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Alarms(Asked):
    """Every check of the window against the one before it, those that ring first."""

    meaning: str
    checks: tuple[Alarm, ...]
