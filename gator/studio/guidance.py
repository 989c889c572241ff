"""What has worked and what to avoid, as a value that a generation receives."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Advice for one generation. Empty advice is legal: it means that nothing is known yet.

    `hours` are local hours (0 to 23) of the persona; `patterns` are the ids of the patterns the advice came from,
    `reasons` the sentences of those patterns, with their numbers. `informed` is False for the control share that is
    generated without advice.
    """

    persona: str
    platform: str
    informed: bool = True
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
