"""What has worked and what to avoid, as a value that a generation receives, and the draw that keeps it from some."""

from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Advice for one generation. Empty advice is legal: it means that nothing is known yet.

    `hours` are local hours (0 to 23) of the persona; `patterns` are the ids of the patterns the advice came from,
    `reasons` the sentences of those patterns, with their numbers. `informed` is False where advice is kept from the
    generation: `withheld` says that there was some. `propensity` is the probability with which chance let it be
    informed, None where somebody chose.
    """

    persona: str
    platform: str
    informed: bool = True
    withheld: bool = False
    propensity: float | None = None
    hashtags: tuple[str, ...] = ()
    avoid_hashtags: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    avoid_hours: tuple[int, ...] = ()
    media_kinds: tuple[str, ...] = ()
    avoid_media_kinds: tuple[str, ...] = ()
    approaches: tuple[str, ...] = ()
    avoid_approaches: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    patterns: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The value as JSON, for the row of the content."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def has_advice(guidance: Guidance) -> bool:
    """Whether `guidance` says anything at all: without a word of advice a piece is made unguided."""
    return guidance.informed and any(isinstance(value, list) and value for value in guidance.to_json().values())


def drawn(guidance: Guidance, *, control_share: float, rng: Random) -> Guidance:
    """`guidance` with the probability of getting it or, for a random share (0 to 1), nothing of it but that it exists.

    Also drawn where there is no advice to withhold yet: only pieces for which there was some compare the two.
    """
    propensity = 1 - control_share
    if rng.random() >= control_share:
        return replace(guidance, propensity=propensity)
    return Guidance(
        persona=guidance.persona,
        platform=guidance.platform,
        informed=False,
        withheld=has_advice(guidance),
        propensity=propensity,
    )
