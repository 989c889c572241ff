"""What the analyzer answers: frozen values, ready to show. Rates are percent of the named basis, shares 0 to 1."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SuccessfulPost:
    """A post whose rate is high even at the lower bound, and how it was made."""

    post: int
    url: str
    published_at: datetime
    rate: float
    rate_low: float
    rate_high: float
    basis: str
    hashtags: tuple[str, ...]
    local_hour: int | None
    media_kind: str
    context: str | None
    strategy: str
    parameters: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FailurePattern:
    """A kind of failure in one phase: how often, with its newest runs and advice. Shares are 0 to 1.

    `message` is what the newest of them said, in the words of whatever failed: data, never markup or advice.
    """

    failure: str
    phase: str
    n: int
    runs: int
    share: float
    share_low: float
    share_high: float
    contexts: tuple[str, ...]
    message: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class FailingGroup:
    """A phase, model, provider, approach or prompt beside the others of the same strata. Shares are 0 to 1.

    `compared` of its `n` runs have others beside them, of which the share `others` fails. `shrunk` is its share drawn
    towards what all groups have in common. `claim` is "more" where it fails more than the others, else empty; `q` is
    None where too few runs can be compared. `contexts` are the newest failures of a claim.
    """

    kind: str
    subject: str
    n: int
    failures: int
    share: float
    share_low: float
    share_high: float
    compared: int
    others: float | None
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    p: float | None
    q: float | None
    signal: str
    claim: str
    contexts: tuple[str, ...]
    advice: str


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A failure that had stopped and came back: since staff marked it as fixed, or after a silence too long for chance.

    `stopped` is "marked" or "silent". Before and after are runs of the phase and how many of them failed so; where it
    was marked, after means since then, otherwise since it came back. `quiet_runs` went by without it in between;
    where it was marked these and `q` are None, since nothing was tested.
    """

    failure: str
    phase: str
    stopped: str
    stopped_at: datetime
    back_at: datetime
    before: int
    runs_before: int
    after: int
    runs_after: int
    quiet_runs: int | None
    q: float | None
    contexts: tuple[str, ...]
    text: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One tested hour, weekday or hashtag; numbers are None where there are too few posts to say anything."""

    subject: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    q: float | None
    signal: str
    basis: str
    posts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A persona's window in figures. Shares are 0 to 1; None means not known."""

    posts: int
    measured: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    basis: str
    mean_rate: float | None
    rate_low: float | None
    rate_high: float | None
    trend: float | None
    trend_low: float | None
    trend_high: float | None
    observed: int
    bot_share: float | None
    bot_share_low: float | None
    bot_share_high: float | None
    persona_share: float | None
    best: tuple[int, ...]
    worst: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PostAnalysis:
    """What is known of one post, what stands out and what to do with that."""

    post: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    basis: str
    provisional: bool
    vs_average: float | None
    average_n: int | None
    stands_out: tuple[str, ...]
    recommendations: tuple[str, ...]
    patterns: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One check of whether a loop feeds on itself, over a window and the window before; numbers are None if unknown.

    `kind` is "variety", "repeats", "audience" or "patterns"; `state` is "alarm", "quiet" or "unknown". The value is an
    effective number of options for variety, else a share of 0 to 1; the change is a ratio for variety, else a
    difference. `patterns` are the ids of those that an alarm is about.
    """

    kind: str
    subject: str
    state: str
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
