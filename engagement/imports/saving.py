"""Storing imported posts in sets: new ones are created, known ones get what changed, nothing is deleted.

A batch is one transaction. The same file a second time changes nothing; a run that was killed is finished by the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from engagement.assessment import assess_posts
from engagement.enums import AccountState, MetricSource, PostStatus
from engagement.hashtags import attach_hashtags
from engagement.imports.moments import CLOCK_SKEW
from engagement.imports.posts import PostRow
from engagement.imports.table import RowError
from engagement.local_time import local_time
from engagement.models import MetricSnapshot, SocialAccount, SocialMediaPost
from engagement.recording import Observation, record_many
from engagement.writing import write_columns
from gator.studio.models import Persona

BATCH = 500
DESCRIPTION = ("account", "media_kind", "url", "caption", "published_at", "local_hour", "local_weekday")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whose posts they are, on which platform, and when their numbers were read."""

    persona: Persona
    platform: str
    observed_at: datetime
    now: datetime


@dataclass
class Saved:
    """What became of the rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)
    # Posts whose meaning may have changed, or whose earlier import was killed before they were assessed.
    to_assess: list[int] = field(default_factory=list)
    followers: dict[str, tuple[datetime, int]] = field(default_factory=dict)


@dataclass
class Known:
    """What the database holds of the posts and accounts of one batch."""

    posts: dict[str, SocialMediaPost]
    accounts: dict[str, SocialAccount]
    tags: dict[int, set[str]]
    snapshots: dict[int, MetricSnapshot]


@dataclass
class Batch:
    """What one batch will write."""

    created: list[SocialMediaPost] = field(default_factory=list)
    described: list[SocialMediaPost] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)


def save_posts(rows: Iterable[PostRow], target: Target, *, dry_run: bool = False) -> Saved:
    """Store posts and their numbers in batches, then assess what changed. With `dry_run` nothing is written."""
    saved = Saved()
    waiting: list[PostRow] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            _save_batch(waiting, target, saved, dry_run=dry_run)
            waiting = []
    _save_batch(waiting, target, saved, dry_run=dry_run)
    if not dry_run:
        _count_followers(saved, target)
        _assess(saved, target)
    return saved


@transaction.atomic
def _save_batch(rows: Sequence[PostRow], target: Target, saved: Saved, *, dry_run: bool) -> None:
    known = _known(rows, target)
    batch = Batch()
    for row in rows:
        post = known.posts.get(_known_id(row, known))
        if refusal := _refusal(row, post, known, target):
            saved.refused.append(refusal)
        else:
            _sort_in(row, post, known, target, batch, saved)
    if not dry_run:
        _write(batch, known)
        saved.to_assess += [post.pk for post in batch.created]


def _known(rows: Sequence[PostRow], target: Target) -> Known:
    posts = _posts(rows, target)
    ids = [post.pk for post in posts.values()]
    named = SocialAccount.objects.filter(
        platform=target.platform, platform_user_id__in={row.account for row in rows if row.account}
    )
    return Known(
        posts=posts,
        accounts={account.platform_user_id: account for account in named},
        tags=_tags(ids),
        snapshots=_newest_snapshots(ids, target.observed_at),
    )


def _posts(rows: Sequence[PostRow], target: Target) -> dict[str, SocialMediaPost]:
    ids = {row.post_id for row in rows} | {_page_post_id(row) for row in rows}
    found = SocialMediaPost.objects.filter(platform=target.platform, platform_post_id__in=ids).order_by("pk")
    locked = found.select_related("account").select_for_update(of=("self",))
    return {post.platform_post_id or "": post for post in locked}


def _page_post_id(row: PostRow) -> str:
    """The id that Facebook's API gives the post which an export names by its second half."""
    return f"{row.account}_{row.post_id}"


def _known_id(row: PostRow, known: Known) -> str:
    return _page_post_id(row) if _page_post_id(row) in known.posts else row.post_id


def _tags(ids: Sequence[int]) -> dict[int, set[str]]:
    links = SocialMediaPost.hashtags.through.objects.filter(socialmediapost__in=ids)
    tags: dict[int, set[str]] = {}
    for post, name in links.values_list("socialmediapost", "hashtag__name"):
        tags.setdefault(post, set()).add(name)
    return tags


def _newest_snapshots(ids: Sequence[int], until: datetime) -> dict[int, MetricSnapshot]:
    own = MetricSnapshot.objects.filter(post=OuterRef("pk"), observed_at__lte=until).order_by("-observed_at")
    newest = SocialMediaPost.objects.filter(pk__in=ids).order_by().values(newest=Subquery(own.values("pk")[:1]))
    return {snapshot.post_id: snapshot for snapshot in MetricSnapshot.objects.filter(pk__in=newest)}


def _refusal(row: PostRow, post: SocialMediaPost | None, known: Known, target: Target) -> RowError | None:
    account = known.accounts.get(row.account or "")
    if account and account.persona_id != target.persona.pk:
        reason = f"{account.platform_user_id} is an account of another persona. Import its posts with that --persona."
        return RowError(row.line, "account", reason)
    if post and post.persona_id != target.persona.pk:
        reason = f"{row.post_id} is a post of another persona. Import it with that --persona."
        return RowError(row.line, "post_id", reason)
    if row.published.at > target.observed_at + CLOCK_SKEW:
        reason = "the post is younger than the moment its numbers were read. Check --observed-at and --timezone."
        return RowError(row.line, "published_at", reason)
    snapshot = known.snapshots.get(post.pk) if post else None
    if snapshot and snapshot.observed_at == target.observed_at and not _same_numbers(row, snapshot):
        reason = "other numbers are known of this very moment. Give the moment of these with --observed-at."
        return RowError(row.line, "observed_at", reason)
    return None


def _sort_in(
    row: PostRow, post: SocialMediaPost | None, known: Known, target: Target, batch: Batch, saved: Saved
) -> None:
    if row.account and row.followers is not None:
        newest = saved.followers.get(row.account, (row.published.at, row.followers))
        saved.followers[row.account] = max(newest, (row.published.at, row.followers))
    if post is None:
        batch.created.append(_new_post(row, known, target))
        saved.created += 1
        _note_numbers(row, batch.created[-1], None, target, batch)
        batch.tags[row.post_id] = row.hashtags or []
        return
    described = _described(row, post, known, target, batch)
    measured = _note_numbers(row, post, known.snapshots.get(post.pk), target, batch)
    saved.updated += described or measured
    saved.unchanged += not (described or measured)
    stale = post.measured_at is None or (post.last_synced_at and post.measured_at < post.last_synced_at)
    if described or measured or stale:
        saved.to_assess.append(post.pk)


def _new_post(row: PostRow, known: Known, target: Target) -> SocialMediaPost:
    return SocialMediaPost(
        persona=target.persona,
        platform=target.platform,
        platform_post_id=row.post_id,
        status=PostStatus.PUBLISHED,
        source=MetricSource.IMPORT,
        created_at=target.now,
        **{"media_kind": row.usual_kind, **_description(row, known, target)},
    )


def _description(row: PostRow, known: Known, target: Target) -> dict[str, Any]:
    """The columns a row speaks of; what it leaves out is not among them."""
    given = {"media_kind": row.media_kind, "url": row.url, "caption": row.caption}
    told: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if row.account:
        if row.account not in known.accounts:
            known.accounts[row.account] = _new_account(row.account, row.handle or "", target)
        told["account"] = known.accounts[row.account]
    told |= {"published_at": row.published.at, **local_time(target.persona.timezone, row.published.at)}
    # Midnight of a date alone would be an invented hour.
    return told if row.published.has_time else told | {"local_hour": None}


def _new_account(user_id: str, handle: str, target: Target) -> SocialAccount:
    # Paused: without a token nothing may be asked of it.
    return SocialAccount(
        persona=target.persona,
        platform=target.platform,
        platform_user_id=user_id,
        handle=handle,
        state=AccountState.PAUSED,
        created_at=target.now,
    )


def _described(row: PostRow, post: SocialMediaPost, known: Known, target: Target, batch: Batch) -> bool:
    """Put what the row says of a known post on it; whether anything changed.

    A post that Gator made or reads from its platform is described better there, so only its numbers are taken.
    """
    if post.content_id or post.next_sync_at:
        return False
    told = _description(row, known, target)
    changed = [name for name, value in told.items() if getattr(post, name) != value]
    for name in changed:
        setattr(post, name, told[name])
    if changed:
        batch.described.append(post)
    retagged = row.hashtags is not None and set(row.hashtags) != known.tags.get(post.pk, set())
    if retagged:
        batch.tags[post.platform_post_id or ""] = row.hashtags or []
    return bool(changed) or retagged


def _note_numbers(
    row: PostRow, post: SocialMediaPost, snapshot: MetricSnapshot | None, target: Target, batch: Batch
) -> bool:
    if _same_numbers(row, snapshot):
        return False
    batch.observations.append(Observation(post, row.metrics, target.observed_at))
    return True


def _same_numbers(row: PostRow, snapshot: MetricSnapshot | None) -> bool:
    """Whether every number the row gives is what the snapshot says; what an export leaves out is no news."""
    given = {name: value for name, value in row.metrics.counts().items() if value is not None}
    return all(snapshot and getattr(snapshot, name) == value for name, value in given.items())


def _write(batch: Batch, known: Known) -> None:
    _create_accounts([*batch.created, *batch.described])
    SocialMediaPost.objects.bulk_create(
        batch.created,
        update_conflicts=True,
        unique_fields=["platform", "platform_post_id"],
        update_fields=list(DESCRIPTION),
    )
    write_columns(batch.described, DESCRIPTION)
    _retag(batch, known)
    record_many(batch.observations, source=MetricSource.IMPORT)


def _create_accounts(posts: Sequence[SocialMediaPost]) -> None:
    accounts = {post.account.platform_user_id: post.account for post in posts if post.account}
    SocialAccount.objects.bulk_create(account for account in accounts.values() if account.pk is None)
    for post in posts:
        # The foreign key was taken before the account had a key of its own.
        post.account = post.account


def _retag(batch: Batch, known: Known) -> None:
    posts = {post.platform_post_id: post for post in (*known.posts.values(), *batch.created)}
    tags = {posts[post_id]: names for post_id, names in batch.tags.items()}
    links = SocialMediaPost.hashtags.through.objects
    links.filter(socialmediapost__in=[post.pk for post in tags if post.pk in known.tags]).delete()
    attach_hashtags(tags)


def _count_followers(saved: Saved, target: Target) -> None:
    for user_id, (_, followers) in saved.followers.items():
        accounts = SocialAccount.objects.filter(platform=target.platform, platform_user_id=user_id)
        accounts.filter(persona=target.persona).update(followers=followers)


def _assess(saved: Saved, target: Target) -> None:
    # All at once, since a post is compared with the earlier ones of its account, in whatever order the file has them.
    starts = range(0, len(saved.to_assess), BATCH)
    posts = SocialMediaPost.objects.select_related("account", "persona")
    assess_posts(
        (post for start in starts for post in posts.filter(pk__in=saved.to_assess[start : start + BATCH])),
        now=target.now,
    )
