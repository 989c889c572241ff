"""Takes an account's secrets out of what a platform said, before it is kept or told. Pure."""

import base64
import re
from collections.abc import Collection, Sequence
from urllib.parse import quote

from acd.redaction import redacted

EXCERPT = 200
REDACTED = "[redacted]"
# What is marked as a secret in an answer that is kept; in other words (`acd.redaction`) any number could go missing.
# A backslash ends it as well: in an item of a batch it belongs to the quote behind it.
_CREDENTIAL = re.compile(r"(?i)((?:access_token|refresh_token|client_secret)=|bearer\s+)[^\s&\"'<>\\]+")
# Without one of these words the pattern finds nothing.
_CREDENTIAL_MARKS = ("_token=", "client_secret=", "bearer")
# What an answer may have to hold, and no message: new tokens, and the address that a file is sent to.
_NOT_FOR_WORDS = re.compile(r"(?i)(\"(?:access|refresh)_token\"\s*:\s*\"|upload_token=)[^\"&\s]*")
# A shorter string is no token of any platform, and replacing it would mangle the answer.
_MIN_TOKEN = 6


def forms_of(secrets: Collection[str]) -> list[str]:
    """Every way in which these secrets may be written."""
    # The longest first: one secret may stand inside another.
    long_enough = sorted((one for one in secrets if len(one) >= _MIN_TOKEN), key=len, reverse=True)
    return [form for secret in long_enough for form in _forms(secret)]


def _forms(secret: str) -> dict[str, None]:
    """How a secret may be written, each way once. Graph escapes the slashes of its JSON."""
    encoded = base64.b64encode(secret.encode()).decode()
    return dict.fromkeys((secret, quote(secret, safe=""), encoded.rstrip("="), secret.replace("/", "\\/")))


def without(forms: Sequence[str], text: str) -> str:
    """The text without these secrets, plain, quoted or in base64, and without whatever else is marked as one."""
    for form in forms:
        text = text.replace(form, REDACTED)
    lower = text.lower()
    # The pattern takes its time over a long answer, and hardly any holds a mark.
    is_marked = any(mark in lower for mark in _CREDENTIAL_MARKS)
    return _CREDENTIAL.sub(rf"\1{REDACTED}", text) if is_marked else text


def excerpt(text: str) -> str:
    """The beginning of a text that nobody could read: half an answer may hold a token that was new to everybody."""
    return redacted(_NOT_FOR_WORDS.sub(rf"\1{REDACTED}", text))[:EXCERPT]
