"""What every generator takes and gives. Values only: a generator knows no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from gator.studio.enums import Quality
from gator.studio.guidance import Guidance


class GenerationFailed(Exception):
    """Nothing was generated; the message names the reason and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What is to be generated, for whom and how. Equal briefs give equal results where a generator is deterministic.

    `guidance` carries the approaches, hashtags and formats that worked. `parameters` are the generator's own.
    """

    persona: str
    voice: str = ""
    style: str = ""
    themes: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    platform: str
    media_kind: str
    guidance: Guidance
    seed: int
    quality: str = Quality.STANDARD
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a generator is about to try, known before it tries: a failure is counted against it. Empty is unknown."""

    approach: str = ""
    prompt: str = ""
    model: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class Generated(Draft):
    """One generated piece. `media` is empty for text; `tokens` and `cost` (US dollars) are None where unknown.

    `more_media` are the next pages of a carousel.
    """

    caption: str
    hashtags: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tokens: int | None = None
    cost: Decimal | None = None
    media: bytes = b""
    media_name: str = ""
    more_media: tuple[bytes, ...] = ()


class Generator(Protocol):
    """Turns a brief into a piece, or raises `GenerationFailed`."""

    name: str
    # The media kinds it makes for each platform, the usual one first.
    formats: Mapping[str, tuple[str, ...]]

    def draft(self, brief: Brief) -> Draft:
        """What `generate` will try with this brief, as far as it is known by now. Cheap, and never fails."""
        ...

    def generate(self, brief: Brief) -> Generated:
        """Make one piece."""
        ...
