"""Asking a platform about a batch of posts: numbers of all, and who is visible under those where something happened.

Nothing is written here, so that a batch may be fetched beside others while one writer stores what came before.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from engagement.accounts import CLOSING
from engagement.enums import MetricSource, SyncStatus
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.platforms import errors
from engagement.platforms.base import Answers, PlatformAdapter
from engagement.recording import InvalidMetric, Observation, validate
from engagement.values import Metrics, Visible


@dataclass(frozen=True)
class Batch:
    """Posts of one account that this process has claimed, to be read in one go."""

    account: SocialAccount
    posts: list[SocialMediaPost]
    # Whether they are among the newest of the account, so that its own list is the cheapest way to read them.
    recent: bool = True


@dataclass
class Fetched:
    """What one batch of requests brought, before anything is written."""

    observations: list[Observation] = field(default_factory=list)
    interactions: list[tuple[SocialMediaPost, Visible]] = field(default_factory=list)
    # Posts of which everything visible was asked for.
    looked: set[int] = field(default_factory=set)
    failures: dict[int, errors.PlatformError] = field(default_factory=dict)
    # Numbers that cannot be true: the post, why, and the reply to keep for inspection.
    refusals: list[tuple[SocialMediaPost, str, object]] = field(default_factory=list)
    # What the platform does otherwise than expected, in words, and the (place, metric) pairs that it refuses.
    notices: list[str] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)
    # Nothing could be asked at all: the error is the account's, whatever its kind.
    concerns_account: bool = False

    @property
    def account_error(self) -> errors.PlatformError | None:
        """The error that concerns the whole account, if any."""
        return self.closing or (next(iter(self.failures.values()), None) if self.concerns_account else None)

    @property
    def closing(self) -> errors.PlatformError | None:
        """The error that closed the account, if any."""
        return next((error for error in self.failures.values() if isinstance(error, CLOSING)), None)


def fetch(adapter: PlatformAdapter, posts: list[SocialMediaPost], now: datetime, *, recent: bool) -> Fetched:
    """Read metrics of all posts, and interactions of those where something happened. Every error is a failure in it."""
    fetched = Fetched()
    try:
        ids = [post.platform_post_id or "" for post in posts]
        _sort_out(adapter, posts, adapter.fetch_metrics(ids, recent=recent), fetched, now)
    except errors.NotFound as error:
        # Of a whole request this says nothing of any one post, least of all that it is gone.
        failure = errors.TemporaryFailure(error.message, platform=error.platform, status=error.status, code=error.code)
        fetched.failures, fetched.concerns_account = {post.pk: failure for post in posts}, True
    except errors.PlatformError as error:
        fetched.failures, fetched.concerns_account = {post.pk: error for post in posts}, True
    fetched.notices, fetched.refused = list(adapter.notices), set(adapter.refused)
    return fetched


def _sort_out(
    adapter: PlatformAdapter, posts: list[SocialMediaPost], answers: Answers, fetched: Fetched, now: datetime
) -> None:
    for post in posts:
        _sort(fetched, post, answers.get(post.platform_post_id or ""), now)
    if not fetched.observations:
        _doubt(adapter, fetched)
    if adapter.can_see_interactions:
        for observation in fetched.observations:
            _see(adapter, observation, fetched)


def _sort(
    fetched: Fetched, post: SocialMediaPost, answer: Metrics | errors.PlatformError | None, now: datetime
) -> None:
    if not isinstance(answer, Metrics):
        fetched.failures[post.pk] = answer or errors.NotFound("It returned no such post", platform=post.platform)
        return
    try:
        validate(answer)
    except InvalidMetric as invalid:
        fetched.refusals.append((post, str(invalid), answer.raw))
        fetched.failures[post.pk] = errors.InvalidResponse(str(invalid), platform=post.platform)
    else:
        fetched.observations.append(Observation(post, answer, now))


def _doubt(adapter: PlatformAdapter, fetched: Fetched) -> None:
    """Where every post is missing, the token may be what is wrong: Graph words a missing permission like a lost post.

    Only an account that can still be read may say that its posts are gone.
    """
    missing = [pk for pk, error in fetched.failures.items() if isinstance(error, errors.NotFound)]
    if not missing:
        return
    try:
        adapter.fetch_account()
    except errors.UnsupportedFeature:
        return
    except errors.NotFound as error:
        # Not even the account is there for this token, so that a post is not says nothing of the post.
        denied = errors.AccessDenied(error.message, platform=error.platform, status=error.status, code=error.code)
        fetched.failures |= dict.fromkeys(missing, denied)
    except errors.PlatformError as error:
        fetched.failures |= dict.fromkeys(missing, error)


def _see(adapter: PlatformAdapter, observation: Observation, fetched: Fetched) -> None:
    post = observation.post
    everything = _is_whole_look_due(observation)
    if not (everything or _has_moved(adapter, observation)):
        return
    if fetched.closing:
        fetched.failures[post.pk] = fetched.closing
        return
    known = Interaction.objects.visible().filter(post=post).values_list("platform_id", flat=True)
    try:
        seen = adapter.fetch_interactions(post.platform_post_id or "", frozenset(known), everything=everything)
    except errors.NotFound as error:
        # Its numbers were there a moment ago. Whether it is gone is for the next read of those to say.
        fetched.failures[post.pk] = errors.TemporaryFailure(error.message, platform=post.platform, status=error.status)
    except errors.PlatformError as error:
        fetched.failures[post.pk] = error
    else:
        fetched.interactions.append((post, seen))
        if everything or seen.whole:
            fetched.looked.add(post.pk)


def _has_moved(adapter: PlatformAdapter, observation: Observation) -> bool:
    """Whether there may be interactions that were not read yet: most reads of an older post find nothing new.

    A number that is unknown, that another source brought, or that a failed sync stored says nothing of that.
    """
    post, now = observation.post, observation.metrics
    told = post.sync_status == SyncStatus.OK and post.source == MetricSource.API and now.comments is not None
    return not told or any(getattr(now, name) != getattr(post, name) for name in adapter.moved_by)


def _is_whole_look_due(observation: Observation) -> bool:
    """Whether everything is read again, which alone shows edits and deletions: when comments became fewer, and once
    a day while a post is young.
    """
    post, comments, now = observation.post, observation.metrics.comments, observation.observed_at
    if comments is not None and post.comments is not None and comments < post.comments:
        return True
    is_young = post.published_at is not None and now - post.published_at <= timedelta(days=settings.WHOLE_LOOK_DAYS)
    last = post.interactions_read_at
    return is_young and last is not None and now - last >= timedelta(hours=settings.WHOLE_LOOK_HOURS)
