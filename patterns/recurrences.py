"""Failures that had stopped and came back: after staff marked them as fixed, or after a silence too long for chance."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q

from gator.studio.models import Persona
from patterns.failure_answers import Recurrence
from patterns.failure_questions import Examples, Kind, newest_examples
from patterns.models import FailureFix, GenerationOutcome
from patterns.querysets import UNSUCCESSFUL, GenerationOutcomeQuerySet
from patterns.remedies import remedy
from patterns.silences import Day, Silence, longest_silence
from patterns.stats import benjamini_hochberg

# A failure that comes back later is taken for another one of the same name.
FIX_DAYS = 365


def recurrences(persona: Persona | None, *, now: datetime, days: int) -> list[Recurrence]:
    """Kinds of failure that came back within the last `days`, the newest first: among the runs of one persona, or among
    all runs. At most five queries.
    """
    window = GenerationOutcome.objects.in_window(now - timedelta(days=days), now, persona)
    examples = newest_examples(window)
    marked = {(one.phase, one.failure): one for one in _marked(persona, examples, now=now, days=days)}
    silent = [one for one in _silent(window, examples) if (one.phase, one.failure) not in marked]
    return sorted([*marked.values(), *silent], key=lambda one: (-one.back_at.timestamp(), one.phase, one.failure))


def _marked(persona: Persona | None, examples: Examples, *, now: datetime, days: int) -> Iterator[Recurrence]:
    """What failed within the window and after it was marked as fixed; before are the `days` before the mark."""
    marks = FailureFix.objects.filter(fixed_at__gt=now - timedelta(days=FIX_DAYS), fixed_at__lte=now)
    newest = {(fix.phase, fix.failure): fix for fix in marks.order_by("fixed_at", "pk")}
    fixes = [fix for kind, fix in newest.items() if kind in examples]
    if not fixes:
        return
    span = timedelta(days=days)
    sums = {f"{name}_{fix.pk}": asked for fix in fixes for name, asked in _sums(fix, span).items()}
    since = min(fix.fixed_at for fix in fixes) - span
    runs = GenerationOutcome.objects.in_window(since, now, persona)
    found = runs.with_failure_name().aggregate(**sums)
    for fix in fixes:
        if found[f"after_{fix.pk}"]:
            numbers = {name: found[f"{name}_{fix.pk}"] for name in _sums(fix, span)}
            yield _back((fix.phase, fix.failure), examples, stopped="marked", stopped_at=fix.fixed_at, **numbers)


def _sums(fix: FailureFix, span: timedelta) -> dict[str, Any]:
    """What to ask of the runs around a mark."""
    before = Q(phase=fix.phase, created_at__gt=fix.fixed_at - span, created_at__lte=fix.fixed_at)
    after = Q(phase=fix.phase, created_at__gt=fix.fixed_at)
    failed = UNSUCCESSFUL & Q(failure=fix.failure)
    return {
        "before": Count("pk", filter=before & failed),
        "runs_before": Count("pk", filter=before),
        "after": Count("pk", filter=after & failed),
        "runs_after": Count("pk", filter=after),
        "back_at": Min("created_at", filter=after & failed),
    }


def _silent(window: GenerationOutcomeQuerySet, examples: Examples) -> Iterator[Recurrence]:
    """What came back after a silence that the false discovery rate lets pass; all kinds with one are tested."""
    silences = {kind: found for kind, days in _days(window).items() if (found := longest_silence(days))}
    q_values = benjamini_hochberg([silence.p for silence in silences.values()])
    for (kind, silence), q in zip(silences.items(), q_values, strict=True):
        if q <= settings.FALSE_DISCOVERY_RATE:
            yield _back(kind, examples, stopped="silent", q=q, **_numbers(silence))


def _days(window: GenerationOutcomeQuerySet) -> dict[Kind, list[Day]]:
    """For each kind of failure every day on which its phase ran, in order."""
    ran: dict[str, dict[date, int]] = defaultdict(dict)
    for phase, day, n in window.per_day():
        ran[phase][day.date()] = n
    failed: dict[Kind, dict[date, int]] = defaultdict(dict)
    for phase, failure, day, n in window.failures_per_day():
        failed[phase, failure][day.date()] = n
    return {
        (phase, failure): [Day(day, n, days.get(day, 0)) for day, n in ran[phase].items()]
        for (phase, failure), days in failed.items()
    }


def _numbers(silence: Silence) -> dict[str, Any]:
    return {
        "stopped_at": _midnight(silence.stopped_on),
        "back_at": _midnight(silence.back_on),
        "before": silence.before.failures,
        "runs_before": silence.before.n,
        "after": silence.after.failures,
        "runs_after": silence.after.n,
        "quiet_runs": silence.quiet_runs,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _back(
    kind: Kind,
    examples: Examples,
    *,
    stopped: str,
    stopped_at: datetime,
    back_at: datetime,
    before: int,
    runs_before: int,
    after: int,
    runs_after: int,
    quiet_runs: int | None = None,
    q: float | None = None,
) -> Recurrence:
    phase, failure = kind
    since = f"marked as fixed on {stopped_at:%Y-%m-%d}" if stopped == "marked" else f"last on {stopped_at:%Y-%m-%d}"
    quiet = "" if quiet_runs is None else f", then {quiet_runs} runs without it"
    return Recurrence(
        failure=failure,
        phase=phase,
        stopped=stopped,
        stopped_at=stopped_at,
        back_at=back_at,
        before=before,
        runs_before=runs_before,
        after=after,
        runs_after=runs_after,
        quiet_runs=quiet_runs,
        q=q,
        contexts=tuple(str(pk) for pk, _ in examples[kind]),
        text=f"Back since {back_at:%Y-%m-%d}: {after} of {runs_after} runs. "
        f"Before it stopped: {before} of {runs_before} ({since}{quiet}).",
        advice=f"The fix does not hold, or something else fails alike. {remedy(failure)}",
    )
