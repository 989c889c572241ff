"""The tables from media kinds and qualities to phases and complexities."""

import pytest

from acd.rules import complexity_for, phase_for


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        ("image", "IMAGE_GENERATION"),
        ("carousel", "IMAGE_GENERATION"),
        ("text", "TEXT_GENERATION"),
        ("video", "VIDEO_GENERATION"),
        ("audio", "AUDIO_GENERATION"),
        ("hologram", "CONTENT_GENERATION"),
    ],
)
def test_phase_for_every_kind(kind, phase):
    assert phase_for(kind) == phase


@pytest.mark.parametrize(
    ("quality", "complexity"),
    [("draft", "LOW"), ("standard", "MEDIUM"), ("high", "HIGH"), ("premium", "CRITICAL"), ("odd", "MEDIUM")],
)
def test_complexity_for_every_quality(quality, complexity):
    assert complexity_for(quality) == complexity
