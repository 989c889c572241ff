"""What a look said, beside the look before it or one that is rebuilt, and what that comes from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from engagement.models import SocialMediaPost
from patterns.changes import OBSERVED, Causes, Change, Told, alarm_changes, alarms_by_key, causes, changes, rows_by_key
from patterns.extraction import Look
from patterns.models import Extraction, Pattern


class Explanation(NamedTuple):
    """Every advice and every alarm that changed between two looks, and how their posts differ."""

    changes: list[Change]
    alarms: list[str]
    causes: Causes

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "changes": [vars(one) for one in self.changes],
            "alarms": self.alarms,
            "causes": vars(self.causes) | {"words": self.causes.words()},
        }


def told_by(extraction: Extraction) -> Told:
    """What a stored look said."""
    moment = extraction.as_of
    stood = Q(retired_at=None) | Q(retired_at__gt=moment)
    rows = Pattern.objects.for_persona(extraction.persona).filter(stood, learned_at__lte=moment)
    rows = rows.filter(platform__in=["", extraction.platform]).filter(kind__in=OBSERVED).order_by("pk")
    observed = {(kind, subject): words for kind, subject, words in rows.values_list("kind", "subject", "strategy")}
    return Told(
        moment,
        extraction.days,
        rows_by_key(extraction.tested),
        extraction.evidence,
        observed,
        alarms_by_key(extraction.alarms),
    )


def told_in(look: Look) -> Told:
    """What a look says that is not stored."""
    rows = (one for one in (*look.candidates, *look.of_runs) if one.kind in OBSERVED)
    observed = {(str(one.kind), one.subject): one.strategy for one in rows}
    tested, rang = rows_by_key(look.rows), alarms_by_key(look.alarms)
    return Told(look.as_of, look.days, tested, look.evidence, observed, rang)


def one_before(extraction: Extraction) -> Extraction | None:
    """The look before a stored one, at the same persona and platform."""
    same = Extraction.objects.filter(persona=extraction.persona_id, platform=extraction.platform)
    earlier = Q(as_of__lt=extraction.as_of) | Q(as_of=extraction.as_of, pk__lt=extraction.pk)
    return same.filter(earlier).order_by("-as_of", "-pk").first()


def explain(before: Told, after: Told) -> Explanation:
    """What changed between two looks, and why."""
    differing = before.evidence.keys() ^ after.evidence.keys()
    why = causes(before, after, published_of(map(int, differing)))
    return Explanation(changes(before, after), alarm_changes(before, after), why)


def published_of(ids: Iterable[int]) -> dict[int, datetime]:
    """When those of these posts that still exist were published."""
    rows = SocialMediaPost.objects.filter(pk__in=sorted(ids), published_at__isnull=False).order_by()
    return {pk: moment for pk, moment in rows.values_list("pk", "published_at") if moment}
