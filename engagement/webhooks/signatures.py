"""Whether something was pushed by whom it claims to be. Pure: raw bytes, a header, our secrets and a moment in.

A signature is of the bytes as they came. Meta signs non-ASCII text in an escaped form, so a body that was read and
written again has another one.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

# TikTok's advice for the time in its signature ("Webhooks: Verification").
MAX_AGE = timedelta(minutes=5)
# Clocks differ a little; what is signed for later than that is refused.
MAX_AHEAD = timedelta(seconds=30)
TIKTOK = re.compile(r"t=(\d{1,12}),s=([0-9a-f]{64})")


def signed_by_meta(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Whether `X-Hub-Signature-256` holds the HMAC of the body with one of the app secrets."""
    return _is_one_of(header, [f"sha256={_hmac(secret, body).hex()}" for secret in secrets])


def signed_by_x(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Whether `x-twitter-webhooks-signature` holds the HMAC of the body with one of the consumer secrets."""
    return _is_one_of(header, [_x_form(secret, body) for secret in secrets])


def signed_by_tiktok(body: bytes, header: str, secrets: Iterable[str], *, now: datetime) -> bool:
    """Whether `TikTok-Signature` holds the HMAC of its time and the body, and that time is of these minutes."""
    parts = TIKTOK.fullmatch(header.replace(" ", ""))
    if parts is None:
        return False
    moment, given = parts.groups()
    age = now.timestamp() - int(moment)
    if not -MAX_AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds():
        return False
    return _is_one_of(given, [_hmac(secret, moment.encode() + b"." + body).hex() for secret in secrets])


def answer_to_x(crc_token: str, secret: str) -> str:
    """What X wants to hear to its challenge, hourly."""
    return _x_form(secret, crc_token.encode())


def is_same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _x_form(secret: str, message: bytes) -> str:
    return f"sha256={base64.b64encode(_hmac(secret, message)).decode()}"


def _hmac(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, hashlib.sha256)


def _is_one_of(given: str, expected: list[str]) -> bool:
    # Every one is compared, so that the time does not tell which secret it was.
    return sum(is_same(given.strip(), one) for one in expected) > 0
