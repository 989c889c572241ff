"""Turning newly proven posts and newly failed runs into patterns.

A pattern is a pure function of the rows of its window: looking again at the same rows changes nothing, and new rows
make a new version or retire the old one. What a person rejected stays rejected.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from engagement.local_time import refresh_local_times
from gator.studio.models import Persona
from patterns.alarms import alarms
from patterns.answers import FailurePattern
from patterns.effects import Effect, effects, evidence
from patterns.enums import Advice, AlarmState, PatternKind, PatternStatus
from patterns.failure_questions import failed_runs, failure_kinds
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance
from patterns.wording import failure, strategy

NUMBERS = ("n", "mean", "low", "high", "baseline", "effect", "effect_low", "effect_high")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A pattern as computed, before it is compared with what is already known."""

    kind: str
    subject: str
    platform: str
    basis: str
    advice: str
    strategy: str
    numbers: dict[str, Any]
    posts: tuple[int, ...] = ()
    contexts: tuple[Any, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same pattern as an earlier one."""
        return (self.kind, self.subject, self.basis)

    @property
    def digest(self) -> str:
        """Hash of the evidence and the numbers."""
        return digest([self.key, self.numbers, self.posts, [str(pk) for pk in self.contexts]])


def digest(value: object) -> str:
    """A hash that equal values share, whatever process computes it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def extract_new(now: datetime, *, days: int | None = None) -> list[Extraction]:
    """Look at every persona and platform that has posts with numbers newer than the last look."""
    waiting = PostPerformance.objects.between(now - timedelta(days=days or settings.PATTERN_DAYS), now)
    rows = (
        waiting.awaiting_extraction(Extraction.objects.all()).order_by().values_list("persona", "platform").distinct()
    )
    personas = Persona.objects.in_bulk({persona for persona, _ in rows})
    looks = (extract(personas[pk], platform, now=now, days=days) for pk, platform in sorted(rows) if pk in personas)
    found = [extraction for extraction in looks if extraction]
    retire_outdated(now)
    return found


def retire_outdated(now: datetime) -> int:
    """Patterns that no look has renewed for a whole window rest on posts that are too old by now; how many retired."""
    outdated = Pattern.objects.active().filter(window_end__lte=now - timedelta(days=settings.PATTERN_DAYS))
    return outdated.update(status=PatternStatus.RETIRED, retired_at=now)


@transaction.atomic
def extract(persona: Persona, platform: str, *, now: datetime, days: int | None = None) -> Extraction | None:
    """Look at one persona's posts on one platform in the window that ends at `now`, and bring its patterns up to date.

    None where the persona was deleted meanwhile.
    """
    # Two looks at one persona take turns: the second finds what the first learned, instead of learning it again.
    locked = Persona.objects.select_for_update(no_key=True).filter(pk=persona.pk).first()
    if locked is None:
        return None
    days = days or settings.PATTERN_DAYS
    posts = PostPerformance.objects.for_persona(persona).on(platform).in_window(now - timedelta(days=days), now)
    refresh_local_times(posts, locked.timezone)
    basis = posts.main_basis()
    tested = effects(posts.with_value(basis), basis) if basis else []
    extraction = Extraction.objects.create(
        persona=persona,
        platform=platform,
        as_of=now,
        days=days,
        posts_n=posts.count(),
        tested=[as_row(effect) for effect in tested],
        alarms=ringing(persona, platform, now),
        digest=digest([as_row(effect) for effect in tested]),
        created_at=now,
    )
    candidates = [_candidate(effect, platform, basis, posts) for effect in tested if effect.advice]
    _bring_up_to_date(extraction, platform, candidates)
    _bring_up_to_date(extraction, "", list(_failures(persona, now, days)))
    return extraction


def ringing(persona: Persona, platform: str, now: datetime) -> list[dict[str, Any]]:
    """The alarms of a persona's loop on one platform, as rows of the record."""
    posts = PostPerformance.objects.for_persona(persona).on(platform)
    patterns = Pattern.objects.for_persona(persona).on(platform)
    return [asdict(one) for one in alarms(posts, patterns, now=now) if one.state == AlarmState.ALARM]


def as_row(effect: Effect) -> dict[str, Any]:
    """A tested item for the record of the extraction: what it is, its n, effect, interval and q-value."""
    numbers = {name: getattr(effect, name) for name in (*NUMBERS, "p", "q")}
    return {"kind": effect.kind, "subject": effect.subject, "claimed": effect.claimed} | numbers


def _candidate(effect: Effect, platform: str, basis: str, posts: Any) -> Candidate:
    ids = evidence(posts.with_value(basis), effect)
    return Candidate(
        kind=effect.kind,
        subject=effect.subject,
        platform=platform,
        basis=basis,
        advice=effect.advice or "",
        strategy=strategy(effect, basis, posts.model(platform=platform).get_platform_display()),
        numbers={name: getattr(effect, name) for name in NUMBERS} | {"q_value": effect.q},
        posts=tuple(ids),
        contexts=tuple(
            posts.filter(pk__in=ids, context__isnull=False).order_by("context").values_list("context", flat=True)
        ),
    )


def _failures(persona: Persona, now: datetime, days: int) -> Iterable[Candidate]:
    """One candidate for each kind of failure in each phase, as failures per hundred runs of that phase."""
    runs = GenerationOutcome.objects.for_persona(persona).in_window(now - timedelta(days=days), now)
    evidence_of = failed_runs(runs)
    return [_failure(found, evidence_of[found.phase, found.failure]) for found in failure_kinds(runs)]


def _failure(found: FailurePattern, ids: Sequence[Any]) -> Candidate:
    # The column holds 200 characters.
    subject = f"{found.failure[: 196 - len(found.phase)]} in {found.phase}"
    numbers = {"mean": 100 * found.share, "low": 100 * found.share_low, "high": 100 * found.share_high}
    return Candidate(
        kind=PatternKind.FAILURE,
        subject=subject,
        platform="",
        basis="",
        advice=Advice.AVOID,
        strategy=failure(found),
        numbers={"n": found.n, **numbers},
        contexts=tuple(ids),
    )


def _bring_up_to_date(extraction: Extraction, platform: str, candidates: list[Candidate]) -> None:
    """Make versions for what changed, retire what the window no longer supports, leave the rest alone."""
    current = Pattern.objects.for_persona(extraction.persona).on(platform).current()
    known = {(pattern.kind, pattern.subject, pattern.basis): pattern for pattern in current}
    for candidate in candidates:
        _learn(extraction, candidate, known.pop(candidate.key, None))
    gone = [pattern.pk for pattern in known.values() if pattern.status == PatternStatus.ACTIVE]
    Pattern.objects.filter(pk__in=gone).update(status=PatternStatus.RETIRED, retired_at=extraction.as_of)


def _learn(extraction: Extraction, candidate: Candidate, before: Pattern | None) -> None:
    if before and (before.status == PatternStatus.REJECTED or before.digest == candidate.digest):
        return
    if before:
        # The old version steps down first: only one may hold the key.
        before.status, before.retired_at = PatternStatus.SUPERSEDED, extraction.as_of
        before.save(update_fields=["status", "retired_at"])
    pattern = Pattern.objects.create(
        kind=candidate.kind,
        subject=candidate.subject,
        persona=extraction.persona,
        platform=candidate.platform,
        basis=candidate.basis,
        advice=candidate.advice,
        strategy=candidate.strategy,
        version=before.version + 1 if before else 1,
        supersedes=before,
        extraction=extraction,
        window_start=extraction.as_of - timedelta(days=extraction.days),
        window_end=extraction.as_of,
        learned_at=extraction.as_of,
        digest=candidate.digest,
        **candidate.numbers,
    )
    pattern.posts.set(candidate.posts)
    pattern.contexts.set(candidate.contexts)
