"""Events of Instagram and Facebook ("Webhooks: Getting Started", "Instagram Webhooks", "Page feed").

One delivery holds entries of several accounts with up to a thousand changes, repeated and out of order.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from engagement.enums import InteractionKind, Platform
from engagement.platforms.nodes import Node
from engagement.values import SeenInteraction
from engagement.webhooks.values import Effect, Event, Gone, Moved, Seen, UnknownEvent, dicts, moment_of, words

# Meta repeats what was not taken for 36 hours. The signature holds no time, so what is older was sent by somebody else.
MAX_AGE = timedelta(hours=36)
PLATFORMS = {"instagram": Platform.INSTAGRAM.value, "page": Platform.FACEBOOK.value}
COMMENT_FIELDS = ("comments", "live_comments")
# Times are whole seconds. Within one, an edit comes after what was written, and the end after both.
RANKS = {"edited": timedelta(microseconds=1), "remove": timedelta(microseconds=2)}
# These may come again with the same value and mean it; what was added carries its own time or id.
REPEATABLE = ("edited", "remove", "hide", "unhide")
# Told of the post beside the change: its state at the time of sending, which differs from one delivery to the next.
BESIDE = ("post",)
# Kinds of posts of a Page. Who wrote them is we, or a visitor on the Page's wall.
POSTS = ("status", "post", "photo", "video", "share", "album", "link", "note", "event", "milestone")
REACTIONS = ("reaction", "like")


def events(document: Any, now: datetime) -> Iterator[Event]:
    """The changes of a delivery, each by itself. Entries of an age that Meta never repeats are left out."""
    for delivery in dicts(document):
        for entry in dicts(delivery.get("entry")):
            told = moment_of(entry.get("time"))
            if told is None or now - told <= MAX_AGE:
                yield from (_event(delivery.get("object"), entry, *change) for change in _changes(entry))


def is_ours(document: Any) -> bool:
    """Whether a document has the form of a delivery at all."""
    return any("entry" in one for one in dicts(document))


def _changes(entry: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """(field, value) of each change. Apps with Instagram Login get the pair in the entry itself, without a list."""
    if "field" in entry:
        yield entry["field"], entry.get("value")
    for change in dicts(entry.get("changes")):
        yield change.get("field"), change.get("value")
    # Messages and whatever else is not a change are told apart by their name.
    yield from ((name, found) for name, found in entry.items() if isinstance(found, list) and name != "changes")


def _event(product: Any, entry: dict[str, Any], field: Any, value: Any) -> Event:
    inner = value if isinstance(value, dict) else {}
    verb, told = inner.get("verb"), entry.get("time")
    moment = _happened_at(told, inner)
    fixed = {name: one for name, one in inner.items() if name not in BESIDE} or value
    return Event(
        platform=PLATFORMS.get(str(product), ""),
        kind=words(product, field, inner.get("item"), verb),
        identity=[product, entry.get("id"), field, fixed, str(moment) if verb in REPEATABLE else None],
        subject=_subject(field, inner),
        happened_at=moment,
        body={"object": product, "id": entry.get("id"), "time": told, "field": field, "value": value},
    )


def _subject(field: Any, value: dict[str, Any]) -> str:
    """The comment whose state a change tells. Hiding one tells nothing of its text."""
    if field == "feed" and value.get("item") == "comment" and value.get("verb") in ("add", *RANKS):
        return str(value.get("comment_id") or "")
    return str(value.get("id") or "") if field in COMMENT_FIELDS else ""


def _happened_at(told: Any, value: dict[str, Any]) -> datetime | None:
    """What was added has its own time; of the rest that is the comment's, and the entry's is the change's."""
    verb = value.get("verb")
    moments = [moment_of(value.get("created_time")), moment_of(told)]
    known = [moment for moment in moments if moment is not None]
    if not known:
        return None
    rank = RANKS.get(verb) if isinstance(verb, str) else None
    return max(known) + rank if rank else known[0]


def effect(body: Node) -> Effect | None:
    """What a change asks for. Raises `UnknownEvent`, or `InvalidResponse` where it lacks what its kind has."""
    rule = RULES.get((body.text("object"), body.text("field")))
    if rule is None:
        raise UnknownEvent
    return rule(body, body.node("value"))


def _instagram_comment(body: Node, value: Node) -> Effect | None:
    person, account = value.node("from"), body.text("id")
    name = person.text("username")
    # As the adapter reads it: `from` may come without its id.
    author = person.text("id") or (f"username:{name}" if name else None)
    seen = SeenInteraction(
        platform_id=value.text("id") or value.required("comment_id"),
        kind=str(InteractionKind.REPLY if value.text("parent_id") else InteractionKind.COMMENT),
        occurred_at=moment_of(body.value.get("time")),
        author_id=author,
        text=value.text("text"),
    )
    is_own = bool(person.text("self_ig_scoped_id")) or (author is not None and author == account)
    return Seen(post_id=value.node("media").required("id"), interaction=seen, is_own=is_own)


def _mention(_body: Node, value: Node) -> Effect | None:
    """It carries ids alone; under a post of ours the next read of its comments brings the words."""
    return Moved(post_id=value.required("media_id"))


def _feed(body: Node, value: Node) -> Effect | None:
    item, verb = value.text("item"), value.text("verb")
    if item == "comment":
        return _facebook_comment(body, value, verb)
    if item in REACTIONS or (item in POSTS and verb != "add"):
        post_id = value.text("post_id")
        return Moved(post_id=post_id) if post_id else None
    if item in POSTS:
        return None
    raise UnknownEvent


def _facebook_comment(body: Node, value: Node, verb: str) -> Effect | None:
    post_id, comment_id = value.required("post_id"), value.required("comment_id")
    if verb == "remove":
        return Gone(platform_id=comment_id, post_id=post_id)
    if verb in ("hide", "unhide"):
        # Hidden from others, a comment was written all the same.
        return None
    if verb not in ("add", "edited"):
        raise UnknownEvent
    author = value.node("from").text("id") or value.text("sender_id") or None
    seen = SeenInteraction(
        platform_id=comment_id,
        kind=str(InteractionKind.COMMENT if value.text("parent_id") in ("", post_id) else InteractionKind.REPLY),
        occurred_at=moment_of(value.value.get("created_time")),
        author_id=author,
        text=value.text("message"),
    )
    return Seen(post_id=post_id, interaction=seen, is_own=author is not None and author == body.text("id"))


def _nothing(_body: Node, _value: Node) -> Effect | None:
    return None


RULES: dict[tuple[str, str], Callable[[Node, Node], Effect | None]] = {
    ("instagram", "comments"): _instagram_comment,
    # Of a live video, which is no post of ours.
    ("instagram", "live_comments"): _nothing,
    ("instagram", "mentions"): _mention,
    # The last numbers of a story, which ends a day after it began.
    ("instagram", "story_insights"): _mention,
    ("page", "feed"): _feed,
    # A Page is named in somebody else's post.
    ("page", "mention"): _nothing,
}
