"""Turning newly proven posts and newly failed runs into patterns.

A pattern is a pure function of the rows of its window: looking again at the same rows changes nothing, and new rows
make a new version or retire the old one. What a person rejected stays rejected.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from engagement.enums import Platform
from engagement.local_time import has_moved, refresh_local_times
from gator.studio.models import Persona
from patterns.alarms import WINDOWS, alarms_of
from patterns.candidates import Candidate, digest, mean_moment
from patterns.effects import Effect, study_of
from patterns.enums import Advice, AlarmState, PatternKind, PatternStatus, RetiredReason
from patterns.failure_answers import FailurePattern
from patterns.failure_questions import failed_runs
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance
from patterns.querysets import PatternQuerySet, commonest
from patterns.reading import Reading, reading_of
from patterns.removals import Pair, take_up_removals
from patterns.strategies import high_engagement, well_rated
from patterns.versions import bring_up_to_date
from patterns.windows import Post, Rows
from patterns.wording import failure, strategy

PLAIN = ("n", "mean", "low", "high", "baseline")
NUMBERS = (*PLAIN, "effect", "effect_low", "effect_high", "shrunk", "shrunk_low", "shrunk_high", "q_gain", "q_loss")
TESTS = ("q", "p_gain", "p_loss", "detectable", "more_posts")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the rows of a window teach: everything that was tested, the patterns, and the posts they rest on."""

    platform: str
    as_of: datetime
    days: int
    posts_n: int
    basis: str
    tested: Sequence[Effect]
    evidence: Mapping[str, Sequence[float]]
    # Of this platform, and of the persona's runs whatever they were made for.
    candidates: Sequence[Candidate]
    of_runs: Sequence[Candidate]
    # What rings, as rows of the record.
    alarms: Sequence[dict[str, Any]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every tested item as plain values."""
        return [as_row(effect) for effect in self.tested]

    @property
    def patterns(self) -> list[dict[str, Any]]:
        """Every pattern as plain values: the same whenever it is computed from the same rows."""
        return [one.to_json(self.as_of, self.days) for one in (*self.candidates, *self.of_runs)]

    def emptied(self, as_of: datetime) -> "Look":
        """The same look, at another moment at which there were no posts and no runs."""
        nothing: dict[str, Any] = {"tested": (), "evidence": {}, "candidates": (), "of_runs": (), "alarms": ()}
        return replace(self, as_of=as_of, posts_n=0, basis="", **nothing)


def extract_new(now: datetime, *, days: int | None = None, removed: Set[Pair] | None = None) -> list[Extraction]:
    """Look at every persona and platform that has posts with numbers newer than the last look, or from which something
    was taken away since: those in `removed`, where a caller took that up already.
    """
    removed = take_up_removals(now) if removed is None else removed
    waiting = PostPerformance.objects.between(now - timedelta(days=days or settings.PATTERN_DAYS), now)
    rows = waiting.awaiting_extraction(Extraction.objects.all()).order_by()
    pairs = set(rows.values_list("persona", "platform").distinct()) | removed
    personas = Persona.objects.in_bulk({persona for persona, _ in pairs})
    looks = [
        extract(personas[pk], platform, now=now, days=days, removed=(pk, platform) in removed)
        for pk, platform in sorted(pairs)
        if pk in personas
    ]
    retire_outdated(now)
    return [extraction for extraction in looks if extraction]


def retire_outdated(now: datetime) -> int:
    """Patterns that no look has renewed for a whole window rest on posts that are too old by now; how many retired."""
    outdated = Pattern.objects.active().filter(window_end__lte=now - timedelta(days=settings.PATTERN_DAYS))
    return outdated.update(status=PatternStatus.RETIRED, retired_at=now, retired_reason=RetiredReason.OUTDATED)


@transaction.atomic
def extract(
    persona: Persona, platform: str, *, now: datetime, days: int | None = None, removed: bool = False
) -> Extraction | None:
    """Look at one persona's posts on one platform in the window that ends at `now`, and bring its patterns up to date.

    None where the persona was deleted meanwhile. `removed`: posts, people or verdicts were taken away since the last
    look, which is then the reason why patterns end.
    """
    # Two looks at one persona take turns: the second finds what the first learned, instead of learning it again.
    locked = Persona.objects.select_for_update(no_key=True).filter(pk=persona.pk).first()
    if locked is None:
        return None
    active = Pattern.objects.for_persona(locked).on(platform).active()
    found = look(locked, platform, now=now, days=days or settings.PATTERN_DAYS, informing=active)
    rows = found.rows
    extraction = Extraction.objects.create(
        persona=locked,
        platform=platform,
        as_of=now,
        days=found.days,
        posts_n=found.posts_n,
        tested=rows,
        evidence=found.evidence,
        alarms=found.alarms,
        digest=digest(rows),
        created_at=now,
    )
    tested = {(str(one.kind), one.subject): one for one in found.tested}
    learned = [*found.candidates, *found.of_runs]
    bring_up_to_date(extraction, learned, basis=found.basis, tested=tested, removed=removed)
    return extraction


def look(persona: Persona, platform: str, *, now: datetime, days: int, informing: PatternQuerySet) -> Look:
    """What the rows of a persona's window teach, and what rings; no pattern is written.

    `informing` are the patterns that inform generations until then.
    """
    start = now - timedelta(days=days)
    # The alarms look further back than a short window.
    reading = _read(persona, platform, min(start, now - WINDOWS), now)
    bases = reading.bases(start)
    basis = commonest(bases)
    rows = reading.rows(start, basis) if basis else Rows([], {})
    tested = study_of(rows).effects
    return Look(
        platform=platform,
        as_of=now,
        days=days,
        posts_n=bases.total(),
        basis=basis,
        tested=tested,
        evidence={str(row.pk): row.marks() for row in rows.posts},
        candidates=[*_claims(tested, rows, platform, basis), *high_engagement(rows, platform, basis)],
        of_runs=[*_failures(persona, now, days), *well_rated(persona, now, days)],
        alarms=[asdict(one) for one in alarms_of(reading, informing, now=now) if one.state == AlarmState.ALARM],
    )


def _read(persona: Persona, platform: str, start: datetime, now: datetime) -> Reading:
    """The posts of a persona's last days, at hours of the zone where it lives today."""
    posts = PostPerformance.objects.for_persona(persona).on(platform).between(start, now)
    reading, zone = reading_of(posts), persona.timezone
    if not any(has_moved(zone, one.published_at, one.local_hour, one.local_weekday) for one in reading.posts):
        return reading
    refresh_local_times(posts, zone)
    return reading_of(posts)


def _claims(tested: Sequence[Effect], rows: Rows, platform: str, basis: str) -> Iterator[Candidate]:
    for effect in tested:
        if effect.advice:
            yield _candidate(effect, platform, basis, rows.having((effect.kind, effect.subject)))


def as_row(effect: Effect) -> dict[str, Any]:
    """A tested item for the record of the extraction: what it is, its n, effect, interval and q-value."""
    numbers = {name: getattr(effect, name) for name in (*NUMBERS, *TESTS)}
    return {"kind": effect.kind, "subject": effect.subject, "claimed": effect.claimed, "claim": effect.claim} | numbers


def _candidate(effect: Effect, platform: str, basis: str, rows: Sequence[Post]) -> Candidate:
    return Candidate(
        kind=effect.kind,
        subject=effect.subject,
        platform=platform,
        basis=basis,
        advice=effect.advice or "",
        strategy=strategy(effect, basis, Platform(platform).label),
        numbers={name: getattr(effect, name) for name in NUMBERS} | {"q_value": effect.q},
        posts=tuple(row.pk for row in rows),
        contexts=tuple(sorted(row.context for row in rows if row.context)),
        evidence_at=mean_moment([row.published_at for row in rows]),
    )


def _failures(persona: Persona, now: datetime, days: int) -> Iterable[Candidate]:
    """One candidate for each kind of failure in each phase, as failures per hundred runs of that phase."""
    runs = GenerationOutcome.objects.in_window(now - timedelta(days=days), now, persona)
    return [_failure(*found) for found in failed_runs(runs)]


def _failure(found: FailurePattern, runs: Mapping[Any, datetime]) -> Candidate:
    numbers = {"mean": 100 * found.share, "low": 100 * found.share_low, "high": 100 * found.share_high}
    return Candidate(
        kind=PatternKind.FAILURE,
        # The column holds 200 characters.
        subject=f"{found.failure[: 196 - len(found.phase)]} in {found.phase}",
        platform="",
        basis="",
        advice=Advice.AVOID,
        strategy=failure(found),
        numbers={"n": found.n, **numbers},
        contexts=tuple(runs),
        evidence_at=mean_moment(list(runs.values())),
    )
