"""Forgetting a person all the way up: what they did, then the grades and the patterns that rested on it.

Erasing is engagement's; it leaves a receipt. What was learned is made anew from the receipts, at once or by the
schedule, so an erasure whose process died in between is finished all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engagement.grading import grade_posts
from engagement.models import ErasureReceipt, SocialMediaPost
from gator.studio.models import Persona
from patterns.enums import PatternStatus
from patterns.extraction import extract, retire_outdated
from patterns.models import Extraction, Pattern
from patterns.removals import Pair, take_up_removals


@dataclass(frozen=True)
class Relearned:
    """What was made anew: how many erasures it finished, posts that were graded, patterns that changed."""

    erasures: int = 0
    posts_graded: int = 0
    patterns_changed: int = 0


@transaction.atomic
def relearn(now: datetime) -> Relearned:
    """Grade and extract anew what rested on erased people; nothing where no erasure waits for it.

    Looks are taken outright, also where one was taken since the erasure: it may not have seen the new numbers yet.
    """
    # Locked, so that of two workers one does it. An erasure that comes meanwhile waits for the next run.
    locked = ErasureReceipt.objects.awaiting_relearning().select_for_update().order_by("pk")
    erased = dict(locked.values_list("pk", "erased_at"))
    if not erased:
        return Relearned()
    since = min(erased.values())
    # What else was taken away must not be passed over by the looks that follow.
    removed = take_up_removals(now)
    graded = grade_posts(SocialMediaPost.objects.filter(measured_at__gte=since), now=now)
    looks = [extract(persona, platform, now=now, removed=True) for persona, platform in _touched(since, removed)]
    retire_outdated(now)
    learned = Pattern.objects.filter(extraction__in=[look for look in looks if look]).count()
    changed = learned + Pattern.objects.filter(status=PatternStatus.RETIRED, retired_at=now).count()
    ErasureReceipt.objects.filter(pk__in=erased).update(relearned_at=now, posts_graded=graded, patterns_changed=changed)
    return Relearned(len(erased), graded, changed)


def _touched(since: datetime, removed: set[Pair]) -> list[tuple[Persona, str]]:
    """Every persona and platform that something was learned of, with posts of any age that were measured since then,
    and those from which something else was `removed`.
    """
    posts = SocialMediaPost.objects.filter(measured_at__gte=since).order_by()
    pairs = set(posts.values_list("persona", "platform"))
    pairs &= set(Extraction.objects.order_by().values_list("persona", "platform").distinct())
    pairs |= removed
    personas = Persona.objects.in_bulk({persona for persona, _ in pairs})
    return [(personas[pk], platform) for pk, platform in sorted(pairs) if pk in personas]
