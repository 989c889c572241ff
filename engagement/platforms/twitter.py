"""X, API v2: posts, numbers of a hundred posts at once, replies, and who liked or reposted. Endpoints and field tables.

People are read as ids only: their profiles are charged for, one by one.
"""

import mimetypes
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.base import Answers, Maker, PlatformAdapter, Remember, cursor_pages
from engagement.platforms.errors import Kind
from engagement.platforms.nodes import Node
from engagement.platforms.replies import MAX_WAIT_SECONDS, Reply
from engagement.pseudonyms import author_key
from engagement.values import Draft, Metrics, PublishedPost, SeenInteraction
from gator.studio.enums import MediaKind

# The last part of a problem's `type`.
PROBLEMS: dict[str, Kind] = {
    "client-forbidden": errors.AccessDenied,
    "not-authorized-for-resource": errors.AccessDenied,
    "resource-not-found": errors.NotFound,
    "invalid-request": errors.Rejected,
    # No reads until the period ends; then they work again by themselves.
    "usage-capped": errors.RateLimited,
}
# X documents a plain 404 as a post that is gone.
STATUSES: dict[int, Kind] = {404: errors.NotFound}
# Old error bodies carry numbers.
CODES: dict[int, Kind] = {
    32: errors.AuthenticationFailed,
    88: errors.RateLimited,
    89: errors.AuthenticationFailed,
    187: errors.Rejected,
}
# A refused create comes as a bare 403, told apart only by its words.
FORBIDDEN_WORDS: dict[str, Kind] = {
    "duplicate content": errors.Rejected,
    "reply to this conversation": errors.Rejected,
}
# Refusals of single fields do not concern the post they are named with.
FIELD_PROBLEMS = ("not-authorized-for-field", "field-unauthorized")

# In ids: milliseconds = (id >> 22) + this.
EPOCH_MS = 1288834974657
# How a post names what it answers, in each of the spellings of `X_POST_FIELDS`.
REFERENCES = {"tweet.fields": "referenced_tweets", "post.fields": "referenced_posts"}
PEOPLE = (
    ("liking_users", InteractionKind.LIKE),
    ("retweeted_by", InteractionKind.SHARE),
)


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of an answer: problem type, old code, words, status. A 200 may hold errors beside its data."""
    if reply.status < 300:
        return None
    body = Node(reply.platform, reply.body if isinstance(reply.body, dict) else {})
    listed = body.value.get("errors")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    message = str(first.get("message") or body.value.get("detail") or body.value.get("title") or "It gave no reason")
    problem, number = str(body.value.get("type") or "").rpartition("/")[2], first.get("code")
    kind = kind_of(problem, number if isinstance(number, int) else None, message, reply.status)
    code = str(number or (problem if problem in PROBLEMS else body.value.get("title") or ""))
    wait = _wait(reply, problem, body) if kind is errors.RateLimited else reply.retry_after
    return kind(message, platform=reply.platform, status=reply.status, code=code, retry_after=wait)


def kind_of(problem: str, code: int | None, message: str, status: int) -> Kind:
    """The tables' answer; 402 (credits used up) is `AccessDenied`, since only staff can end it."""
    spoken = next((kind for words, kind in FORBIDDEN_WORDS.items() if words in message.lower()), None)
    said = PROBLEMS.get(problem) or CODES.get(code or 0) or spoken
    return said or STATUSES.get(status) or errors.kind_of_status(status)


def _wait(reply: Reply, problem: str, body: Node) -> float | None:
    """`x-rate-limit-reset` is a unix time, when the window opens; a used-up quota lasts at least for the day."""
    if problem == "usage-capped":
        return MAX_WAIT_SECONDS
    given = reply.headers.get("x-rate-limit-reset", "")
    reset = reply.seconds_until(float(given[:12]) + 1) if given.isascii() and given.isdigit() else None
    return reset or reply.retry_after


class TwitterAdapter(PlatformAdapter):
    """An account on X."""

    platform = Platform.TWITTER.value
    batch_size = 100
    judge = staticmethod(judge)

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {MediaKind.TEXT: self._publish_text, MediaKind.IMAGE: self._publish_image}

    def _publish_text(self, draft: Draft, remember: Remember) -> PublishedPost:
        return self._publish({"text": draft.caption})

    def _publish_image(self, draft: Draft, remember: Remember) -> PublishedPost:
        if not draft.media_files:
            raise errors.Rejected("X takes an image as a file, and the post has none", platform=self.platform)
        media_id = self._upload(draft.media_files[0])
        return self._publish({"text": draft.caption, "media": {"media_ids": [media_id]}})

    def _upload(self, file: Path) -> str:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        try:
            content = file.read_bytes()
        except OSError as error:
            raise errors.Rejected(f"{file.name} cannot be read: {error.strerror}", platform=self.platform) from None
        files = {"media": (file.name, content, kind)}
        reply = self.http.prepare("/2/media/upload", data={"media_category": "tweet_image"}, files=files)
        return reply.node.node("data").required("id")

    def _publish(self, body: dict[str, Any]) -> PublishedPost:
        reply = self.http.create("/2/tweets", json={**body, "made_with_ai": True})
        post_id = self._created(reply.node.node("data"), "id")
        owner = self.credentials.handle or "i/web"
        url = f"https://x.com/{owner}/status/{post_id}"
        return PublishedPost(platform_post_id=post_id, url=url, published_at=moment_of(post_id))

    # Metrics

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        reply = self.http.get(
            "/2/tweets",
            ids=",".join(ids),
            expansions="attachments.media_keys",
            **{
                settings.X_POST_FIELDS: "created_at,public_metrics,attachments",
                "media.fields": "public_metrics",
            },
        )
        media = {one.text("media_key"): one for one in reply.node.node("includes").nodes("media")}
        found = {post.required("id"): self._guarded(post, media) for post in reply.node.nodes("data")}
        return self._missing(reply.node) | found

    def _missing(self, node: Node) -> Answers:
        """Why posts are not in `data`. Posts missing without a word are not found, too."""
        missing = Answers()
        for one in node.nodes("errors"):
            problem = one.text("type").rpartition("/")[2]
            if problem not in FIELD_PROBLEMS:
                kind = PROBLEMS.get(problem, errors.PlatformError)
                missing[one.text("resource_id") or one.text("value")] = kind(
                    one.text("detail") or one.text("title"), platform=self.platform, code=problem
                )
        return missing

    def _guarded(self, post: Node, media: dict[str, Node]) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil its batch."""
        try:
            return self._metrics(post, media)
        except errors.InvalidResponse as error:
            return error

    def _metrics(self, post: Node, media: dict[str, Node]) -> Metrics:
        numbers = post.node("public_metrics")
        shown = numbers.count("impression_count")
        return Metrics(
            likes=numbers.count("like_count"),
            comments=numbers.count("reply_count"),
            shares=_sum(numbers.count("retweet_count", "repost_count"), numbers.count("quote_count")),
            saves=numbers.count("bookmark_count"),
            impressions=shown,
            views=shown,
            video_views=_video_views(post, media),
            api_version="2",
            raw=post.value,
        )

    # Replies and people

    def _pages(self, post_id: str, known: frozenset[str]) -> Iterator[list[SeenInteraction]]:
        yield from self._replies(post_id, known)
        for edge, kind in PEOPLE:
            try:
                yield from self._people(post_id, edge, kind)
            except (errors.AccessDenied, errors.UnsupportedFeature):
                # A list that the plan or a missing scope withholds does not cost the others.
                continue

    def _replies(self, post_id: str, known: frozenset[str]) -> Iterator[list[SeenInteraction]]:
        """Of the last 7 days. X refuses a `since_id` from before them; then everything in the window is read."""
        since = max((int(one) for one in known if one.isascii() and one.isdigit()), default=None)
        try:
            yield from self._search(post_id, {"since_id": str(since)} if since else {})
        except errors.Rejected:
            if not since:
                raise
            yield from self._search(post_id, {})

    def _search(self, post_id: str, since: dict[str, str]) -> Iterator[list[SeenInteraction]]:
        references = REFERENCES.get(settings.X_POST_FIELDS, "referenced_tweets")
        params = {settings.X_POST_FIELDS: f"author_id,created_at,{references}", **since}

        def fetch(cursor: str) -> tuple[list[SeenInteraction], str]:
            if cursor:
                params["next_token"] = cursor
            query = f"conversation_id:{post_id}"
            node = self.http.get("/2/tweets/search/recent", query=query, max_results=100, **params).node
            found = [_reply(one, post_id) for one in node.nodes("data") if one.text("id") != post_id]
            return found, node.node("meta").text("next_token")

        return cursor_pages(fetch)

    def _people(self, post_id: str, edge: str, kind: str) -> Iterator[list[SeenInteraction]]:
        def fetch(cursor: str) -> tuple[list[SeenInteraction], str]:
            params = {"max_results": 100} | ({"pagination_token": cursor} if cursor else {})
            node = self.http.get(f"/2/tweets/{post_id}/{edge}", **params).node
            found = [_person(one.required("id"), kind) for one in node.nodes("data")]
            return found, node.node("meta").text("next_token")

        return cursor_pages(fetch)


def _reply(node: Node, post_id: str) -> SeenInteraction:
    references = node.nodes("referenced_tweets") or node.nodes("referenced_posts")
    parents = [one.text("id") for one in references if one.text("type") == "replied_to"]
    direct = not parents or post_id in parents
    return SeenInteraction(
        platform_id=node.required("id"),
        kind=str(InteractionKind.COMMENT if direct else InteractionKind.REPLY),
        occurred_at=node.moment("created_at"),
        author_id=node.text("author_id") or None,
        text=node.text("text"),
    )


def _person(user_id: str, kind: str) -> SeenInteraction:
    """A like has no id of its own. The person's would stay there in the clear, so it is made from their hash."""
    key = author_key(Platform.TWITTER.value, user_id)
    return SeenInteraction(platform_id=f"{kind}:{key}", kind=str(kind), author_id=user_id)


def _sum(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _video_views(post: Node, media: dict[str, Node]) -> int | None:
    keys = post.node("attachments").value.get("media_keys")
    shown = [media[key] for key in keys if key in media] if isinstance(keys, list) else []
    return _sum(*(one.node("public_metrics").count("view_count") for one in shown))


def moment_of(post_id: str) -> datetime | None:
    """When a post was made: X writes it into the id."""
    if not (post_id.isascii() and post_id.isdigit()):
        return None
    return datetime.fromtimestamp(((int(post_id) >> 22) + EPOCH_MS) / 1000, UTC)
