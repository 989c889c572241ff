"""Makes text and JSON fit to be kept: secrets removed, sizes capped, no character a database refuses.

Removing too much is fine here, keeping a secret is not: prose around a word like "token" may lose a word.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

REMOVED = "[removed]"
MAX_TEXT = 10_000
# More than this is cut before the search: its cost grows with the text, which may be of any size.
MAX_SEARCHED = 200_000
MAX_DEPTH = 10
MAX_ITEMS = 200

# The name must end here: `tokens` and `token_count` are numbers worth keeping.
SENSITIVE = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key"
    r"|encryption[_-]?keys?|pseudonym[_-]?key|credentials?|appsecret_proof|signature|session[_-]?id|csrf)"
)
# `=` as it stands in a query string that is itself a parameter; quotes as JSON inside a string escapes them.
ASSIGNS = r"""\\*["']?\s*(?:=>?|:|%3D)\s*"""
QUOTED = r"""b?\\*(?P<quote>["'])(?:(?!(?P=quote)).)*"""

PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Whole header lines: what follows is a scheme and a secret, or several secrets.
    (
        re.compile(rf"""(?i)((?:authorization|cookie){ASSIGNS})(?:{QUOTED}|[^\r\n]+)"""),
        rf"\1{REMOVED}",
    ),
    # What an earlier pass took out stays as it is.
    (
        re.compile(rf"""(?i)({SENSITIVE}{ASSIGNS})(?!\[(?:removed|redacted)\])(?:{QUOTED}|[^\s"'&,;)}}\]]+)"""),
        rf"\1{REMOVED}",
    ),
    # Codes that OAuth hands back in the address; a bare `code=190` is an error's number.
    (re.compile(r"(?i)([?&](?:code|state|sig|key)=)[^\s\"'&]{8,}"), rf"\1{REMOVED}"),
    (re.compile(r"(?i)\b(bearer|oauth)\s+[\w.~+/%=|-]{8,}"), rf"\1 {REMOVED}"),
    (re.compile(r"(://)[^\s/@\"']{1,300}@"), rf"\1{REMOVED}@"),
    (re.compile(r"(?s)-----BEGIN [A-Z ]{1,40}KEY-----.*?(?:-----END [A-Z ]{1,40}KEY-----|\Z)"), REMOVED),
    # Secrets by their shape: JWT, OpenAI, Facebook and Instagram, TikTok, Fernet, GitHub, AWS, X.
    (
        re.compile(
            r"\b(?:eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*|sk-[\w-]{16,}|EAA[A-Za-z0-9]{20,}|IG(?:QV|QW|AA)[\w-]{20,}"
            r"|(?:act|rft|clt)\.[\w!.-]{16,}|gAAAA[\w=-]{20,}|gh[opsru]_\w{20,}|AKIA[0-9A-Z]{16}|A{12,}[\w%]{20,})"
        ),
        REMOVED,
    ),
)
SENSITIVE_KEY = re.compile(rf"(?i)(?:{SENSITIVE}|authorization|cookie)$")
SECRET_SETTINGS = (
    "SECRET_KEY",
    "PSEUDONYM_KEY",
    "FORMER_PSEUDONYM_KEYS",
    "TOKEN_ENCRYPTION_KEYS",
    "DEVELOPMENT_ACCESS_TOKENS",
    "PLATFORM_APPS",
    "TWITTER_CONSUMER_SECRET",
    "WEBHOOK_VERIFY_TOKEN",
)


def own_secrets() -> list[str]:
    """The secrets of this installation, to be removed wherever they stand."""
    found: list[str] = []
    for name in SECRET_SETTINGS:
        value = getattr(settings, name, "")
        values = value.values() if isinstance(value, dict) else [value] if isinstance(value, str) else value
        # Of an app, its secret.
        found.extend(getattr(one, "secret", one) for one in values)
    return [secret for secret in found if len(secret) >= 8]


def storable(text: str) -> str:
    """`text` without the NUL and the lone surrogates that databases refuse."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def capped(text: str, limit: int = MAX_TEXT) -> str:
    """`text` in at most `limit` characters: its beginning and its end, which say most."""
    if len(text) <= limit:
        return text
    mark = f"\n[{len(text) - limit} characters left out]\n"
    head = (limit - len(mark)) // 2
    tail = limit - len(mark) - head
    return text[:head] + mark + text[-tail:]


def redacted(text: str, limit: int = MAX_TEXT) -> str:
    """`text` without secrets, in at most `limit` characters."""
    text = storable(text[:MAX_SEARCHED])
    for secret in own_secrets():
        text = text.replace(secret, REMOVED)
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    # Capped last: a cut through a secret would leave half of it without the name that betrays it.
    return capped(text, limit)


def redacted_json(value: Any, depth: int = 0) -> Any:
    """`value` as JSON without secrets; what JSON does not know becomes text, what is too much is cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= MAX_DEPTH:
        return "[too deep]"
    if isinstance(value, Mapping):
        return _redacted_mapping(value, depth)
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted_json(item, depth + 1) for item in list(value)[:MAX_ITEMS]]
    return redacted(_text(value))


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # Anybody's `__str__` may raise anything, and a record must not.
        return f"<{type(value).__name__}>"


def _redacted_mapping(mapping: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    return {
        redacted(_text(name), 200): REMOVED
        if isinstance(value, str) and SENSITIVE_KEY.search(_text(name))
        else redacted_json(value, depth + 1)
        for name, value in list(mapping.items())[:MAX_ITEMS]
    }
