"""`/sandbox/truth` and `/sandbox/ledger`: what only the world knows, and every post there is."""

from __future__ import annotations

from datetime import date

from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.accounts import ACCOUNTS, PLATFORMS, Account
from engagement.sandbox.audience import BOT, GENUINE, PERSONA, Effects
from engagement.sandbox.inputs import wrong
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import Post, World

_COUNTED = {"likes": "like", "comments": "comment", "shares": "share", "saves": "save"}


def tell_truth(world: World, request: Request) -> Json:
    """What the audience likes, and who is a bot, for one `platform` or all."""
    chosen = chosen_platforms(request)
    posts = [post for post in world.posts.values() if post.account.platform in chosen]
    by_platform = {name: [post for post in posts if post.account.platform == name] for name in chosen}
    return {
        "now": world.time().isoformat(),
        "effects": {slug: _effects(effects) for slug, effects in world.effects.items()},
        "posts": {
            name: {post.post_id: _post_truth(world, post) for post in some} for name, some in by_platform.items()
        },
        "interactions": {
            name: {comment.comment_id: comment.truth for post in some for comment in world.comments(post)}
            for name, some in by_platform.items()
        },
        "people": {
            name: {post.post_id: _people(world, post) for post in some}
            for name, some in by_platform.items()
            if name == statuses.PLATFORM
        },
    }


def _people(world: World, post: Post) -> Json:
    """Who is who among those seen to like and share, by their id."""
    by_kind = {"likes": statuses.likes_by_truth(world, post), "shares": statuses.shares_by_truth(world, post)}
    return {
        name: {person.user_id: truth for truth, acts in by_truth.items() for _, person in acts}
        for name, by_truth in by_kind.items()
    }


def _effects(effects: Effects) -> Json:
    return {
        "liked_hashtags": effects.liked_hashtags,
        "disliked_hashtags": effects.disliked_hashtags,
        "best_hour": effects.best_hour,
        "bad_hour": effects.bad_hour,
        "media_kinds": effects.kinds,
    }


def _post_truth(world: World, post: Post) -> Json:
    parts = {
        truth: {name: world.count(post, kind, truth) for name, kind in _COUNTED.items()}
        for truth in (GENUINE, BOT, PERSONA)
    }
    return {
        **parts,
        "bots": sum(parts[BOT].values()),
        "personas": sum(parts[PERSONA].values()),
        "bot_ridden": post.life.bot_ridden,
        "reach": world.reach(post),
        "views": world.views(post),
    }


def read_ledger(world: World, request: Request) -> list[Json]:
    """Every post, and how often creating and refreshing was tried, by account."""
    chosen = chosen_platforms(request)
    return [
        {
            "platform": account.platform,
            "user_id": account.user_id,
            "persona": account.persona.slug,
            "create_calls": world.create_calls.get(account.user_id, 0),
            "refresh_calls": sum(one.refresh_calls for one in _all_tokens(world, account)),
            "refreshes": sum(one.generation for one in _all_tokens(world, account)),
            "posts": [_entry(post) for post in world.posts.values() if post.account == account],
        }
        for account in ACCOUNTS
        if account.platform in chosen
    ]


def _all_tokens(world: World, account: Account) -> list[Tokens]:
    return [tokens for tokens in world.tokens if tokens.account == account]


def _entry(post: Post) -> Json:
    return {
        "post_id": post.post_id,
        "number": post.number,
        "published_at": post.published_at.isoformat(),
        "kind": post.kind,
        "text": post.text,
        "made_with_ai": bool(post.extra.get("ai")),
        "deleted": post.deleted,
    }


def read_bill(world: World, request: Request) -> dict[str, dict[str, int]]:
    """What X charges each account for, on the UTC `day` given or in all; each resource once a day."""
    given = request.query.get("day")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError as error:
        raise wrong("day", "must be a date such as 2026-08-03") from error
    accounts = [account.user_id for account in ACCOUNTS if account.platform == "twitter"]
    return {account: world.bill.counts(account, day) for account in accounts}


def chosen_platforms(request: Request) -> tuple[str, ...]:
    name = request.query.get("platform")
    if name is None:
        return PLATFORMS
    if name not in PLATFORMS:
        raise wrong("platform", f"must be one of {', '.join(PLATFORMS)}")
    return (name,)
