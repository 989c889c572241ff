"""What the learned patterns tell the next generation, as a value that the studio receives."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from gator.studio.guidance import Guidance
from gator.studio.models import Content, Persona
from patterns.decay import certain, holds
from patterns.enums import Advice, PatternKind
from patterns.models import Pattern

# (kind, advice) to the part of the guidance that carries it. Weekdays reach the planner through `reasons` only.
PARTS = {
    (PatternKind.HASHTAG, Advice.REPEAT): "hashtags",
    (PatternKind.HASHTAG, Advice.AVOID): "avoid_hashtags",
    (PatternKind.POSTING_HOUR, Advice.REPEAT): "hours",
    (PatternKind.POSTING_HOUR, Advice.AVOID): "avoid_hours",
    (PatternKind.MEDIA_KIND, Advice.REPEAT): "media_kinds",
    (PatternKind.MEDIA_KIND, Advice.AVOID): "avoid_media_kinds",
    (PatternKind.STRATEGY, Advice.REPEAT): "approaches",
    (PatternKind.STRATEGY, Advice.AVOID): "avoid_approaches",
}
# Parts that hold numbers.
HOURS = ("hours", "avoid_hours")


def guidance_for(persona: Persona, platform: str, *, now: datetime, informed: bool = True) -> Guidance:
    """The active patterns learned by `now` as guidance, surest first; empty and marked so when not `informed`.

    Evidence fades: what it is too old to tell from nothing is left out.
    """
    if not informed:
        return Guidance(persona=persona.slug, platform=platform, informed=False)
    # What no look has renewed for a whole window rests on posts that are too old by now.
    fresh = Q(learned_at__lte=now, window_end__gt=now - timedelta(days=settings.PATTERN_DAYS))
    patterns = Pattern.objects.for_persona(persona).active().filter(fresh, Q(platform=platform) | Q(platform=""))
    # Ranked by the bound nearest to no effect, so that a large but shaky effect does not lead. What was observed
    # without a test has none and stands last.
    bounds = {pattern: certain(pattern, now) for pattern in patterns if holds(pattern, now)}
    ranked = sorted(bounds, key=lambda p: (bounds[p] is None, -(bounds[p] or 0.0), p.pk))
    parts: dict[str, Any] = defaultdict(tuple)
    for pattern in ranked:
        if part := PARTS.get((PatternKind(pattern.kind), Advice(pattern.advice))):
            parts[part] += (int(pattern.subject) if part in HOURS else pattern.subject,)
    return Guidance(
        persona=persona.slug,
        platform=platform,
        reasons=tuple(p.strategy for p in ranked),
        patterns=tuple(p.pk for p in ranked),
        **parts,
    )


def record_use(content: Content, guidance: Guidance) -> None:
    """Link the patterns that informed a piece of content to it, so that one can walk both ways."""
    content.patterns.set(Pattern.objects.filter(pk__in=guidance.patterns))
