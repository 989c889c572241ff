"""Ids that look like each platform's own and follow from seed, account and number alone."""

from __future__ import annotations

import random
from datetime import datetime

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
