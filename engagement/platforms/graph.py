"""What Instagram and Facebook share: the Graph API's errors, insights, lists holding insights, pages of comments."""

import json
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

from django.conf import settings

from engagement.platforms import errors
from engagement.platforms.base import Answers, PlatformAdapter, cursor_pages
from engagement.platforms.errors import Kind
from engagement.platforms.nodes import Node
from engagement.platforms.replies import Reply
from engagement.values import Metrics, SeenInteraction

# (code, subcode) to kind, from "Handling Errors", "Rate Limits" and the publishing subcodes. None stands for any. A
# subcode is looked up before its bare code, because it says more.
KINDS: dict[tuple[int | None, int | None], Kind] = {
    (1, None): errors.TemporaryFailure,
    (2, None): errors.TemporaryFailure,
    (3, None): errors.AccessDenied,
    (4, None): errors.RateLimited,
    (9, None): errors.RateLimited,
    (10, None): errors.AccessDenied,
    (17, None): errors.RateLimited,
    (24, None): errors.TemporaryFailure,
    (25, None): errors.AccessDenied,
    (32, None): errors.RateLimited,
    (100, None): errors.Rejected,
    # Deleted, private and foreign posts look the same.
    (100, 33): errors.NotFound,
    # Posted before the account became professional: there will never be insights.
    (100, 2108006): errors.UnsupportedFeature,
    (102, None): errors.AuthenticationFailed,
    (190, None): errors.AuthenticationFailed,
    (324, None): errors.Rejected,
    (341, None): errors.RateLimited,
    (352, None): errors.Rejected,
    (368, None): errors.RateLimited,
    (506, None): errors.Rejected,
    (613, None): errors.RateLimited,
    (803, None): errors.NotFound,
    (2500, None): errors.Rejected,
    (3001, None): errors.Rejected,
    (9004, None): errors.TemporaryFailure,
    (9007, None): errors.TemporaryFailure,
    (36000, None): errors.Rejected,
    (36001, None): errors.Rejected,
    (36003, None): errors.Rejected,
    (80001, None): errors.RateLimited,
    (80002, None): errors.RateLimited,
    (80006, None): errors.RateLimited,
    (1609005, None): errors.Rejected,
    # Instagram's server or upload failed: a new container helps.
    (None, 2207001): errors.TemporaryFailure,
    (None, 2207032): errors.TemporaryFailure,
    (None, 2207053): errors.TemporaryFailure,
    (None, 2207082): errors.TemporaryFailure,
    # The media could not be downloaded.
    (None, 2207003): errors.TemporaryFailure,
    (None, 2207052): errors.TemporaryFailure,
    (None, 2207077): errors.TemporaryFailure,
    # The container is missing or expired, or not ready yet.
    (None, 2207006): errors.TemporaryFailure,
    (None, 2207008): errors.TemporaryFailure,
    (None, 2207020): errors.TemporaryFailure,
    (None, 2207027): errors.TemporaryFailure,
    # The daily number of posts is reached.
    (None, 2207042): errors.RateLimited,
    # Restricted, or blocked as suspected spam: somebody must act in the app.
    (None, 2207050): errors.AccessDenied,
    (None, 2207051): errors.AccessDenied,
    # Size, format, aspect ratio, caption length, kind, video, carousel, thumbnail, trial reel.
    (None, 2207004): errors.Rejected,
    (None, 2207005): errors.Rejected,
    (None, 2207009): errors.Rejected,
    (None, 2207010): errors.Rejected,
    (None, 2207023): errors.Rejected,
    (None, 2207026): errors.Rejected,
    (None, 2207028): errors.Rejected,
    (None, 2207057): errors.Rejected,
    (None, 2207081): errors.Rejected,
}
# Permissions missing or withdrawn have a hundred codes.
PERMISSION_CODES = range(200, 300)
NOT_READY = "2207027"

# "Back off from 5 minutes" where no header says how long; posting blocks and daily limits last for hours.
LIMIT_WAIT = 300.0
LONG_WAITS = {368: 6 * 3600.0, 9: 3600.0}

LIST_LIMIT = 50
# Posts older than these pages are read one by one.
LIST_PAGES = 2
# For fewer posts than this a page of fifty costs more than it saves.
LIST_FROM = 3


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of a Graph answer: subcode, transience, code and only then the status."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if "error" not in body and reply.status < 300:
        return None
    found = body.get("error")
    error = Node(reply.platform, found if isinstance(found, dict) else {})
    code, subcode = _number(error, "code"), _number(error, "error_subcode")
    kind = kind_of(code, subcode, transient=error.value.get("is_transient") is True, status=reply.status)
    return kind(
        str(error.value.get("message") or "It gave no reason"),
        platform=reply.platform,
        status=reply.status,
        code=str(code or ""),
        subcode=str(subcode or ""),
        retry_after=_wait(reply, code) if kind is errors.RateLimited else reply.retry_after,
    )


def kind_of(code: int | None, subcode: int | None, *, transient: bool, status: int) -> Kind:
    """The table's answer for a code; an unknown code with an unknown status is `PlatformError` itself."""
    for key in ((code, subcode), (None, subcode)):
        if subcode is not None and key in KINDS:
            return KINDS[key]
    if transient:
        return errors.TemporaryFailure
    if (code, None) in KINDS and code is not None:
        return KINDS[code, None]
    if code in PERMISSION_CODES:
        return errors.AccessDenied
    # A 400 says "an error" and no more: a code that no table knows stays unknown.
    return errors.PlatformError if code and status == 400 else errors.kind_of_status(status)


def _number(node: Node, name: str) -> int | None:
    found = node.value.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _wait(reply: Reply, code: int | None) -> float:
    """`estimated_time_to_regain_access` is in minutes, the longest of all entries counts."""
    if code in LONG_WAITS:
        return LONG_WAITS[code]
    try:
        usage = json.loads(reply.headers.get("X-Business-Use-Case-Usage", "{}"))
        entries = [entry for listed in usage.values() for entry in listed]
        minutes = max((float(entry["estimated_time_to_regain_access"]) for entry in entries), default=0.0)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        minutes = 0.0
    return min(minutes * 60, 24 * 3600.0) if minutes > 0 else reply.retry_after or LIMIT_WAIT


def insight_values(node: Node) -> dict[str, int | None]:
    """Metric name to number: `total_value.value` if it is there, else the first of `values`. Others are unknown."""
    return {entry.required("name"): _insight(entry) for entry in node.nodes("data")}


def _insight(entry: Node) -> int | None:
    total = entry.node("total_value")
    if "value" in total.value:
        return total.count("value")
    values = entry.nodes("values")
    # Metrics by type hold an object here, which is no number.
    return values[0].count("value") if values and not isinstance(values[0].value.get("value"), dict) else None


class GraphAdapter(PlatformAdapter):
    """A product of the Graph API. Posts come from the owner's list with nested insights, the rest are read by id."""

    batch_size = 50
    list_edge: ClassVar[str]
    post_fields: ClassVar[str]
    # Least dependable first: when a refusal names no metric, the first is dropped.
    list_metrics: ClassVar[tuple[str, ...]]
    judge = staticmethod(judge)

    @abstractmethod
    def _read_rest(self, ids: Sequence[str]) -> Answers:
        """Posts that the list did not hold."""

    @abstractmethod
    def _metrics(self, item: Node, version: str) -> Metrics:
        """The numbers of one post with its insights inside."""

    def _path(self, *parts: str) -> str:
        return "/" + "/".join((settings.GRAPH_API_VERSION, *parts))

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        listed = self._read_list(set(ids)) if self.recent and len(ids) >= LIST_FROM else {}
        rest = [one for one in ids if one not in listed]
        return listed | self._read_rest(rest) if rest else listed

    def _read_list(self, wanted: set[str]) -> Answers:
        """What the newest pages of the owner's list hold of the wanted posts; a refused list holds nothing."""
        found, after = Answers(), ""
        for _ in range(LIST_PAGES):
            try:
                reply = self.with_metrics("list", self.list_metrics, partial(self._page, after))
            except (errors.Rejected, errors.UnsupportedFeature):
                break
            items = [item for item in reply.node.nodes("data") if item.text("id") in wanted]
            found |= {item.text("id"): self._guarded(item, version_of(reply)) for item in items}
            after = next_cursor(reply.node)
            if not after or len(found) == len(wanted):
                break
        return found

    def _page(self, after: str, names: Sequence[str]) -> Reply:
        fields = nested(self.post_fields, names)
        cursor = {"after": after} if after else {}
        path = self._path(self.credentials.platform_user_id, self.list_edge)
        return self.http.get(path, fields=fields, limit=LIST_LIMIT, **cursor)

    def _guarded(self, item: Node, version: str) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil its page."""
        try:
            return self._metrics(item, version)
        except errors.InvalidResponse as error:
            return error

    def with_metrics(self, place: str, names: Sequence[str], ask: Callable[[Sequence[str]], Reply]) -> Reply:
        """Ask without the metrics refused in this place before. One unknown name fails a whole call, so the name that a
        refusal quotes (else the first) is dropped and the rest asked again."""
        while True:
            asked = self.allowed(place, names)
            try:
                return ask(asked)
            except errors.Rejected as error:
                if error.code != "100" or not asked:
                    raise
                name = next((name for name in asked if quotes(error.message, name)), asked[0])
                self.refused.add((place, name))

    def allowed(self, place: str, names: Sequence[str]) -> list[str]:
        """The metrics not refused in this place so far."""
        return [name for name in names if (place, name) not in self.refused]

    def _comment_pages(
        self, post_id: str, parse: Callable[[Node], Iterator[SeenInteraction]], **params: Any
    ) -> Iterator[list[SeenInteraction]]:
        path = self._path(post_id, "comments")

        def fetch(cursor: str) -> tuple[list[SeenInteraction], str]:
            node = self.http.get(path, **params, **({"after": cursor} if cursor else {})).node
            return [seen for one in node.nodes("data") for seen in parse(one)], next_cursor(node)

        return cursor_pages(fetch)


def quotes(message: str, name: str) -> bool:
    """Whether a refusal names this metric, and not only as one of those it would accept."""
    complaint = message.partition("must be one of the following values")
    listed = complaint[2].rpartition("(got ")[2] if complaint[1] else ""
    return name in (listed or complaint[0]).replace("(", " ").replace(")", " ").replace(",", " ").split()


def nested(fields: str, metrics: Sequence[str]) -> str:
    """A field list with insights inside, if any metric is left."""
    return f"{fields},insights.metric({','.join(metrics)})" if metrics else fields


def next_cursor(node: Node) -> str:
    """The cursor of the next page. `paging.next` is a whole address with a token in it, and is not followed."""
    paging = node.node("paging")
    return paging.node("cursors").text("after") if paging.text("next") else ""


def version_of(reply: Reply) -> str:
    """The version that answered: expired ones are served by the oldest that is not."""
    return reply.headers.get("facebook-api-version", "")
