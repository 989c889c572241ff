"""What is known, brought up to what was just seen: new versions, and the reason why an old one ended."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engagement.writing import add_rows
from patterns.adjustment import Key
from patterns.candidates import Candidate
from patterns.effects import Effect
from patterns.enums import Advice, PatternStatus, RetiredReason
from patterns.models import Extraction, Pattern

# How a version ended, and why.
End = tuple[PatternStatus, RetiredReason]


def bring_up_to_date(
    extraction: Extraction,
    candidates: Iterable[Candidate],
    *,
    basis: str,
    tested: Mapping[Key, Effect],
    removed: bool,
) -> None:
    """Make versions for what changed, retire what the window no longer supports, leave the rest alone.

    `tested` tells why: what the look found of every item, on `basis`. `removed` says that posts, people or verdicts of
    the window were taken away since the last look.
    """
    # Those of runs are of no platform, and of kinds of their own.
    rows = Pattern.objects.for_persona(extraction.persona).filter(platform__in=["", extraction.platform])
    known = {(pattern.kind, pattern.subject, pattern.basis): pattern for pattern in rows.current()}
    fresh, ended = list[tuple[Candidate, Pattern | None]](), dict[int, End]()
    for candidate in candidates:
        before = known.pop(candidate.key, None)
        if before and (before.status == PatternStatus.REJECTED or before.digest == candidate.digest):
            continue
        fresh.append((candidate, before))
        if before:
            ended[before.pk] = _overtaken(before, candidate, removed=removed)
    for pattern in known.values():
        if pattern.status == PatternStatus.ACTIVE:
            effect = tested.get((pattern.kind, pattern.subject))
            ended[pattern.pk] = (PatternStatus.RETIRED, why_gone(pattern, effect, basis=basis, removed=removed))
    # Old versions step down first: only one may hold a key.
    _end(ended, extraction)
    _learn(extraction, fresh)


def _overtaken(before: Pattern, candidate: Candidate, *, removed: bool) -> End:
    if before.advice != candidate.advice:
        return PatternStatus.RETIRED, RetiredReason.CONTRADICTED
    return PatternStatus.SUPERSEDED, RetiredReason.REMOVED if removed else RetiredReason.SUPERSEDED


def why_gone(pattern: Pattern, effect: Effect | None, *, basis: str, removed: bool) -> RetiredReason:
    """Why what was learned is no longer claimed, by what the newest look found of its item."""
    if removed:
        return RetiredReason.REMOVED
    if pattern.basis != basis and pattern.basis:
        return RetiredReason.OTHER_BASIS
    if pattern.effect is None:
        return RetiredReason.NOT_SIGNIFICANT
    if effect is None or effect.effect is None:
        return RetiredReason.OUTDATED
    same_side = (effect.effect > 0) == (pattern.advice == Advice.REPEAT)
    return RetiredReason.NOT_SIGNIFICANT if same_side else RetiredReason.CONTRADICTED


def _end(ended: Mapping[int, End], extraction: Extraction) -> None:
    alike = defaultdict[End, list[int]](list)
    for pk, end in ended.items():
        alike[end].append(pk)
    for (status, reason), ids in alike.items():
        rows = Pattern.objects.filter(pk__in=ids)
        rows.update(status=status, retired_at=extraction.as_of, retired_reason=reason)


def _learn(extraction: Extraction, fresh: Iterable[tuple[Candidate, Pattern | None]]) -> None:
    """Store new versions with their evidence, in sets."""
    made = [
        (_pattern(extraction, candidate, before), candidate.posts, candidate.contexts) for candidate, before in fresh
    ]
    Pattern.objects.bulk_create([pattern for pattern, _, _ in made])
    add_rows(
        Pattern.posts.through,
        [{"pattern_id": row.pk, "socialmediapost_id": pk} for row, posts, _ in made for pk in posts],
    )
    add_rows(
        Pattern.contexts.through,
        [{"pattern_id": row.pk, "acdcontext_id": pk} for row, _, contexts in made for pk in contexts],
    )


def _pattern(extraction: Extraction, candidate: Candidate, before: Pattern | None) -> Pattern:
    return Pattern(
        persona=extraction.persona,
        extraction=extraction,
        version=before.version + 1 if before else 1,
        supersedes=before,
        **candidate.columns(extraction.as_of, extraction.days),
    )
