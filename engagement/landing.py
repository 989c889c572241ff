"""What reads brought is written: numbers, people, verdicts and how each read ended, in one transaction and in sets.

Posts are locked and read once, and written once. If the filter fails on a post, its numbers are stored all the same and
nothing learns from it. Whoever dies in between has changed nothing, and the claim expires.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, transaction

from engagement.assessment import ASSESSED, assess_on, oldest_first
from engagement.audiences import shown
from engagement.baselines import GROUP
from engagement.endings import Ending, ending, is_gone, not_asked, told
from engagement.enums import FilterState
from engagement.fetching import Batch, Fetched
from engagement.interactions import mark_deleted, missing_from, record_all_interactions
from engagement.keys import these
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.platforms import errors
from engagement.recording import DOUBTS, STANDING_FIELDS, Observation, record_on, refuse
from engagement.reports import Item
from engagement.values import METRIC_FIELDS, Visible
from engagement.writing import write_columns

logger = logging.getLogger(__name__)

# What may have changed since a post was claimed, and must be known to tell what is new of it. By whom it was judged
# stays where nothing is judged.
LOCKED = (
    *(*METRIC_FIELDS, *DOUBTS, *GROUP),
    *("api_version", "source", "published_at", "last_synced_at", "missing_since", "judged_by"),
)
# What every read ends with, and what only one that brought no numbers may end with.
ENDED = ("sync_status", "sync_error", "next_sync_at", "missing_since", "claim", "claimed_until")

# Of the database itself: it is locked, full, unreachable or not migrated, whatever is written.
TROUBLE = (OperationalError, InterfaceError, InternalError, ProgrammingError)

# By key.
Posts = dict[int, SocialMediaPost]


@transaction.atomic
def land(landed: Sequence[tuple[Batch, Fetched]], now: datetime) -> list[Item]:
    """Write what batches brought; what is told of each of their posts."""
    claimed = {post.pk: post for batch, _ in landed for post in batch.posts}
    accounts = {batch.account.pk: batch.account for batch, _ in landed}
    failures = {pk: error for _, fetched in landed for pk, error in fetched.failures.items()}
    posts, mine, unknown = _locked(claimed, accounts)
    observed = _store([fetched for _, fetched in landed], posts, now)
    endings = Endings(mine, failures, now, unknown)
    unfiltered = _finish({pk: post for pk, post in posts.items() if pk in observed}, endings)
    _close([post for pk, post in posts.items() if pk not in observed], endings)
    return [told(post, failures.get(pk), now, is_filtered=pk not in unfiltered) for pk, post in claimed.items()]


@dataclass(frozen=True)
class Endings:
    """How the reads of posts ended. `mine` are the posts that no other worker has claimed since, `unknown` the columns
    that held nothing of any post before.
    """

    mine: frozenset[int]
    failures: dict[int, errors.PlatformError]
    now: datetime
    unknown: frozenset[str]

    def of(self, post: SocialMediaPost, *, is_filtered: bool = True) -> Ending:
        """The columns that a post ends with."""
        return ending(post, self.failures.get(post.pk), self.now, is_filtered=is_filtered)


def _locked(claimed: Posts, accounts: Mapping[int, SocialAccount]) -> tuple[Posts, frozenset[int], frozenset[str]]:
    """The claimed posts as they are stored now, in the order in which they are judged; whose claim still holds; and the
    columns that hold nothing of any.
    """
    stored = SocialMediaPost.objects.select_for_update().filter(pk__in=these(claimed)).order_by("pk")
    rows = {pk: (claim, values) for pk, claim, *values in stored.values_list("pk", "claim", *LOCKED)}
    for pk, (_, values) in rows.items():
        for name, value in zip(LOCKED, values, strict=True):
            setattr(claimed[pk], name, value)
    posts = oldest_first(claimed[pk] for pk in rows)
    for post in posts:
        # Read when the batch was claimed. One that went to another account meanwhile looks for that by itself.
        if account := accounts.get(post.account_id or 0):
            post.account = account
    mine = frozenset(pk for pk, (claim, _) in rows.items() if claim == claimed[pk].claim)
    columns = zip(LOCKED, zip(*(values for _, values in rows.values()), strict=True), strict=False)
    unknown = frozenset(name for name, values in columns if values.count(None) == len(values))
    return {post.pk: post for post in posts}, mine, unknown


def _store(landed: Sequence[Fetched], posts: Posts, now: datetime) -> set[int]:
    """Store snapshots and interactions and put the numbers on the posts; the keys of the posts that have new ones."""
    observations = [one for fetched in landed for one in fetched.observations if one.post.pk in posts]
    for post, reason, raw in (refusal for fetched in landed for refusal in fetched.refusals):
        if post.pk in posts:
            refuse(reason, raw, post=post, now=now)
    record_on(posts, observations)
    _store_audiences(observations, posts)
    _store_interactions(landed, posts, now)
    return {one.post.pk for one in observations}


def _store_audiences(observations: Sequence[Observation], posts: Posts) -> None:
    told_of = [one for one in observations if one.metrics.audience]
    for one in told_of:
        posts[one.post.pk].audience = shown(one.metrics.audience)
    write_columns([posts[one.post.pk] for one in told_of], ("audience",))


def _store_interactions(landed: Sequence[Fetched], posts: Posts, now: datetime) -> None:
    seen_on = [(posts[p.pk], seen) for fetched in landed for p, seen in fetched.interactions if p.pk in posts]
    record_all_interactions(((post, seen.interactions) for post, seen in seen_on), now=now)
    for post, seen in seen_on:
        _drop_deleted(post, seen, now)
    looked = [pk for fetched in landed for pk in fetched.looked]
    if looked:
        SocialMediaPost.objects.filter(pk__in=looked).update(interactions_read_at=now)


def _drop_deleted(post: SocialMediaPost, seen: Visible, now: datetime) -> None:
    # An empty list under a post that has comments is a list that was withheld.
    if seen.whole and (seen.interactions or not post.comments):
        ids = [one.platform_id for one in seen.interactions]
        mark_deleted(post, missing_from(post, seen.whole, ids), now=now)


def _finish(observed: Posts, endings: Endings) -> set[int]:
    """Assess posts and write all that is new of them, post by post if that fails; those on which the filter failed.

    What the database refuses of a post's values is the filter's failure; any other trouble of its is raised.
    """
    if not observed:
        return set()
    try:
        with transaction.atomic():
            assess_on(observed, endings.now, only_new=True)
            _write(observed, endings)
    except TROUBLE:
        raise
    except Exception:  # strangers' texts may break a layer in any way, and the numbers are stored all the same
        if len(observed) > 1:
            return {pk for post in observed.values() for pk in _finish({post.pk: post}, endings)}
        logger.exception("The filter failed on %s", *observed.values())
        _write(observed, endings, is_filtered=False)
        return set(observed)
    return set()


def _write(observed: Posts, endings: Endings, *, is_filtered: bool = True) -> None:
    """Write posts that were read, and give their claims back."""
    mine = [post for pk, post in observed.items() if pk in endings.mine]
    for post in mine:
        # It was seen just now, whatever else went wrong.
        post.missing_since = None
        for name, value in endings.of(post, is_filtered=is_filtered):
            setattr(post, name, value)
        post.claim = post.claimed_until = None
    for post in observed.values():
        post.filter_state = post.filter_state if is_filtered else FilterState.UNFILTERED
    # A column that is written is checked, so what nobody tells of any post is left alone.
    untold = {name for name in endings.unknown if all(getattr(post, name) is None for post in observed.values())}
    standing = [name for name in STANDING_FIELDS if name not in untold]
    found = (*standing, *(ASSESSED if is_filtered else ("filter_state",)))
    write_columns(mine, (*found, *ENDED))
    write_columns([post for pk, post in observed.items() if pk not in endings.mine], found)


def _close(posts: Sequence[SocialMediaPost], endings: Endings) -> None:
    """End the reads that brought no numbers: those that are stored stay."""
    alike: dict[Ending, list[int]] = defaultdict(list)
    for post in posts:
        if post.pk in endings.mine:
            error = endings.failures.get(post.pk)
            unasked = not_asked(error, endings.now) if isinstance(error, errors.BudgetSpent) else None
            alike[unasked or endings.of(post)].append(post.pk)
    for columns, ids in alike.items():
        SocialMediaPost.objects.filter(pk__in=ids).update(**dict(columns), claim=None, claimed_until=None)
    _forget_texts(posts, endings)


def _forget_texts(posts: Sequence[SocialMediaPost], endings: Endings) -> None:
    """A post that is gone takes the words under it along: platforms ask that deletions are honoured."""
    missed = [post for post in posts if isinstance(endings.failures.get(post.pk), errors.NotFound)]
    if gone := [post.pk for post in missed if is_gone(post, endings.now)]:
        texts = Interaction.objects.filter(post__in=gone).exclude(text="")
        texts.update(text="", text_purged_at=endings.now, author_signals={})
