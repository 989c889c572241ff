"""What an event does here: one function for each thing an event may ask for. Every one may run twice.

Each returns the posts whose engagement is to be assessed. No request is made inside a transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from engagement.accounts import CLOSING, closed, note_account_error
from engagement.enums import AccountState, PostStatus, Purpose
from engagement.interactions import mark_deleted, record_interactions
from engagement.models import Interaction, SocialAccount, SocialMediaPost, WebhookDelivery
from engagement.platforms import adapter_for, errors
from engagement.platforms.budgets import clock_from, meter_for
from engagement.publishing import advance
from engagement.webhooks.values import Commented, Effect, Gone, Moved, Processed, Revoked, Seen

logger = logging.getLogger(__name__)

# A post that many people react to is read once in this time, not once for each of them.
BETWEEN_READS = timedelta(minutes=5)


class Ignored(Exception):
    """An event changes nothing here; the message says why."""


def carry_out(effect: Effect | None, delivery: WebhookDelivery, *, now: datetime) -> set[int]:
    """Do what an event asks for; the posts to assess. Raises `Ignored`, or the platform's error where it was asked."""
    if effect is None:
        raise Ignored("Gator has nothing to do for events of this kind.")
    return DOERS[type(effect)](effect, delivery, now)


def _see(effect: Seen, delivery: WebhookDelivery, now: datetime) -> set[int]:
    with transaction.atomic():
        post = _locked_post(delivery.platform, effect.post_id)
        _refuse_overtaken(delivery)
        seen = effect.interaction
        if effect.is_own and post.account:
            # The platform may write another id there than the one the account is known by.
            seen = replace(seen, author_id=post.account.platform_user_id)
        record_interactions(post, [seen], now=now)
    return {post.pk}


def _take_back(effect: Gone, delivery: WebhookDelivery, now: datetime) -> set[int]:
    if not effect.post_id and (own := _post_of(delivery.platform, effect.platform_id)):
        return _read_soon(own, now)
    with transaction.atomic():
        post = _locked_post(delivery.platform, effect.post_id or _place_of(effect, delivery.platform))
        _refuse_overtaken(delivery)
        mark_deleted(post, [effect.platform_id], now=now)
    return {post.pk}


def _place_of(effect: Gone, platform: str) -> str:
    """The post of the account under which an interaction was seen."""
    account = SocialAccount.objects.filter(platform=platform, platform_user_id=effect.account_id)
    rows = Interaction.objects.filter(post__account__in=account, platform_id=effect.platform_id)
    found = rows.order_by().values_list("post__platform_post_id", flat=True).first()
    if not found:
        raise Ignored("It was never seen under a post of ours.")
    return found


def _move(effect: Moved, delivery: WebhookDelivery, now: datetime) -> set[int]:
    return _read_soon(_known_post(delivery.platform, effect.post_id), now)


def _fetch_comment(effect: Commented, delivery: WebhookDelivery, now: datetime) -> set[int]:
    """Read the comments of a post whose new one came without its text."""
    post = _known_post(delivery.platform, effect.post_id)
    stored = frozenset(post.interactions.values_list("platform_id", flat=True))
    if effect.comment_id in stored:
        return {post.pk}
    if post.account is None or closed(post.account, now):
        return _read_soon(post, now)
    with adapter_for(post.account, meter=meter_for(post.account, Purpose.SYNC, clock_from(now))) as adapter:
        if not adapter.can_see_interactions:
            return _read_soon(post, now)
        try:
            visible = adapter.fetch_interactions(effect.post_id, stored)
        except errors.PlatformError as error:
            if isinstance(error, CLOSING):
                note_account_error(post.account, error, now)
            raise
    with transaction.atomic():
        SocialMediaPost.objects.filter(pk=post.pk).hold()
        record_interactions(post, visible.interactions, now=now)
    return {post.pk}


def _process(effect: Processed, delivery: WebhookDelivery, now: datetime) -> set[int]:
    posts = SocialMediaPost.objects.select_related("account", "persona", "content")
    post = posts.filter(platform=delivery.platform, publish_id=effect.publish_id).first()
    if post is None:
        raise Ignored("It is about no upload of ours.")
    if post.status not in (PostStatus.PUBLISHING, PostStatus.UNKNOWN):
        raise Ignored("What became of the post is known already.")
    logger.info("%s: %s", post, advance(post, now=now).outcome)
    return set()


def _revoke(effect: Revoked, delivery: WebhookDelivery, now: datetime) -> set[int]:
    """Pause one account. News that is older than its tokens is about the tokens before them."""
    account = SocialAccount.objects.filter(platform=delivery.platform, platform_user_id=effect.account_id).first()
    if account is None:
        raise Ignored("It is about no account of ours.")
    words = f"{account.get_platform_display()} told us that {effect.reason}. Connect the account again."
    is_older = Q(token_refreshed_at=None) | Q(token_refreshed_at__lte=delivery.happened_at)
    rows = SocialAccount.objects.filter(is_older, pk=account.pk)
    if not rows.update(state=AccountState.REVOKED, last_error=words, last_error_at=now):
        raise Ignored("The account was connected again since.")
    logger.warning("%s: %s", account, words)
    return set()


def _read_soon(post: SocialMediaPost, now: datetime) -> set[int]:
    """Let the next sync read a post, also one of an age that is no longer read."""
    due = max(now, post.last_synced_at + BETWEEN_READS) if post.last_synced_at else now
    later = Q(next_sync_at=None) | Q(next_sync_at__gt=due)
    SocialMediaPost.objects.published().filter(later, pk=post.pk).update(next_sync_at=due)
    return set()


def _post_of(platform: str, post_id: str) -> SocialMediaPost | None:
    posts = SocialMediaPost.objects.select_related("account")
    return posts.filter(platform=platform, platform_post_id=post_id).first()


def _known_post(platform: str, post_id: str) -> SocialMediaPost:
    post = _post_of(platform, post_id)
    if post is None:
        raise Ignored("It is about no post of ours.")
    return post


def _locked_post(platform: str, post_id: str) -> SocialMediaPost:
    """The post, kept from the events of other workers: of two about one comment the second sees what the first did."""
    known = _known_post(platform, post_id)
    return SocialMediaPost.objects.select_related("account").select_for_update(of=("self",)).get(pk=known.pk)


def _refuse_overtaken(delivery: WebhookDelivery) -> None:
    later = WebhookDelivery.objects.overtaking(delivery.platform, delivery.subject, delivery.happened_at)
    if delivery.subject and later.exists():
        raise Ignored("A later event about the same comment came first.")


DOERS: dict[type, Callable[[Any, WebhookDelivery, datetime], set[int]]] = {
    Seen: _see,
    Gone: _take_back,
    Moved: _move,
    Commented: _fetch_comment,
    Processed: _process,
    Revoked: _revoke,
}
