"""Ids that look like each platform's own and follow from seed, account and number alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from engagement.sandbox.accounts import Account

X_EPOCH_MS = 1288834974657  # the documented start of X's ids: milliseconds = (id >> 22) + this


def media_id(prefix: str, *origin: object) -> str:
    """17 digits, as Instagram's; the prefix keeps media, containers and comments apart."""
    return prefix + _digits(13, *origin)


def facebook_post(page_id: str, *origin: object) -> str:
    return f"{page_id}_{_digits(15, page_id, *origin)}"


def facebook_comment(post_id: str, index: int) -> str:
    return f"{post_id.partition('_')[2]}_{_digits(15, post_id, index)}"


def snowflake(moment: datetime, low: int) -> str:
    return str(((int(moment.timestamp() * 1000) - X_EPOCH_MS) << 22) + low % (1 << 22))


def tiktok_video(moment: datetime, *origin: object) -> str:
    return str((int(moment.timestamp()) << 32) + random.Random(_key(*origin)).randrange(1 << 32))


def low_bits(bits: int, *origin: object) -> int:
    return random.Random(_key(*origin)).randrange(1 << bits)


def _digits(count: int, *origin: object) -> str:
    return str(random.Random(_key(*origin)).randrange(10 ** (count - 1), 10**count))


def _key(*origin: object) -> str:
    return ":".join(str(part) for part in origin)


POSTS: dict[str, Callable[[int, Account, int, datetime], str]] = {
    "instagram": lambda seed, account, number, at: media_id("1792", seed, account.user_id, number),
    "facebook": lambda seed, account, number, at: facebook_post(account.user_id, seed, number),
    # The number sits in the low bits: posts of one millisecond keep their order.
    "twitter": lambda seed, account, number, at: snowflake(at, number % 4096 * 1024 + low_bits(10, account.user_id)),
    "tiktok": lambda seed, account, number, at: tiktok_video(at, seed, account.user_id, number),
}

COMMENTS: dict[str, Callable[[str, datetime, int], str]] = {
    "instagram": lambda post_id, at, index: media_id("1785", post_id, index),
    "facebook": lambda post_id, at, index: facebook_comment(post_id, index),
    "twitter": lambda post_id, at, index: snowflake(at, low_bits(22, post_id, index)),
    "tiktok": lambda post_id, at, index: media_id("7321", post_id, index),
}
