"""How observed numbers are stored: snapshots, and the newest numbers on the post.

Every function may run twice: a moment that is already known changes nothing. All writes go in sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engagement.bursts import may_tell, timeline_evidence
from engagement.enums import MetricSource
from engagement.interactions import storable
from engagement.keys import these
from engagement.models import MetricSnapshot, RefusedPayload, SocialMediaPost
from engagement.timelines import timelines_of
from engagement.values import (
    COUNT_FIELDS,
    MAX_COUNT,
    MAX_SECONDS,
    METRIC_FIELDS,
    RATE_FIELDS,
    SECONDS_FIELDS,
    Metrics,
)
from engagement.writing import Row, add_rows, write_columns

PAYLOAD_LIMIT = 10_000
# (fields, types, highest value, what to give)
LEGAL: tuple[tuple[tuple[str, ...], tuple[type, ...], int, str], ...] = (
    (COUNT_FIELDS, (int,), MAX_COUNT, "whole number"),
    (RATE_FIELDS, (int, float), 100, "percentage"),
    (SECONDS_FIELDS, (int, float), MAX_SECONDS, "number of seconds"),
)
# What a timeline of snapshots makes one doubt.
DOUBTS = ("suspect_likes", "purged_likes")
STANDING_FIELDS = (*METRIC_FIELDS, *DOUBTS, "api_version", "source", "last_synced_at")


class InvalidMetric(ValueError):
    """A number that cannot be true. Nothing was stored."""

    def __init__(self, name: str, value: object, remedy: str) -> None:
        super().__init__(f"{name}: {value!r} cannot be stored. {remedy}")
        self.field, self.value, self.remedy = name, value, remedy


class ConflictingSnapshot(ValueError):
    """The same moment of the same post is already known with other numbers. Nothing was stored."""

    def __init__(self, post: SocialMediaPost, observed_at: datetime, names: Sequence[str]) -> None:
        moment = observed_at.isoformat()
        super().__init__(
            f"{post} was already observed at {moment} with another value of {', '.join(names)}. "
            "A snapshot is never changed: send the new numbers with the time they were observed."
        )
        self.fields = tuple(names)


@dataclass(frozen=True)
class Observation:
    """The numbers of one post at one moment."""

    post: SocialMediaPost
    metrics: Metrics
    observed_at: datetime


def validate(metrics: Metrics) -> None:
    """Raise `InvalidMetric` for a count outside 0 to 2^63-1 or a rate outside 0 to 100."""
    for names, types, most, wanted in LEGAL:
        for name in names:
            value = getattr(metrics, name)
            is_number = isinstance(value, types) and not isinstance(value, bool)
            # NaN fails both comparisons, so it is refused here too.
            if value is not None and not (is_number and 0 <= value <= most):
                raise InvalidMetric(name, value, f"Give a {wanted} from 0 to {most}, or leave it out if it is unknown.")


def record_metrics(
    post: SocialMediaPost, metrics: Metrics, *, observed_at: datetime, source: str = MetricSource.API
) -> bool:
    """Store what was observed of one post; False if that moment was already known with the same numbers.

    Raises `InvalidMetric`, or `ConflictingSnapshot` if the moment is known with other numbers.
    """
    if record_many([Observation(post, metrics, observed_at)], source=source):
        return True
    known = MetricSnapshot.objects.get(post=post, observed_at=observed_at)
    different = [name for name, value in metrics.counts().items() if getattr(known, name) != value]
    if different:
        raise ConflictingSnapshot(post, observed_at, different)
    return False


@transaction.atomic
def record_many(observations: Sequence[Observation], *, source: str = MetricSource.API) -> int:
    """Store many observations in sets; the newest `observed_at` stands on each post, whatever order they arrive in.

    Returns how many snapshots are new; of a known moment the first numbers stay. The posts given get what now stands on
    them. Raises `InvalidMetric` before anything is written.
    """
    for observation in observations:
        validate(observation.metrics)
    posts = _locked({o.post.pk for o in observations})
    new = record_on(posts, observations, source=source)
    write_columns(posts.values(), STANDING_FIELDS)
    for observation in observations:
        if observation.post.pk in posts:
            _copy(posts[observation.post.pk], observation.post)
    return new


def record_on(
    posts: Mapping[int, SocialMediaPost], observations: Sequence[Observation], *, source: str = MetricSource.API
) -> int:
    """Store snapshots of locked posts and put the newest numbers on these; the number of new snapshots.

    The posts, by key, are to be written by the caller: their STANDING_FIELDS. The numbers must be valid. What was
    observed of a post that is not among them is dropped.
    """
    ordered = sorted((o for o in observations if o.post.pk in posts), key=lambda o: o.observed_at)
    before = {one.post.pk: posts[one.post.pk].likes for one in ordered}
    told = [_columns(one, source) for one in ordered]
    for one, columns in zip(ordered, told, strict=True):
        _stand(posts[one.post.pk], columns, one.observed_at)
    new = add_rows(MetricSnapshot, [_snapshot(one, columns) for one, columns in zip(ordered, told, strict=True)])
    doubt([posts[pk] for pk, likes in before.items() if may_tell(likes, posts[pk].likes)])
    return new


def doubt(posts: Sequence[SocialMediaPost]) -> None:
    """Put on posts what their timelines tell of their likes; no query without posts."""
    if not posts:
        return
    timelines = timelines_of(posts)
    for one in posts:
        found = timeline_evidence(timelines[one.pk])
        one.suspect_likes, one.purged_likes = found.suspect, found.purged


def _snapshot(observation: Observation, columns: Row) -> Row:
    return {
        "post_id": observation.post.pk,
        "observed_at": observation.observed_at,
        "raw": observation.metrics.raw,
        **columns,
    }


def _stand(post: SocialMediaPost, columns: Row, observed_at: datetime) -> None:
    """Put numbers on a post that knew only older ones."""
    if post.last_synced_at is None or observed_at > post.last_synced_at:
        for name, value in columns.items():
            setattr(post, name, value)
        post.last_synced_at = observed_at


def _locked(ids: set[int]) -> dict[int, SocialMediaPost]:
    # Two writers of one post take turns, so that the older observation cannot overwrite the newer one.
    rows = SocialMediaPost.objects.select_for_update().filter(pk__in=these(ids)).order_by("pk")
    return {post.pk: post for post in rows.only(*STANDING_FIELDS, "published_at")}


def _columns(observation: Observation, source: str) -> Row:
    metrics = observation.metrics
    return {**metrics.counts(), "api_version": metrics.api_version, "source": source}


def _copy(stored: SocialMediaPost, given: SocialMediaPost) -> None:
    for name in STANDING_FIELDS:
        setattr(given, name, getattr(stored, name))


def refuse(reason: str, payload: object, *, post: SocialMediaPost, now: datetime) -> None:
    """Keep what could not be true, for inspection."""
    text = storable(repr(payload))[:PAYLOAD_LIMIT]
    RefusedPayload.objects.create(post=post, reason=reason, payload=text, created_at=now)
