"""The keyed hash that stands for a person. Names and ids of strangers go no further than these functions."""

import hmac

from django.conf import settings

MARK_LENGTH = 16


def author_key(platform: str, author_id: str) -> str:
    """HMAC-SHA-256 over platform and author id, as 64 hex digits; each platform has keys of its own."""
    return _hash(settings.PSEUDONYM_KEY, platform, author_id)


def author_keys(platform: str, author_id: str) -> tuple[str, ...]:
    """The hashes of one person under the present key and every former one, the present first."""
    return tuple(_hash(key, platform, author_id) for key in (settings.PSEUDONYM_KEY, *settings.FORMER_PSEUDONYM_KEYS))


def key_mark() -> str:
    """What tells one PSEUDONYM_KEY from another without giving it away; the present key's."""
    return _mark(settings.PSEUDONYM_KEY)


def known_marks() -> frozenset[str]:
    """The marks of the present key and of every former one."""
    return frozenset(_mark(key) for key in (settings.PSEUDONYM_KEY, *settings.FORMER_PSEUDONYM_KEYS))


def _hash(key: str, platform: str, author_id: str) -> str:
    # A length in front keeps ("ab", "c") and ("a", "bc") apart; surrogates may stand in ids from hostile JSON.
    message = f"{len(platform)}:{platform}:{author_id}".encode("utf-8", "surrogatepass")
    return hmac.digest(key.encode(), message, "sha256").hex()


def _mark(key: str) -> str:
    return _hash(key, "mark", "")[:MARK_LENGTH]
