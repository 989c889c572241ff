"""What kind of run a request makes, as tables over the words for media kinds and qualities."""

from acd.enums import Complexity, Phase

PHASES: dict[str, Phase] = {
    "image": Phase.IMAGE_GENERATION,
    "carousel": Phase.IMAGE_GENERATION,
    "text": Phase.TEXT_GENERATION,
    "video": Phase.VIDEO_GENERATION,
    "audio": Phase.AUDIO_GENERATION,
}
COMPLEXITIES: dict[str, Complexity] = {
    "draft": Complexity.LOW,
    "standard": Complexity.MEDIUM,
    "high": Complexity.HIGH,
    "premium": Complexity.CRITICAL,
}


def phase_for(media_kind: str) -> Phase:
    """The phase that makes `media_kind`; content generation for kinds without one of their own."""
    return PHASES.get(media_kind, Phase.CONTENT_GENERATION)


def complexity_for(quality: str) -> Complexity:
    """How demanding a run of this quality is; medium for a quality nobody has named yet."""
    return COMPLEXITIES.get(quality, Complexity.MEDIUM)
