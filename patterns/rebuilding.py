"""What would have been learned at a moment, from the rows as they stood: computed on a private copy, nothing is stored.

Posts count with the numbers of the last snapshot taken by then and the interactions seen by then, each with the verdict
it has today; runs with the ratings given by then. So the same moment gives the same patterns for as long as the rows
are the same, and other ones when a person, a post or a verdict was taken away since. Alarms are told of the same posts,
and of the stored patterns that stood then.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from acd.copies import private_copy
from acd.rewinding import rewind_runs
from engagement.models import SocialMediaPost
from engagement.rewinding import rewind
from gator.studio.models import Persona
from patterns.extraction import Look, look
from patterns.models import Pattern
from patterns.querysets import PatternQuerySet

# Persona, by its slug, and platform.
Of = tuple[str, str]


def looks_at(
    moments: Collection[datetime], *, days: int, persona: str = "", platform: str = ""
) -> dict[datetime, dict[Of, Look]]:
    """By moment, the look at every persona and platform with posts in the window of `days`, or at those named."""
    found = {}
    with private_copy():
        # What is later than the latest moment is taken back first, then ever more.
        for moment in sorted(set(moments), reverse=True):
            rewind(moment, since=moment - timedelta(days=days))
            rewind_runs(moment)
            found[moment] = {
                (who.slug, where): look(who, where, now=moment, days=days, informing=_informing(who, where, moment))
                for who, where in _pairs(moment, days, persona, platform)
            }
    return found


def _informing(persona: Persona, platform: str, moment: datetime) -> PatternQuerySet:
    return Pattern.objects.for_persona(persona).on(platform).standing_before(moment)


def _pairs(moment: datetime, days: int, persona: str, platform: str) -> list[tuple[Persona, str]]:
    posts = SocialMediaPost.objects.between(moment - timedelta(days=days), moment).order_by()
    pairs = sorted(set(posts.values_list("persona", "platform")))
    personas = Persona.objects.in_bulk({pk for pk, _ in pairs})
    wanted = ((personas[pk], where) for pk, where in pairs if not platform or where == platform)
    return [(who, where) for who, where in wanted if not persona or who.slug == persona]
