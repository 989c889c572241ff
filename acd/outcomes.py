"""Turns a grade into the validation and confidence of a context, and keeps the history of both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from acd.enums import Confidence, Grade, OutcomeSource, Validation
from acd.models import ACDContext, OutcomeEvent

VERDICTS: dict[Grade, tuple[Validation, Confidence]] = {
    Grade.EXCELLENT: (Validation.APPROVED, Confidence.VALIDATED),
    Grade.GOOD: (Validation.APPROVED, Confidence.VALIDATED),
    Grade.ACCEPTABLE: (Validation.CONDITIONALLY_APPROVED, Confidence.CONFIDENT),
    Grade.POOR: (Validation.REJECTED, Confidence.UNCERTAIN),
    Grade.UNACCEPTABLE: (Validation.REJECTED, Confidence.UNCERTAIN),
    Grade.WEAK: (Validation.ANALYZED, Confidence.UNCERTAIN),
}
# A quiet post is not a bad generation: only people reject, and only engagement is weak.
MAY_GIVE: dict[str, frozenset[Grade]] = {
    OutcomeSource.HUMAN: frozenset(Grade) - {Grade.WEAK},
    OutcomeSource.ENGAGEMENT: frozenset(Grade) - {Grade.POOR, Grade.UNACCEPTABLE},
}
MAX_KEY = 100


def grade(
    context: ACDContext,
    grade: Grade,
    *,
    source: OutcomeSource,
    evidence_key: str,
    evidence: Mapping[str, Any],
    actor: AbstractBaseUser | None = None,
    now: datetime,
    pattern: str = "",
    strategy: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> OutcomeEvent | None:
    """Judge `context` and return the event; the same evidence of one source makes one event.

    None: a person has spoken, and engagement no longer changes the context. From GOOD on, `pattern` and
    `strategy` name what worked; below there is none. `metadata` is merged. Raises ValueError for a grade the source may
    not give.
    """
    grade = _legal(grade, source, evidence_key)
    with transaction.atomic():
        row = ACDContext.objects.select_for_update().get(pk=context.pk)
        if source == OutcomeSource.ENGAGEMENT and row.human_override:
            return None
        changes = _changes(row, grade, source=source, metadata=metadata)
        changes |= _strategy(grade, pattern, strategy)
        event, is_new = OutcomeEvent.objects.get_or_create(
            context=row,
            source=source,
            evidence_key=evidence_key,
            defaults=_history(row, changes)
            | {"grade": grade, "actor": actor, "evidence": dict(evidence), "created_at": now},
        )
        if is_new:
            ACDContext.objects.filter(pk=row.pk).update(**changes)
    if is_new:
        for name, value in changes.items():
            setattr(context, name, value)
    return event


def _legal(grade: int, source: str, evidence_key: str) -> Grade:
    grade = Grade(grade)
    if grade not in MAY_GIVE[source]:
        legal = ", ".join(sorted(member.name for member in MAY_GIVE[source]))
        raise ValueError(f"{source} may not give the grade {grade.name}: use one of {legal}.")
    if not 0 < len(evidence_key) <= MAX_KEY:
        raise ValueError(f"Name the evidence in 1 to {MAX_KEY} characters, not {len(evidence_key)}.")
    return grade


def _changes(row: ACDContext, grade: Grade, *, source: str, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    validation, confidence = VERDICTS[grade]
    changes: dict[str, Any] = {"validation": validation, "confidence": confidence}
    if source == OutcomeSource.HUMAN:
        changes["human_override"] = True
    if metadata:
        changes["metadata"] = row.metadata | dict(metadata)
    return changes


def _strategy(grade: Grade, pattern: str, strategy: str) -> dict[str, str]:
    """What worked, from GOOD on; below nothing did, whatever an earlier grade said."""
    if grade < Grade.GOOD:
        return {"pattern": "", "strategy": ""}
    return {name: text for name, text in (("pattern", pattern[:200]), ("strategy", strategy)) if text}


def _history(row: ACDContext, changes: dict[str, Any]) -> dict[str, str]:
    return {
        "validation_before": row.validation,
        "validation_after": changes["validation"],
        "confidence_before": row.confidence,
        "confidence_after": changes["confidence"],
    }
