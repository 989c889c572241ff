"""Requests and replies as values, the same for all four platforms.

Reads bodies (JSON, forms, multipart) leniently in format and strictly in shape.
What an answer looks like is left to the platform modules, how it travels to the server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

Json = dict[str, Any]

JSON, HTML = "application/json; charset=UTF-8", "text/html; charset=UTF-8"
# How a reply travels when it does not come as one whole.
HANG, DROP, DRIP, ENDLESS = "hang", "drop", "drip", "endless"

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_PART_NAME = re.compile(rb'name="([^"]*)"')


class Malformed(Exception):
    """The body cannot be read as what its content type says."""


@dataclass(frozen=True)
class Reply:
    """A status, a JSON body and headers; what follows them is worked off on the way out.

    `delay` is in seconds, and so is `seconds`, the time a `manner` of travelling takes. A body that is not JSON
    is text of its `content_type`.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    broken: bool = False
    manner: str = ""
    seconds: float = 0.0
    content_type: str = JSON

    @property
    def is_late(self) -> bool:
        """Whether a caller with little patience has nothing of it."""
        return self.delay > 0 or self.manner in (HANG, DROP)

    @property
    def text(self) -> str:
        if self.content_type != JSON:
            return str(self.body)
        encoded = json.dumps(self.body, separators=(",", ":"))
        return encoded[: max(1, len(encoded) * 2 // 3)] if self.broken else encoded


class Refused(Exception):
    """A platform says no; carries the reply that says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True)
class Request:
    """One request below a platform's prefix; header names are lower case."""

    platform: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = ""

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query)}"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def params(self) -> dict[str, Any]:
        """Query and body together, as the Graph API reads them; the body wins."""
        return {**self.query, **self.fields}

    @cached_property
    def fields(self) -> dict[str, Any]:
        if not self.body:
            return {}
        return _READERS.get(self.content_type, _read_form)(self)

    @cached_property
    def token(self) -> str:
        """The bearer token, else TikTok Business' header, else the Graph API's parameter; empty without any."""
        scheme, _, bearer = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "oauth") and bearer:
            return bearer.strip()
        if own := self.headers.get("access-token"):
            return own.strip()
        try:
            return str(self.params.get("access_token", ""))
        except Malformed:
            return str(self.query.get("access_token", ""))


def _read_json(request: Request) -> dict[str, Any]:
    try:
        content = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not valid JSON.") from error
    if not isinstance(content, dict):
        raise Malformed("The body must be a JSON object.")
    return content


def _read_form(request: Request) -> dict[str, Any]:
    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise Malformed("The body is not a valid form.") from error


def _read_multipart(request: Request) -> dict[str, Any]:
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is None:
        raise Malformed("The multipart body has no boundary.")
    parts = request.body.split(b"--" + boundary[1].encode())[1:-1]
    return dict(_read_part(part) for part in parts)


def _read_part(part: bytes) -> tuple[str, Any]:
    head, found, content = part.partition(b"\r\n\r\n")
    name = _PART_NAME.search(head)
    if not found or name is None:
        raise Malformed("A part of the multipart body has no name.")
    content = content.removesuffix(b"\r\n")
    is_file = b"filename=" in head
    return name[1].decode(errors="replace"), content if is_file else content.decode(errors="replace")


_READERS = {"application/json": _read_json, "multipart/form-data": _read_multipart}
