"""What people say of content: ratings and decisions, and the grade they give to the context behind it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from acd.enums import Grade, OutcomeSource
from acd.outcomes import grade
from gator.studio.enums import ContentStatus, Rating
from gator.studio.models import Content, Feedback

GRADES: dict[str, Grade] = {
    Rating.EXCELLENT: Grade.EXCELLENT,
    Rating.GOOD: Grade.GOOD,
    Rating.ACCEPTABLE: Grade.ACCEPTABLE,
    Rating.POOR: Grade.POOR,
    Rating.UNACCEPTABLE: Grade.UNACCEPTABLE,
}
DECISIONS: dict[bool, tuple[ContentStatus, Grade]] = {
    True: (ContentStatus.APPROVED, Grade.GOOD),
    False: (ContentStatus.REJECTED, Grade.POOR),
}
UNFINISHED = frozenset({ContentStatus.GENERATING, ContentStatus.FAILED})


class NothingToJudge(ValueError):
    """The content was not generated to its end. Nothing was written."""


def submit(
    content: Content,
    *,
    rater: User,
    rating: str,
    text: str = "",
    issues: Iterable[str] = (),
    now: datetime,
) -> Feedback:
    """Add a rating and give the lower median of all counted ratings to the context.

    Raises ValueError for a rating that is none, and `NothingToJudge`.
    """
    if rating not in Rating.values:
        raise ValueError(f"{rating!r} is not a rating: use one of {', '.join(Rating.values)}.")
    with transaction.atomic():
        row = _locked(content)
        feedback = Feedback.objects.create(
            content=row, rater=rater, rating=rating, text=text, issues=list(issues), created_at=now
        )
        _grade_by_ratings(row, feedback)
    return feedback


def decide(content: Content, *, approved: bool, actor: User, now: datetime) -> Content:
    """Approve or reject content for good or until the next decision, and return it.

    Raises `NothingToJudge` for content that was not generated to its end.
    """
    status, verdict = DECISIONS[approved]
    with transaction.atomic():
        row = _locked(content)
        Content.objects.filter(pk=row.pk).update(status=status)
        if row.context is not None:
            grade(
                row.context,
                verdict,
                source=OutcomeSource.HUMAN,
                evidence_key=f"decision:{row.pk}:{now.isoformat()}",
                evidence={"content": row.pk, "decision": status.value},
                actor=actor,
                now=now,
                pattern=pattern_name(row),
                strategy=f"{_recipe(row)}: approved by staff.",
            )
    content.status = status
    return content


def pattern_name(content: Content) -> str:
    """What a run that people liked is an example of: `<media kind>_<model>`."""
    return f"{content.media_kind}_{content.model or 'unknown'}"


def _locked(content: Content) -> Content:
    # One after the other: each of two ratings at once must see the other in the median.
    row = Content.objects.select_for_update(of=("self",)).select_related("context").get(pk=content.pk)
    if row.status in UNFINISHED:
        raise NothingToJudge(
            f"Content {row.pk} is {row.status}: there is nothing to judge. Choose one that was generated."
        )
    return row


def _grade_by_ratings(content: Content, newest: Feedback) -> None:
    if content.context is None:
        return
    counted = Feedback.objects.counted().filter(content=content)
    ratings = [Rating(rating) for rating in counted.values_list("rating", flat=True)]
    median = sorted(ratings, key=GRADES.__getitem__)[(len(ratings) - 1) // 2]
    grade(
        content.context,
        GRADES[median],
        source=OutcomeSource.HUMAN,
        evidence_key=f"feedback:{newest.pk}",
        evidence={"content": content.pk, "feedback": newest.pk, "ratings": dict(Counter(ratings))},
        actor=newest.rater,
        now=newest.created_at,
        pattern=pattern_name(content),
        strategy=f"{_recipe(content)}: median rating {median} of n = {len(ratings)} ({_told(ratings)}).",
    )


def _recipe(content: Content) -> str:
    made_by = " ".join(part for part in (content.provider, content.model) if part) or "an unknown model"
    way = f" as a {content.approach}" if content.approach else ""
    return f"{content.get_media_kind_display()}{way}, made by {made_by}"


def _told(ratings: Iterable[Rating]) -> str:
    count = Counter(ratings)
    return ", ".join(f"{count[rating]} {rating}" for rating in Rating if count[rating])
