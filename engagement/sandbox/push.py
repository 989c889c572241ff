"""Webhooks: the challenge at registration, and events posted to the callback address with their signature.

A platform declares a `Push`; when and in what order events leave is decided here, for all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engagement.sandbox.callbacks import Callback
from engagement.sandbox.messages import Json
from engagement.sandbox.world import World


@dataclass(frozen=True)
class Challenge:
    """What is asked of an address before it gets events: a GET with `query`, met by the body of a 200."""

    query: Mapping[str, str]
    is_met: Callable[[bytes], bool]


@dataclass(frozen=True)
class Push:
    """A platform's webhooks as data.

    `events` makes the payloads of what happened after `since` and up to `until`, oldest first; `sign` the headers
    of one delivery from the secret, the raw body and a time in unix seconds (where the signature holds one).
    """

    events: Callable[[World, datetime, datetime], list[Json]]
    sign: Callable[[str, bytes, int], Mapping[str, str]]
    challenge: Callable[[Callback], Challenge] | None = None
