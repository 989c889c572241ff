"""The keyed hash that stands for a person. Names and ids of strangers go no further than this function."""

import hashlib
import hmac

from django.conf import settings


def author_key(platform: str, author_id: str) -> str:
    """HMAC-SHA-256 over platform and author id, as 64 hex digits; each platform has keys of its own."""
    # A length in front keeps ("ab", "c") and ("a", "bc") apart; surrogates may stand in ids from hostile JSON.
    message = f"{len(platform)}:{platform}:{author_id}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.PSEUDONYM_KEY.encode(), message, hashlib.sha256).hexdigest()
