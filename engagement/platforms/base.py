"""The steps every adapter shares: batches, pages, waiting. A platform fills in endpoints, parsers and field tables.

Adapters take and return values, never models.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from django.conf import settings

from engagement.enums import Flavour
from engagement.platforms import errors
from engagement.platforms.deadlines import DeadlineAdapter
from engagement.platforms.http import BEARER, Connection, Scheme
from engagement.platforms.meter import UNMETERED, Meter
from engagement.platforms.replies import Reply
from engagement.values import (
    AccountFacts,
    Credentials,
    Draft,
    Metrics,
    PublishedPost,
    Tokens,
    Visible,
)

Answers = dict[str, Metrics | errors.PlatformError]

# Keeps the handle of a post before anything of it can be live, so that a killed process leaves it behind.
Remember = Callable[[str], None]
Maker = Callable[[Draft, Remember], PublishedPost]
One = TypeVar("One")

# Enough for some thousand comments; a thread that never ends, or pages in a circle, stops here.
MAX_PAGES = 20
# How often to look at media that is still processed before leaving it to the next run.
MAX_LOOKS = 6

# These concern the account, not one post: when nothing else was answered, they are raised.
_ACCOUNT_ERRORS = (
    errors.AuthenticationFailed,
    errors.AccessDenied,
    errors.RateLimited,
    errors.TemporaryFailure,
)


class PlatformAdapter(ABC):
    """An account on one platform. Every method raises kinds of `errors.PlatformError` and nothing else."""

    platform: ClassVar[str]
    # Which of the platform's programmes it speaks to, where there are several; the platform's usual one is "standard".
    flavour: ClassVar[str] = Flavour.STANDARD.value
    # The real address of this programme, where it is not the platform's usual one.
    host: ClassVar[str] = ""
    # How many ids `fetch_metrics` asks for in one go.
    batch_size: ClassVar[int]
    # How it is told the token.
    scheme: ClassVar[Scheme] = BEARER
    can_see_interactions: ClassVar[bool] = True
    # The numbers that move when there is somebody new to see.
    moved_by: ClassVar[tuple[str, ...]] = ("comments",)

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        meter: Meter = UNMETERED,
        transport: DeadlineAdapter | None = None,
    ) -> None:
        self.credentials = credentials
        # (place, metric) pairs that the platform refuses; those of earlier runs and those of this one.
        self.refused = set(credentials.refused)
        # What the platform did otherwise than expected without failing, in words for staff.
        self.notices: list[str] = []
        # Told of what is made for a post before it, and seen by nobody: `discard` takes it away.
        self.note_piece: Callable[[str], None] = lambda piece: None
        # Whether the posts being read are among the newest.
        self.recent = True
        self.http = Connection(
            platform=self.platform,
            base_url=base_url,
            token=credentials.access_token,
            judge=self.judge,
            meter=meter,
            scheme=self.scheme,
            secrets=(credentials.refresh_token, credentials.app.secret),
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.credentials.platform_user_id}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    # What a platform fills in

    @staticmethod
    @abstractmethod
    def judge(reply: Reply) -> errors.PlatformError | None:
        """The error an answer means, or None."""

    @property
    @abstractmethod
    def makers(self) -> dict[str, Maker]:
        """By media kind, how to publish it."""

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Go on with a post that was begun: still processed, or its answer never arrived, or its process died.

        `publish_id` is what was remembered. Raises `OutcomeUnknown` if what became of it cannot be told this way.
        """
        raise errors.UnsupportedFeature(
            f"It cannot be asked what became of {publish_id or 'a post'}", platform=self.platform
        )

    def find(self, draft: Draft, *, since: datetime, known: frozenset[str]) -> PublishedPost | None:
        """Look a post of unknown outcome up on the account's own list: made since then, with the draft's words.

        Posts in `known` are others of ours. None: it is not there, or not yet. Raises `OutcomeUnknown` if something
        else is there that may be it.
        """
        raise errors.UnsupportedFeature("It does not list the account's own posts", platform=self.platform)

    def lists_at_once(self, draft: Draft) -> bool:
        """Whether a new post stands on the account's own list within seconds, and not only after it was processed."""
        return True

    def discard(self, pieces: Sequence[str]) -> None:
        """Take away what an attempt made and left behind, unseen by anybody. What stays is told in `notices`."""
        raise errors.UnsupportedFeature("It makes nothing before a post", platform=self.platform)

    def fetch_account(self) -> AccountFacts:
        """What the platform says of the account itself: followers, handle and, where it has them, demographics."""
        raise errors.UnsupportedFeature("It says nothing of the account", platform=self.platform)

    def refresh(self) -> Tokens:
        """New tokens for the account. The old ones may stop working at once, so save these before anything else.

        Raises `AuthenticationFailed` if the account has to be connected again.
        """
        raise errors.UnsupportedFeature("Its tokens cannot be renewed by a program", platform=self.platform)

    @abstractmethod
    def _read_batch(self, ids: Sequence[str]) -> Answers:
        """Metrics of at most `batch_size` posts. Ids left out count as not found."""

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """What is visible under a post, known or not, newest first.

        Reading stops at a page of which everything is known, unless `everything` is asked for: then what was deleted
        shows itself by its absence.
        """
        raise errors.UnsupportedFeature("It does not show who interacted with a post", platform=self.platform)

    # The steps

    def publish(self, draft: Draft, remember: Remember = lambda handle: None) -> PublishedPost:
        """Publish once. Raises `OutcomeUnknown` when the platform's answer never arrived: the post may be live.

        `remember` gets the handle as soon as there is one, before anything is live where the platform allows that.
        """
        maker = self.makers.get(draft.media_kind)
        if maker is None:
            kinds = ", ".join(self.makers)
            raise errors.UnsupportedFeature(
                f"A post of kind {draft.media_kind} cannot be published there, only {kinds}", platform=self.platform
            )
        return maker(draft, remember)

    def fetch_metrics(self, ids: Sequence[str], *, recent: bool = True) -> Answers:
        """Metrics or an error for every id. `recent`: they are among the newest, so the account's own list holds them.

        An error that concerns the account is raised when no post was read before it; else the posts left unread
        carry it, so that what was read is not lost.
        """
        wanted, answers = list(dict.fromkeys(ids)), Answers()
        self.recent = recent
        for start in range(0, len(wanted), self.batch_size):
            try:
                answers |= self._read_batch(wanted[start : start + self.batch_size])
            except errors.PlatformError as error:
                if start == 0:
                    raise
                answers |= dict.fromkeys(wanted[start:], error)
                break
        return _raised_if_all({one: answers.get(one) or self._not_found(one) for one in wanted})

    def _not_found(self, post_id: str) -> errors.PlatformError:
        return errors.NotFound(f"It did not return the post {post_id}", platform=self.platform)

    # Tools of the platforms

    def note(self, words: str) -> None:
        """Tell staff something, once."""
        if words not in self.notices:
            self.notices.append(words)

    def note_unread(self, unread: errors.PlatformError | None) -> None:
        """Tell staff that some of what is under posts could not be read, if so."""
        if unread:
            self.note(f"Some comments or people under posts could not be read. {unread.for_staff}")

    def _doubt(self, strange: Sequence[object]) -> None:
        """Nothing on the list has the draft's words. A post of that time that is not ours may be it all the same:
        a platform may change words, so then only a person can tell.
        """
        if strange:
            raise errors.OutcomeUnknown(
                "A post that Gator does not know was made there since, with other words: it may be this one",
                platform=self.platform,
            )

    def _watch(self, look: Callable[[], PublishedPost]) -> PublishedPost:
        """Look until the post has its id, a bounded number of times; then it is left as still processed."""
        for _ in range(MAX_LOOKS - 1):
            seen = look()
            if seen.platform_post_id:
                return seen
            time.sleep(settings.PUBLISH_POLL_SECONDS)
        return look()

    def _first_url(self, draft: Draft) -> str:
        if not draft.media_urls:
            raise errors.Rejected(
                f"A post of kind {draft.media_kind} needs the public address of its media", platform=self.platform
            )
        return draft.media_urls[0]

    def _created(self, reply: Reply, name: str, inside: str = "") -> str:
        """The id of what was just made. An answer without it, in whatever form, leaves open what became of the post."""
        try:
            return (reply.node.node(inside) if inside else reply.node).required(name)
        except errors.InvalidResponse as error:
            raise errors.OutcomeUnknown(error.message, platform=self.platform) from None


def each_read(ids: Iterable[str], read: Callable[[str], One]) -> dict[str, One | errors.PlatformError]:
    """One read per post. After an error of the account, such as a limit, the rest carry it without being asked."""
    answers: dict[str, One | errors.PlatformError] = {}
    stopped: errors.PlatformError | None = None
    for one in ids:
        try:
            answers[one] = stopped or read(one)
        except errors.PlatformError as error:
            answers[one] = error
            stopped = error if isinstance(error, _ACCOUNT_ERRORS) else None
    return answers


def _raised_if_all(answers: Answers) -> Answers:
    """The answers, unless every one is an error of the account."""
    first = next(iter(answers.values()), None)
    if isinstance(first, _ACCOUNT_ERRORS) and all(isinstance(one, _ACCOUNT_ERRORS) for one in answers.values()):
        raise first
    return answers
