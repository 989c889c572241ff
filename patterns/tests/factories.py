"""Rows of patterns for tests, without surprises."""

from datetime import timedelta
from typing import Any

from acd.tests.factories import NOW
from gator.studio.tests.factories import make_persona
from patterns.enums import Advice, PatternKind
from patterns.models import Extraction, Pattern


def make_extraction(**changes: Any) -> Extraction:
    """A look at an empty window on Instagram that ended at NOW."""
    defaults = {"platform": "instagram", "as_of": NOW, "days": 90, "posts_n": 0, "digest": "", "created_at": NOW}
    persona = changes.get("persona") or make_persona()
    return Extraction.objects.create(**defaults | {"persona": persona} | changes)


def make_pattern(**changes: Any) -> Pattern:
    """An active hashtag pattern of a new persona on Instagram, unless one is given; subjects are numbered."""
    number = Pattern.objects.count() + 1
    defaults = {
        "kind": PatternKind.HASHTAG,
        "subject": f"tag{number}",
        "persona": changes.get("persona") or make_persona(),
        "platform": "instagram",
        "basis": "reach",
        "advice": Advice.REPEAT,
        "strategy": f"#tag{number} on Instagram: mean 6.00 % of reach (n = 12, q = 0.010).",
        "n": 12,
        "mean": 6.0,
        "low": 5.0,
        "high": 7.0,
        "baseline": 4.0,
        "effect": 2.0,
        "effect_low": 1.0,
        "effect_high": 3.0,
        "q_value": 0.01,
        "window_start": NOW - timedelta(days=90),
        "window_end": NOW,
        "learned_at": NOW,
        "digest": f"digest-{number}",
    }
    return Pattern.objects.create(**defaults | changes)
