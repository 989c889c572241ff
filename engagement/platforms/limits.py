"""What each platform allows, as data: how many calls and posts, in how many seconds, said where and when.

Pure: which rows a call touches, and how many units of each it takes. Counting is done in `budgets`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings

from engagement.platforms.prices import MICRO, price_of

MINUTE, QUARTER, HOUR, DAY = 60, 900, 3600, 86400
MONTH = 31 * DAY

REQUESTS, POSTS, MONEY, READS, FAILURES = "requests", "posts", "micro-dollars", "posts read", "failures"
# Taken before the call, and given back if the platform refuses it.
REFUNDED = (POSTS, MONEY)


@dataclass(frozen=True)
class Limit:
    """At most `amount` units in any `seconds`, per account or for the whole app; without an amount it is only counted.

    `call` is a pattern for "METHOD /path"; `only` a parameter and the value it must have, if that matters.
    """

    name: str
    per_account: bool
    amount: int | None
    seconds: int
    unit: str = REQUESTS
    call: str = r".*"
    only: tuple[str, str] | None = None
    source: str = ""
    stated_on: date | None = None

    def covers(self, method: str, path: str, request: Mapping[str, Any]) -> bool:
        """Whether a call takes of it."""
        if not re.fullmatch(self.call, f"{method} {path}"):
            return False
        return self.only is None or str(sent(request).get(self.only[0], "")) == self.only[1]

    def units(self, method: str, path: str, request: Mapping[str, Any]) -> int:
        """What a call takes of it before it is sent."""
        if self.unit == MONEY:
            return price_of(method, path, sent(request))
        if self.unit in (READS, FAILURES):
            return 0
        return calls_in(request) if self.unit == REQUESTS else 1


def sent(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a call sends, wherever it stands."""
    parts = (request.get(place) for place in ("params", "data", "json"))
    return {name: value for part in parts if isinstance(part, dict) for name, value in part.items()}


def calls_in(request: Mapping[str, Any]) -> int:
    """How many calls the platform counts: every item of a Graph batch is one."""
    batch = sent(request).get("batch")
    if batch is None:
        return 1
    return max(1, len(json.loads(batch) if isinstance(batch, str) else batch))


# X: "Rate limits", specification 2.167. (name, call, per user, per app, seconds of the app's window)
X_ROWS = (
    ("Posts by id", r"GET /2/tweets", 5000, 3500, QUARTER),
    ("One post", r"GET /2/tweets/\d+", 900, 450, QUARTER),
    ("Recent search", r"GET /2/tweets/search/recent", 300, 450, QUARTER),
    ("Create a post", r"POST /2/tweets", 100, 10_000, DAY),
    ("Mentions", r"GET /2/users/\w+/mentions", 300, 450, QUARTER),
    ("Likers", r"GET /2/tweets/\w+/liking_users", 75, 75, QUARTER),
    ("Reposters", r"GET /2/tweets/\w+/retweeted_by", 75, 75, QUARTER),
    ("Quotes", r"GET /2/tweets/\w+/quote_tweets", 75, 75, QUARTER),
    ("Users by id", r"GET /2/users", 900, 300, QUARTER),
    ("Analytics", r"GET /2/tweets/analytics", 300, 300, QUARTER),
    ("Media initialize", r"POST /2/media/upload/initialize", 1875, 180_000, DAY),
    ("Media append", r"POST /2/media/upload/\w+/append", 1875, 180_000, DAY),
    ("Media finalize", r"POST /2/media/upload/\w+/finalize", 1875, 180_000, DAY),
)
X_SOURCE = {"source": "X Developer Platform: Rate limits", "stated_on": date(2026, 8, 22)}
X_PRICES = {"source": "X API pricing", "stated_on": date(2026, 8, 13)}
X_PRICED = r"(GET|POST) /2/(tweets|users)(/.*)?"
# What returns posts, which alone the cap of a month covers.
X_CAPPED = r"GET /2/(tweets(/\d+|/search/\w+|/\w+/quote_tweets)?|users/\w+/(tweets|mentions|liked_tweets))"
# Pages without a date of their own stand as they were read then.
READ_ON = date(2026, 11, 1)
TIKTOK_RATES = {"source": "TikTok for Developers: Rate Limits", "stated_on": date(2026, 8, 4)}
TIKTOK_POSTING = {"source": "TikTok: Content Posting API", "stated_on": READ_ON}
BUSINESS_RATES = {"source": "TikTok API for Business: Rate limits", "stated_on": READ_ON}
INSTAGRAM_POSTING = {"source": "Instagram: Content Publishing", "stated_on": READ_ON}
TIKTOK_INIT = r"POST /v2/post/publish/(video|content|inbox/video)/init/"


def _x() -> Iterator[Limit]:
    """The user's row stands before the app's: the headers of an answer speak of the user."""
    for name, call, user, app, seconds in X_ROWS:
        yield Limit(name, True, user, QUARTER, call=call, **X_SOURCE)  # type: ignore[arg-type]
        yield Limit(name, False, app, seconds, call=call, **X_SOURCE)  # type: ignore[arg-type]
    for per_account in (True, False):
        yield Limit("Money", per_account, None, DAY, MONEY, X_PRICED, **X_PRICES)  # type: ignore[arg-type]
    yield Limit("Posts read", False, 3_000_000, MONTH, READS, X_CAPPED, **X_PRICES)  # type: ignore[arg-type]


def _graph(program: str = "") -> Iterator[Limit]:
    """Graph's quotas grow with an account's audience and are told in percent only, so calls are merely counted."""
    source = "Graph API: Rate Limits (told in percent by each answer)"
    yield Limit("Calls", True, None, DAY, source=source, stated_on=READ_ON)
    yield Limit(f"Calls{program}", False, None, HOUR, source=source, stated_on=READ_ON)


def _instagram(program: str = "") -> Iterator[Limit]:
    yield from _graph(program)
    publish, container = r"POST (/v[\d.]+)?/\w+/media_publish", r"POST (/v[\d.]+)?/\w+/media"
    yield Limit("Posts", True, 100, DAY, POSTS, publish, **INSTAGRAM_POSTING)  # type: ignore[arg-type]
    yield Limit("Containers", True, 400, DAY, "containers", container, **INSTAGRAM_POSTING)  # type: ignore[arg-type]


def _facebook() -> Iterator[Limit]:
    yield from _graph()
    reels, source = r"POST (/v[\d.]+)?/\w+/video_reels", "Facebook: Reels Publishing"
    finish = ("upload_phase", "finish")
    yield Limit("Publishing calls", True, None, DAY, POSTS, r"POST (/v[\d.]+)?/\w+/(feed|photos|videos|video_reels)")
    yield Limit("Reels", True, 30, DAY, POSTS, reels, finish, source=source, stated_on=READ_ON)


def _tiktok() -> Iterator[Limit]:
    for name, path in (("User info", "user/info"), ("Videos by id", "video/query"), ("Own videos", "video/list")):
        yield Limit(name, False, 600, MINUTE, call=rf"\w+ /v2/{path}/", **TIKTOK_RATES)  # type: ignore[arg-type]
    for name, amount, call in (
        ("Begin a post", 6, TIKTOK_INIT),
        ("Post status", 30, r"POST /v2/post/publish/status/fetch/"),
        ("Creator info", 20, r"POST /v2/post/publish/creator_info/query/"),
    ):
        yield Limit(name, True, amount, MINUTE, call=call, **TIKTOK_POSTING)  # type: ignore[arg-type]
    # "About 15", shared by all apps that post for the creator.
    yield Limit("Posts", True, 15, DAY, POSTS, TIKTOK_INIT, **TIKTOK_POSTING)  # type: ignore[arg-type]


def _business(program: str) -> Iterator[Limit]:
    for words, amount, seconds in (("minute", 600, MINUTE), ("second", 10, 1), ("day", 864_000, DAY)):
        name = f"Calls per {words}{program}"
        yield Limit(name, False, amount, seconds, **BUSINESS_RATES)  # type: ignore[arg-type]
    yield Limit("Calls", True, None, DAY)
    yield Limit("Posts", True, None, DAY, POSTS, r"POST /open_api/v[\d.]+/business/(video|photo)/publish/")


# Programmes with an app of their own count apart from the platform's usual one.
PROGRAMMES = {"instagram_facebook_login": " (Facebook Login)", "tiktok_business": " (Business)"}
# By the name of `adapter_name()`. Of each call the first row that fits comes first: it closes when a limit is met.
LIMITS: dict[str, tuple[Limit, ...]] = {
    "instagram": tuple(_instagram()),
    "instagram_facebook_login": tuple(_instagram(PROGRAMMES["instagram_facebook_login"])),
    "facebook": tuple(_facebook()),
    "twitter": tuple(_x()),
    "tiktok": tuple(_tiktok()),
    "tiktok_business": tuple(_business(PROGRAMMES["tiktok_business"])),
}
# What no row covers is counted all the same.
OTHERS = tuple(Limit("Other calls", per_account, None, DAY) for per_account in (True, False))

# Codes of limits that concern another row than the first of the call: its unit, and whether it is the account's.
CLOSES: dict[str, tuple[str, bool]] = {
    "4": (REQUESTS, False),
    "9": (POSTS, True),
    "368": (POSTS, True),
    "usage-capped": (READS, False),
    "spam_risk_too_many_posts": (POSTS, True),
    "spam_risk_too_many_pending_share": (POSTS, True),
    "reached_active_user_cap": (POSTS, True),
}


def unanswered(program: str) -> Limit:
    """Calls without an answer. Several in a row close it for a while, so that a hanging platform keeps no worker."""
    return Limit(f"Unanswered calls{PROGRAMMES.get(program, '')}", False, None, HOUR, FAILURES)


def limits_of(program: str, method: str, path: str, request: Mapping[str, Any]) -> dict[Limit, int]:
    """The rows that a call touches, with the units it takes of each before it is sent."""
    rows = [row for row in LIMITS[program] if row.covers(method, path, request)]
    if not any(row.unit == REQUESTS for row in rows):
        rows = [*OTHERS, *rows]
    rows.append(unanswered(program))
    return {_configured(row): row.units(method, path, request) for row in rows}


def _configured(row: Limit) -> Limit:
    """The app's money has the ceiling that the operator set, if one is set."""
    if row.unit != MONEY or row.per_account or settings.X_DAILY_DOLLARS is None:
        return row
    return replace(row, amount=round(settings.X_DAILY_DOLLARS * MICRO), source=f"X_DAILY_DOLLARS; {row.source}")


def is_of_some_calls(code: str) -> bool:
    """Whether a limit with this code leaves the account's other calls open."""
    return CLOSES.get(code, (REQUESTS, True))[0] != REQUESTS


def closed_by(code: str, program: str, rows: Iterable[Limit], *, is_read: bool) -> Limit:
    """The row that a limit with this code concerns: of posting wherever it is told, of what is read where something
    was read, else one of the call's own.
    """
    listed = list(rows)
    unit, per_account = CLOSES.get(code, ("", True))
    elsewhere = (POSTS, READS) if is_read else (POSTS,)
    known = [*listed, *(row for row in LIMITS[program] if row.unit in elsewhere)]
    return next((row for row in known if (row.unit, row.per_account) == (unit, per_account)), listed[0])
