"""Reading many objects of the Graph API in few calls, and leaving out what is refused.

Where the host takes batches, fifty reads go in one; each still counts as a call. One unknown name fails a whole read,
so the name that a refusal quotes is dropped, remembered, and the rest asked again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from requests.structures import CaseInsensitiveDict

from engagement.platforms import errors
from engagement.platforms.base import PlatformAdapter, each_read
from engagement.platforms.decoding import decode
from engagement.platforms.graph_errors import asks_for_less, judge
from engagement.platforms.replies import Reply

MAX_BATCH = 50
# A bare photo or video, or another object that never has any.
NO_INSIGHTS = "nonexisting field (insights)"
# After these a further call would be refused as well, or prolong the limit.
_CLOSED = (errors.AuthenticationFailed, errors.RateLimited)


@dataclass(frozen=True)
class Ask:
    """One read: its path with the version, and its parameters."""

    path: str
    params: Mapping[str, str]

    @property
    def in_batch(self) -> dict[str, str]:
        """As an item of a batch: field lists stay readable, and nothing else in them can end the parameter."""
        return {"method": "GET", "relative_url": f"{self.path[1:]}?{_encoded(tuple(self.params.items()))}"}


# The items of a batch mostly ask the same of different objects.
@lru_cache(maxsize=64)
def _encoded(params: tuple[tuple[str, str], ...]) -> str:
    return urlencode(params, safe=",(){}")


@dataclass(frozen=True)
class Want:
    """One read with names that may be refused in this place; `ask` builds it of those left, None if that is nothing."""

    place: str
    names: Sequence[str]
    ask: Callable[[Sequence[str]], Ask | None]


@dataclass(frozen=True)
class Got:
    """An answer and the names it was asked for."""

    reply: Reply
    asked: frozenset[str]


Read = Reply | errors.PlatformError


class GraphReader(PlatformAdapter):
    """Reads of many objects at once."""

    can_batch: ClassVar[bool]
    judge = staticmethod(judge)

    def _path(self, *parts: str) -> str:
        return "/" + "/".join((settings.GRAPH_API_VERSION, *parts))

    # Leaving out what is refused

    def read_named(self, wants: Mapping[str, Want]) -> dict[str, Got | errors.PlatformError]:
        """The answer or the error of each; what had nothing left to ask is missing."""
        answers: dict[str, Got | errors.PlatformError] = {}
        # Dropped because a refusal named nothing: remembered once the rest is answered without it.
        doubted: set[tuple[str, str]] = set()
        pending = dict(wants)
        while pending:
            asked = {key: self._allowed(want, doubted) for key, want in pending.items()}
            asks = {key: ask for key, want in pending.items() if (ask := want.ask(asked[key]))}
            read = self.read_each(asks)
            answers |= {
                key: Got(one, frozenset(asked[key])) if isinstance(one, Reply) else one for key, one in read.items()
            }
            proven = {pending[key].place for key, one in read.items() if isinstance(one, Reply) and asked[key]}
            self.refused |= {pair for pair in doubted if pair[0] in proven}
            pending = {
                key: self._without(pending[key], asked[key], one, doubted)
                for key, one in read.items()
                if asked[key] and is_of_a_name(one)
            }
        return answers

    def _without(self, want: Want, asked: Sequence[str], refusal: Read, doubted: set[tuple[str, str]]) -> Want:
        """What to ask next: without the refused name, or without any where the object has no insights at all."""
        message = refusal.message if isinstance(refusal, errors.PlatformError) else ""
        if isinstance(refusal, errors.UnsupportedFeature) or NO_INSIGHTS in message:
            return replace(want, names=())
        name = next((name for name in asked if quotes(message, name)), "")
        if name:
            self.refused |= {(want.place, one) for one in self._refused_with(want.place, name)}
        else:
            doubted.update((want.place, one) for one in self._refused_with(want.place, asked[0]))
        return want

    def _refused_with(self, place: str, name: str) -> Sequence[str]:
        """The names that are refused wherever this one is."""
        return (name,)

    def _allowed(self, want: Want, doubted: set[tuple[str, str]]) -> list[str]:
        return [name for name in want.names if (want.place, name) not in self.refused | doubted]

    # Many reads at once

    def read_each(self, asks: Mapping[str, Ask]) -> dict[str, Read]:
        """The answer or the error of each. After an error of the account, such as a limit, nothing more is asked."""
        if self.can_batch and len(asks) > 1:
            read = self._batched(asks)
        else:
            read = each_read(asks, lambda key: self.http.get(asks[key].path, **asks[key].params))
        for one in read.values():
            self._note_version(one)
        return read

    def _batched(self, asks: Mapping[str, Ask]) -> dict[str, Read]:
        """Batches of fifty; what timed out in one is asked once more alone."""
        keys, read = list(asks), dict[str, Read]()
        for start in range(0, len(keys), MAX_BATCH):
            read |= self._batch({key: asks[key] for key in keys[start : start + MAX_BATCH]})
        lost = [key for key, one in read.items() if isinstance(one, errors.TemporaryFailure)]
        if any(isinstance(one, _CLOSED) for one in read.values()) or len(lost) == len(keys):
            return read
        return read | each_read(lost, lambda key: self.http.get(asks[key].path, **asks[key].params))

    def _batch(self, asks: Mapping[str, Ask]) -> dict[str, Read]:
        items = json.dumps([ask.in_batch for ask in asks.values()])
        try:
            reply = self.http.batch(self._path() + "/", batch=items)
        except errors.PlatformError as error:
            if asks_for_less(error) and len(asks) > 1:
                return self._halves(asks)
            return dict.fromkeys(asks, error)
        if not isinstance(reply.body, list) or len(reply.body) != len(asks):
            unread = errors.InvalidResponse("A batch was not answered item by item", platform=self.platform)
            return dict.fromkeys(asks, unread)
        read = {key: self._item(item, reply) for key, item in zip(asks, reply.body, strict=True)}
        # A window that closes for an item is closed for every call, as if the batch itself had been refused.
        for limit in {one.code: one for one in read.values() if isinstance(one, errors.RateLimited)}.values():
            self.http.note(limit)
        return read

    def _halves(self, asks: Mapping[str, Ask]) -> dict[str, Read]:
        keys = list(asks)
        half = len(keys) // 2
        return self._batch({key: asks[key] for key in keys[:half]}) | self._batch(
            {key: asks[key] for key in keys[half:]}
        )

    def _item(self, item: Any, batch: Reply) -> Read:
        """An item of a batch holds its body as text; null stands for one that timed out."""
        if item is None:
            return errors.TemporaryFailure("The item timed out in its batch", platform=self.platform)
        try:
            status = int(item["code"])
        except (ValueError, TypeError, KeyError):
            return self._unread_item(errors.InvalidResponse)
        try:
            reply = Reply(self.platform, status, _headers(item, batch), decode(item["body"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            kind = errors.kind_of_status(status)
            # As with a whole answer: without words, of its statuses only limits and faults are believed.
            is_telling = issubclass(kind, errors.RateLimited | errors.TemporaryFailure)
            return self._unread_item(kind if is_telling else errors.InvalidResponse, status)
        return judge(reply) or reply

    def _unread_item(self, kind: errors.Kind, status: int | None = None) -> errors.PlatformError:
        return kind("An item of a batch cannot be read", platform=self.platform, status=status)

    # Versions

    def _note_version(self, read: Read) -> None:
        """Tell staff, once, of a version that answered in place of the one asked for: that one has ended."""
        served = version_of(read) if isinstance(read, Reply) else settings.GRAPH_API_VERSION
        words = (
            f"The Graph API answered as {served}, not {settings.GRAPH_API_VERSION}: numbers may mean something else. "
            "Set GRAPH_API_VERSION to a version that has not ended."
        )
        if served != settings.GRAPH_API_VERSION:
            self.note(words)


def _headers(item: dict[str, Any], batch: Reply) -> Mapping[str, str]:
    """Those of a batch, and over them those of an item, which are a list of pairs and may be left out."""
    listed = item.get("headers")
    own = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    told = {str(one.get("name")): str(one.get("value")) for one in own}
    return CaseInsensitiveDict({**batch.headers, **told}) if told else batch.headers


def version_of(reply: Reply) -> str:
    """The version that answered: expired ones are served by the oldest that is not. Where it is not said, the asked."""
    return reply.headers.get("facebook-api-version", "") or settings.GRAPH_API_VERSION


def is_of_a_name(read: Read) -> bool:
    """Whether a refusal may be due to one of the names asked for."""
    is_parameter = isinstance(read, errors.Rejected) and read.code == "100"
    return is_parameter or isinstance(read, errors.UnsupportedFeature)


def quotes(message: str, name: str) -> bool:
    """Whether a refusal names this metric, and not only as one of those it would accept."""
    complaint = message.partition("must be one of the following values")
    listed = complaint[2].rpartition("(got ")[2] if complaint[1] else ""
    separated = (listed or complaint[0]).translate(dict.fromkeys(map(ord, "(),:;'\"`."), " "))
    return name in separated.split()
