"""The only place that sends a request to a platform: one session, bounded in time and size, redacted, judged.

Reads are repeated in place with backoff; anything that creates is sent once. What an answer means is said by the
platform's table.
"""

import codecs
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from engagement.platforms import errors
from engagement.platforms.deadlines import DeadlineAdapter, Exchange, exchanging, session
from engagement.platforms.decoding import decode
from engagement.platforms.meter import UNMETERED, Call, Meter
from engagement.platforms.redacting import excerpt, forms_of, without
from engagement.platforms.replies import Reply

logger = logging.getLogger(__name__)

READ_TRIES = 3


Judge = Callable[[Reply], errors.PlatformError | None]


# A request as it leaves, and where the surroundings say it has to pass: proxies and the authorities to trust.
Ready = tuple[requests.PreparedRequest, dict[str, Any]]
# What the network may raise.
BROKEN = (requests.RequestException, HTTPError, OSError)

# Which header carries the token, and what stands before it there.
Scheme = tuple[str, str]
BEARER: Scheme = ("Authorization", "Bearer ")


class _Signed(requests.auth.AuthBase):
    """Sets the header as the request leaves. As an `auth` it also keeps a .netrc file from replacing it."""

    def __init__(self, token: str, scheme: Scheme) -> None:
        self._name, self._value = scheme[0], scheme[1] + token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._name] = self._value
        return request


class _Unsigned(requests.auth.AuthBase):
    """Sends no token, and keeps a .netrc file from sending another."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Connection:
    """An account's way to one platform. Raises `PlatformError` kinds only.

    `secrets` are what must not appear in an error or a kept answer beside the token. `transport` holds connections
    that it shares with others.
    """

    def __init__(
        self,
        *,
        platform: str,
        base_url: str,
        token: str,
        judge: Judge,
        meter: Meter = UNMETERED,
        scheme: Scheme = BEARER,
        secrets: Sequence[str] = (),
        transport: DeadlineAdapter | None = None,
    ) -> None:
        self.platform = platform
        self._meter = meter
        self._secrets = {token, *secrets}
        self._base = base_url.rstrip("/")
        self._token = token
        self._judge = judge
        # Called right before a request that may make a post live, once its budgets have let it pass; what it raises
        # keeps the request from being sent.
        self.before_create: Callable[[], None] = lambda: None
        self._call: Call = UNMETERED
        self._session = session(transport)
        self._owns_transport = transport is None
        self._session.auth = _Signed(token, scheme)

    def __repr__(self) -> str:
        return f"<Connection to {self.platform}>"

    def close(self) -> None:
        """Close the connections, but for those of a transport that was given."""
        if self._owns_transport:
            self._session.close()

    def get(self, path: str, **params: Any) -> Reply:
        """A read, repeated while the platform fails."""
        return self._repeated("GET", path, params=params)

    def query(self, path: str, *, params: dict[str, Any] | None = None, body: dict[str, Any]) -> Reply:
        """A read that the platform takes as a POST with a JSON body."""
        return self._repeated("POST", path, params=params, json=body)

    def batch(self, path: str, **form: Any) -> Reply:
        """A bundle of reads that the platform takes as a POST with a form."""
        return self._repeated("POST", path, data=form)

    def renew(self, path: str, **params: Any) -> Reply:
        """Ask, once, for new tokens with a GET, as Meta has it. As with `exchange`, this answer keeps its tokens."""
        self._check_token()
        return self._once("GET", path, self._deadline(), auth=_Unsigned(), keeps_tokens=True, params=params)

    def note(self, refusal: errors.PlatformError) -> None:
        """A part of the last answer was refused, as an item of a batch may be: budgets count it as the call's own."""
        self._call.failed(refusal)

    def delete(self, path: str) -> Reply:
        """Take away something that nobody sees: the same once more changes nothing."""
        return self._repeated("DELETE", path)

    def prepare(self, path: str, **request: Any) -> Reply:
        """Send once something nobody sees yet: when the answer is lost, nothing is."""
        return self._once("POST", path, self._deadline(sends_file="files" in request), **request)

    def append(self, path: str, **request: Any) -> Reply:
        """Send a numbered part of a file: the same part once more changes nothing. The answer may be empty."""
        return self._repeated("POST", path, may_be_empty=True, **request)

    def put(
        self, url: str, *, content: bytes, headers: dict[str, str], before_live: Callable[[], None] | None = None
    ) -> Reply:
        """Send, once, content to an address that the platform gave for it, without the token. The answer may be empty.

        It goes to no stranger: of an address elsewhere only the path counts, which an override of the platform's
        address relies on. `before_live` is given where it may make a post live, and called before `before_create`.
        """

        def announce() -> None:
            if before_live:
                before_live()
                self.before_create()

        path = urlsplit(url).path
        return self._once(
            "PUT",
            path,
            self._deadline(sends_file=True),
            url=url if is_same_site(url, self._base) else f"{self._base}{path}?{urlsplit(url).query}",
            auth=_Unsigned(),
            may_be_empty=True,
            announce=announce,
            data=content,
            headers=headers,
        )

    def exchange(self, path: str, *, basic: tuple[str, str] | None = None, **request: Any) -> Reply:
        """Ask, once, for new tokens: without the old one, which may have ended. Only this answer keeps its tokens.

        `basic` are the id and the secret of the app, where the platform wants them as HTTP Basic.
        """
        auth = requests.auth.HTTPBasicAuth(*basic) if basic else _Unsigned()
        return self._once("POST", path, self._deadline(), auth=auth, keeps_tokens=True, **request)

    def create(self, path: str, **request: Any) -> Reply:
        """Send once something that goes live. A lost or unreadable answer is `OutcomeUnknown`, for it may be."""
        try:
            return self._once(
                "POST", path, self._deadline(), lost=errors.OutcomeUnknown, announce=self.before_create, **request
            )
        except (errors.TemporaryFailure, errors.InvalidResponse) as failure:
            # Without a status it was never sent.
            if errors.made_nothing(failure):
                raise
            raise errors.OutcomeUnknown(
                failure.message, platform=self.platform, status=failure.status, code=failure.code
            ) from None

    def _repeated(self, method: str, path: str, **request: Any) -> Reply:
        deadline = self._deadline(sends_file="files" in request)
        for attempt in range(READ_TRIES):
            try:
                return self._once(method, path, deadline, **request)
            except errors.TemporaryFailure as failure:
                pause = max(_backoff(attempt), failure.retry_after or 0.0)
                if attempt + 1 == READ_TRIES or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(
        self,
        method: str,
        path: str,
        deadline: float,
        *,
        lost: errors.Kind = errors.TemporaryFailure,
        url: str = "",
        auth: requests.auth.AuthBase | None = None,
        may_be_empty: bool = False,
        keeps_tokens: bool = False,
        announce: Callable[[], None] = lambda: None,
        **request: Any,
    ) -> Reply:
        if auth is None:
            self._check_token()
        # Made ready before there is a place for it: what holds a place is to be the platform's time alone.
        ready = self._ready(method, url or self._base + path, auth, request)
        call = self._meter.spend(method, path, request)
        with ExitStack() as place:
            place.enter_context(self._meter.gate)
            self._call = call.leaving()
            announce()
            with self._told(Exchange(settings.HTTP_READ_SECONDS, deadline), lost) as exchange:
                response, content = self._exchanged(place, ready, exchange)
                logger.debug("%s %s %s: %s", self.platform, method, path, response.status_code)
                reply = self._decoded(response, b"null" if may_be_empty and not content.strip() else content)
                self._call.hear(reply)
                self._judged(reply)
        return replace(reply, body=decode(content.decode())) if keeps_tokens else reply

    @contextmanager
    def _told(self, exchange: Exchange, lost: errors.Kind) -> Iterator[Exchange]:
        """Tell the call what went wrong; what began and was not answered is `lost`."""
        try:
            yield exchange
        except errors.PlatformError as refusal:
            self._call.failed(refusal)
            raise
        except BROKEN as failure:
            kind = lost if exchange.began else errors.TemporaryFailure
            late = "It took longer than it may. " if exchange.is_over else ""
            silence = kind(late + self._words(failure), platform=self.platform)
            self._call.failed(silence)
            # `from None`: what requests raises may quote the headers.
            raise silence from None

    def _ready(self, method: str, url: str, auth: requests.auth.AuthBase | None, request: dict[str, Any]) -> Ready:
        try:
            prepared = self._session.prepare_request(requests.Request(method, url, auth=auth, **request))
            given = self._session.merge_environment_settings(prepared.url or url, {}, True, None, None)
            return prepared, dict(given)
        except BROKEN as failure:
            raise errors.TemporaryFailure(self._words(failure), platform=self.platform) from None

    def _exchanged(self, place: ExitStack, ready: Ready, exchange: Exchange) -> tuple[requests.Response, bytes]:
        """The answer and its whole body, read while the place among the requests under way is held."""
        prepared, given = ready
        timeout = (min(settings.HTTP_CONNECT_SECONDS, exchange.wait), settings.HTTP_READ_SECONDS)
        with (
            place,
            exchanging(exchange),
            self._session.send(prepared, timeout=timeout, allow_redirects=False, **given) as response,
        ):
            return response, self._body(response)

    def _deadline(self, *, sends_file: bool = False) -> float:
        return time.monotonic() + (settings.HTTP_UPLOAD_SECONDS if sends_file else settings.HTTP_TOTAL_SECONDS)

    def _check_token(self) -> None:
        if not self._token:
            raise errors.AuthenticationFailed("The account has no access token", platform=self.platform)
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise errors.AuthenticationFailed(
                "The stored access token holds characters that no token has", platform=self.platform
            )

    def _body(self, response: requests.Response) -> bytes:
        """The whole body, read as it comes, so that no flood outgrows its bound."""
        parts, size = [], 0
        while part := response.raw.read1(64 * 1024, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > settings.HTTP_MAX_BYTES:
                self._invalid(f"The answer is longer than {settings.HTTP_MAX_BYTES} bytes", response)
        return b"".join(parts).removeprefix(codecs.BOM_UTF8)

    def _decoded(self, response: requests.Response, content: bytes) -> Reply:
        text = self.redact(content.decode(errors="replace"))
        try:
            content.decode()
            body = decode(text)
        except (ValueError, RecursionError):
            self._unreadable(response, text)
        return Reply(self.platform, response.status_code, response.headers, body)

    def _unreadable(self, response: requests.Response, text: str) -> NoReturn:
        """A proxy's page says nothing about a post, so of its statuses only limits and faults are believed."""
        kind = errors.kind_of_status(response.status_code)
        words = excerpt(text) or "it said nothing"
        if not issubclass(kind, errors.RateLimited | errors.TemporaryFailure):
            self._invalid(f"The answer is not JSON: {words}", response)
        reply = Reply(self.platform, response.status_code, response.headers, None)
        self._call.hear(reply)
        # X limits in plain text, too, and says in its headers how long.
        judged = self._judge(reply)
        wait = judged.retry_after if isinstance(judged, kind) else reply.retry_after
        raise kind(words, platform=self.platform, status=reply.status, retry_after=wait)

    def _invalid(self, message: str, response: requests.Response) -> NoReturn:
        raise errors.InvalidResponse(message, platform=self.platform, status=response.status_code)

    def _judged(self, reply: Reply) -> Reply:
        error = self._judge(reply)
        if error is not None:
            raise error
        return reply

    def _words(self, failure: Exception) -> str:
        return f"{type(failure).__name__}: {excerpt(self.redact(str(failure)))}"

    def redact(self, text: str) -> str:
        """The text without the account's secrets, and without whatever else is marked as one."""
        return without(self._unspoken, text)

    @cached_property
    def _unspoken(self) -> list[str]:
        return forms_of(self._secrets)


def is_same_site(url: str, base: str) -> bool:
    """Whether an address is on the host of the base, or encrypted on another one of its domain."""
    given, ours = urlsplit(url), urlsplit(base)
    domain = (given.hostname or "").split(".")[-2:]
    same_domain = given.scheme == "https" and domain == (ours.hostname or "").split(".")[-2:]
    return same_domain or (given.scheme, given.netloc) == (ours.scheme, ours.netloc)


def _backoff(attempt: int) -> float:
    """Doubling, with jitter, so that many workers do not come back at once."""
    return float(settings.HTTP_BACKOFF_SECONDS * 2**attempt * random.uniform(0.5, 1.0))
