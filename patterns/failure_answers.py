"""What is answered of failures: which kinds there are, who fails more than the others, what came back."""

from dataclasses import dataclass
from datetime import datetime

from patterns.answers import Asked
from patterns.enums import Signal
from patterns.failures import FailureRate


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
class FailingGroup(FailureRate):
    """A phase, model, provider, approach or prompt beside the others of the same strata.

    `claim` is "more" where it fails more than the others, else empty. `contexts` are the newest failures of a claim.
    """

    kind: str
    signal: Signal
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
class Failures(Asked):
    """What fails, who fails more than the others, and what came back. Runs of all platforms.

    `recurrences` look back 90 days where no other number of days was asked for; the rest keeps to the window.
    """

    failures: tuple[FailurePattern, ...]
    phases: tuple[FailingGroup, ...]
    models: tuple[FailingGroup, ...]
    providers: tuple[FailingGroup, ...]
    approaches: tuple[FailingGroup, ...]
    prompts: tuple[FailingGroup, ...]
    recurrences: tuple[Recurrence, ...]
