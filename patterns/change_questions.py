"""Which advice changed within a window: each persona's newest look against its last one from before. Four queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from patterns.change_answers import ChangedAdvice, ComparedLooks
from patterns.changes import OBSERVED, Change, Told, alarm_changes, alarms_by_key, causes, changes, rows_by_key
from patterns.history import published_of
from patterns.models import Extraction, Pattern
from patterns.querysets import ExtractionQuerySet

# Patterns by the key of their persona.
Standing = Mapping[int, Sequence[Pattern]]

NUMBERS = ("n", "effect", "effect_low", "effect_high", "q")
NUMBERS_BEFORE = ("n_before", "effect_before", "effect_before_low", "effect_before_high", "q_before")


def changed_advice(
    looks: ExtractionQuerySet, *, start: datetime, end: datetime
) -> tuple[list[ChangedAdvice], list[ComparedLooks]]:
    """What differs between the last of these looks by `end` and the last by `start`, persona by persona."""
    newest = list(looks.newest_by(end).select_related("persona").order_by("persona__slug", "platform"))
    earlier = {(one.persona_id, one.platform): one for one in looks.newest_by(start)}
    pairs = [(earlier.get((one.persona_id, one.platform)), one) for one in newest]
    patterns = _standing_since(newest, start)
    differing = (pk for then, now in pairs if then for pk in then.evidence.keys() ^ now.evidence.keys())
    published = published_of(map(int, differing))
    found, compared = list[ChangedAdvice](), list[ComparedLooks]()
    for then, now in pairs:
        before, after = (_told(look, patterns) if look else None for look in (then, now))
        if then and before and after:
            found += [_changed(one, then, now, patterns) for one in changes(before, after)]
            why = causes(before, after, published).words()
            compared.append(_compared(then, now, " ".join([why, *alarm_changes(before, after)])))
        else:
            compared.append(_compared(None, now, f"No look at it is from before {start:%Y-%m-%d}."))
    return sorted(found, key=_order), compared


def _order(one: ChangedAdvice) -> tuple[bool, bool, str, str, str]:
    return one.advice == one.advice_before, not one.advice_before, one.kind, one.subject, one.persona


def _standing_since(looks: Sequence[Extraction], moment: datetime) -> Standing:
    """The patterns of these personas that stood at that moment or later; those that stand longest last."""
    rows = Pattern.objects.filter(persona__in={one.persona_id for one in looks})
    rows = rows.filter(Q(retired_at=None) | Q(retired_at__gt=moment)).order_by("learned_at", "pk")
    found: dict[int, list[Pattern]] = defaultdict(list)
    for row in rows.only("persona_id", "platform", "kind", "subject", "strategy", "learned_at", "retired_at"):
        found[row.persona_id].append(row)
    return found


def _of(look: Extraction, patterns: Standing) -> list[Pattern]:
    """Those of these patterns that stood when a look was over."""
    return [
        one
        for one in patterns.get(look.persona_id, ())
        if one.platform in ("", look.platform)
        and one.learned_at <= look.as_of
        and (one.retired_at is None or one.retired_at > look.as_of)
    ]


def _told(look: Extraction, patterns: Standing) -> Told:
    observed = {(one.kind, one.subject): one.strategy for one in _of(look, patterns) if one.kind in OBSERVED}
    tested, rang = rows_by_key(look.tested), alarms_by_key(look.alarms)
    return Told(look.as_of, look.days, tested, look.evidence, observed, rang)


def _changed(one: Change, then: Extraction, now: Extraction, patterns: Standing) -> ChangedAdvice:
    key = (one.kind, one.subject)
    said_by = {(row.kind, row.subject): row.pk for look in (then, now) for row in _of(look, patterns)}
    return ChangedAdvice(
        persona=now.persona.slug,
        kind=one.kind,
        subject=one.subject,
        advice=one.after,
        advice_before=one.before,
        text=one.words,
        pattern=said_by.get(key),
        look=now.pk,
        **_numbers(NUMBERS, rows_by_key(now.tested).get(key)),
        **_numbers(NUMBERS_BEFORE, rows_by_key(then.tested).get(key)),
    )


def _numbers(names: Sequence[str], row: Any) -> dict[str, Any]:
    return {name: row.get(column) if row else None for name, column in zip(names, NUMBERS, strict=True)}


def _compared(then: Extraction | None, now: Extraction, text: str) -> ComparedLooks:
    return ComparedLooks(
        persona=now.persona.slug,
        look=now.pk,
        as_of=now.as_of,
        posts_n=now.posts_n,
        look_before=then.pk if then else None,
        as_of_before=then.as_of if then else None,
        posts_n_before=then.posts_n if then else None,
        text=text,
    )
