"""Rows of accounts, posts and interactions for tests, without surprises."""

from datetime import timedelta
from typing import Any

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, Platform, PostStatus
from engagement.models import Interaction, MetricSnapshot, SocialAccount, SocialMediaPost
from gator.studio.enums import MediaKind
from gator.studio.tests.factories import make_persona


def make_account(**changes: Any) -> SocialAccount:
    """An active Instagram account with a token, of a new persona unless one is given."""
    number = SocialAccount.objects.count() + 1
    defaults = {
        "persona": changes.get("persona") or make_persona(),
        "platform": Platform.INSTAGRAM,
        "platform_user_id": f"1784{number:04}",
        "handle": f"handle{number}",
        "access_token": f"token-{number}",
    }
    return SocialAccount.objects.create(**defaults | changes)


def make_post(**changes: Any) -> SocialMediaPost:
    """A post published three days before NOW, on a new account unless one is given."""
    number = SocialMediaPost.objects.count() + 1
    account = changes["account"] if "account" in changes else make_account()
    defaults = {
        "persona": account.persona if account else make_persona(),
        "account": account,
        "platform": account.platform if account else Platform.INSTAGRAM,
        "media_kind": MediaKind.IMAGE,
        "platform_post_id": f"post-{number}",
        "status": PostStatus.PUBLISHED,
        "caption": f"Caption {number}",
        "published_at": NOW - timedelta(days=3),
        "local_hour": 12,
        "local_weekday": 1,
    }
    return SocialMediaPost.objects.create(**defaults | changes)


def make_snapshot(post: SocialMediaPost, **changes: Any) -> MetricSnapshot:
    """A snapshot of `post` taken at NOW."""
    return MetricSnapshot.objects.create(**{"post": post, "observed_at": NOW, "likes": 10} | changes)


def make_interaction(post: SocialMediaPost, **changes: Any) -> Interaction:
    """A comment on `post` by an author of its own."""
    number = Interaction.objects.count() + 1
    defaults = {
        "post": post,
        "platform_id": f"comment-{number}",
        "kind": InteractionKind.COMMENT,
        "occurred_at": NOW - timedelta(days=2),
        "author_key": f"{number:064x}",
        "text": f"Lovely light in picture number {number}",
        "first_seen_at": NOW,
    }
    return Interaction.objects.create(**defaults | changes)
