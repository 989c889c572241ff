"""What faults make of a reply: interruptions before or after the effect, and spoilt answers.

Which fault fits a request is found in `faults.py`; refusals keep each platform's own shape.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from engagement.sandbox.faults import Fault
from engagement.sandbox.messages import DRIP, DROP, ENDLESS, HANG, HTML, Reply, Request

Refusals = Mapping[str, Callable[[Request, str], Reply]]

# The forms a Retry-After has been seen in, or may take on a bad day.
WAITS: dict[str, Callable[[float], str]] = {
    "seconds": lambda seconds: f"{seconds:.0f}",
    "http_date": lambda seconds: formatdate(time.time() + seconds, usegmt=True),
    "absurd": lambda seconds: "99999999999",
    "negative": lambda seconds: "-30",
    "nonsense": lambda seconds: "soon",
}
MISSING = "missing"
_WAIT_HEADERS = ("retry-after", "x-rate-limit-reset", "x-business-use-case-usage")
_PAGE = "<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"


# Instead of an answer


def interruption(fault: Fault, request: Request, refusals: Refusals) -> Reply:
    return _INTERRUPTIONS[fault.kind](fault, request, refusals)


def _refusal(kind: str) -> Callable[[Fault, Request, Refusals], Reply]:
    def refuse(fault: Fault, request: Request, refusals: Refusals) -> Reply:
        reply = refusals[kind](request, f"{fault.seconds:.0f}")
        if fault.header not in WAITS:
            return reply
        return replace(reply, headers={**reply.headers, "Retry-After": WAITS[fault.header](fault.seconds)})

    return refuse


_INTERRUPTIONS: dict[str, Callable[[Fault, Request, Refusals], Reply]] = {
    "rate_limit": _refusal("rate_limit"),
    "server_error": _refusal("server_error"),
    "false_401": _refusal("wrong_token"),
    "no_credits": _refusal("no_credits"),
    "usage_capped": _refusal("usage_capped"),
    "html": lambda fault, request, refusals: Reply(fault.status, _PAGE, content_type=HTML),
    "hang": lambda fault, request, refusals: Reply(0, None, manner=HANG, seconds=fault.seconds),
    "drop": lambda fault, request, refusals: Reply(0, None, manner=DROP),
}
INTERRUPTIONS = tuple(_INTERRUPTIONS)


def without_waits(reply: Reply) -> Reply:
    """A limit that says nothing about when it ends."""
    return replace(
        reply, headers={name: value for name, value in reply.headers.items() if name.lower() not in _WAIT_HEADERS}
    )


# A spoilt answer


def spoilt(reply: Reply, fault: Fault) -> Reply:
    return _SPOILS[fault.kind](reply, fault)


def _with_version(reply: Reply, fault: Fault) -> Reply:
    if "facebook-api-version" not in reply.headers:
        return reply
    return replace(reply, headers={**reply.headers, "facebook-api-version": fault.version})


def _renamed(content: Any, field: str, to: str) -> Any:
    """`field` under another name, or gone where there is none; insights name their metrics as values."""
    if isinstance(content, list):
        kept = [one for one in content if to or not _is_named(one, field)]
        return [_renamed(one, field, to) for one in kept]
    if not isinstance(content, dict):
        return content
    names = {name: to if name == field else name for name in content}
    changed = {new: _renamed(content[name], field, to) for name, new in names.items() if new}
    return changed | {"name": to} if _is_named(content, field) and to else changed


def _is_named(content: Any, field: str) -> bool:
    return isinstance(content, dict) and content.get("name") == field


_SPOILS: dict[str, Callable[[Reply, Fault], Reply]] = {
    "slow": lambda reply, fault: replace(reply, delay=fault.seconds),
    "broken_json": lambda reply, fault: replace(reply, broken=True),
    "drip": lambda reply, fault: replace(reply, manner=DRIP, seconds=fault.seconds),
    "endless": lambda reply, fault: replace(reply, manner=ENDLESS, seconds=fault.seconds),
    "missing_field": lambda reply, fault: replace(reply, body=_renamed(reply.body, fault.field, "")),
    "renamed_field": lambda reply, fault: replace(reply, body=_renamed(reply.body, fault.field, fault.to)),
    "wrong_version": _with_version,
}
SPOILS = tuple(_SPOILS)
