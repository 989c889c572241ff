"""What was taken from the evidence since it was last looked at: posts that are gone, verdicts that people overruled.

Whichever way a post went (a page, a program, the database itself), the newest look still names it; and a decision bears
its moment. What rested on them near and far is measured anew before anything is learned from it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from engagement.models import Decision, SocialMediaPost
from engagement.remeasuring import measure_around
from patterns.models import Extraction, PostPerformance

# A persona, by its key, and a platform.
Pair = tuple[int, str]


def take_up_removals(now: datetime) -> set[Pair]:
    """Measure anew around posts that are gone and verdicts that people changed since the last look at them; where.

    Grades that rested on what moved are withdrawn. Doing it again before the next look gives the same numbers.
    """
    lost, decided = _bereft(), _decided()
    touched = SocialMediaPost.objects.filter(_any(lost, now) | Q(pk__in=[pk for pk, _ in decided]))
    if lost or decided:
        measure_around(touched, now, moved=[pk for pk, _ in decided])
    return {(row.persona_id, row.platform) for row in lost} | {pair for _, pair in decided}


def newest_looks() -> QuerySet[Extraction]:
    """The last look at each persona on each platform."""
    newest = Extraction.objects.order_by().values("persona", "platform").annotate(newest=Max("pk"))
    return Extraction.objects.filter(pk__in=newest.values("newest")).order_by("pk")


def _bereft() -> list[Extraction]:
    """The newest looks of which a post is gone."""
    return [row for row in newest_looks().only("persona_id", "platform", "as_of", "days", "evidence") if _lost(row)]


def _lost(row: Extraction) -> bool:
    ids = [int(pk) for pk in row.evidence]
    return SocialMediaPost.objects.filter(pk__in=ids).count() < len(ids)


def _any(lost: Iterable[Extraction], now: datetime) -> Q:
    """The posts beside those that are gone."""
    found = Q(pk__in=[])
    for row in lost:
        start = row.as_of - timedelta(days=row.days)
        found |= Q(persona=row.persona_id, platform=row.platform, published_at__gt=start, published_at__lte=now)
    return found


def _decided() -> list[tuple[int, Pair]]:
    """The posts that teach and under which people decided otherwise since the last look, each with its pair."""
    newest = Extraction.objects.filter(persona=OuterRef("persona"), platform=OuterRef("platform"))
    last_look = Subquery(newest.order_by("-as_of", "-pk").values("as_of")[:1])
    decided = Decision.objects.order_by().values("interaction__post")
    since = Decision.objects.filter(interaction__post=OuterRef("pk"), decided_at__gt=OuterRef("last_look"))
    posts = PostPerformance.objects.measured().settled().filter(pk__in=decided).annotate(last_look=last_look)
    rows = posts.filter(Q(last_look=None) | Exists(since)).order_by("pk").values_list("pk", "persona", "platform")
    return [(pk, (persona, platform)) for pk, persona, platform in rows]
