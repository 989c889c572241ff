"""Events of the X Activity API. A delivery holds one event; whom an event is about stands in its `filter`.

What the payload of a like looks like is not documented in full, so the post and the person are looked for where they
may stand.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_objects import first_version, people_of, signals_of
from engagement.pseudonyms import author_key
from engagement.values import AuthorSignals, SeenInteraction
from engagement.webhooks.values import Effect, Event, Gone, Revoked, Seen, UnknownEvent, dicts, moment_of, words

X = Platform.TWITTER.value
LIKED = ("liked_post_id", "liked_tweet_id", "post_id", "tweet_id", "id")
# Inbound likes are of our own posts, so an author who is not the account is not the post's.
LIKERS = ("liking_user_id", "user_id", "author_id")
ANSWERED = ("in_reply_to_post_id", "in_reply_to_tweet_id")
REFERENCES = ("referenced_posts", "referenced_tweets")
# The state of these is told by a later event about the same id.
VERSIONS = ("post.reply.create", "post.quote.create", "post.delete")


def events(document: Any, _now: datetime) -> Iterator[Event]:
    """The events of a delivery, each by itself."""
    for delivery in dicts(document):
        yield from (_event(data) for data in dicts(delivery.get("data")))


def is_ours(document: Any) -> bool:
    """Whether a document has the form of a delivery at all."""
    return any("data" in one for one in dicts(document))


def _event(data: dict[str, Any]) -> Event:
    kind, payload = data.get("event_type"), data.get("payload")
    inner = payload if isinstance(payload, dict) else {}
    return Event(
        platform=X,
        kind=words(kind),
        identity=data.get("event_uuid") or data,
        subject=str(inner.get("id") or "") if kind in VERSIONS else "",
        # The time of a deletion is not told; it is after everything that came before it.
        happened_at=None if kind == "post.delete" else moment_of(inner.get("created_at")),
        body=data,
    )


def effect(body: Node) -> Effect | None:
    """What an event asks for. Raises `UnknownEvent`, or `InvalidResponse` where it lacks what its kind has."""
    rule = RULES.get(body.text("event_type"))
    if rule is None:
        raise UnknownEvent
    return rule(body, body.node("payload"))


def _reply(body: Node, payload: Node) -> Effect | None:
    answered = next((payload.text(name) for name in ANSWERED if payload.text(name)), _referenced(payload, "replied_to"))
    post_id = payload.text("conversation_id") or answered
    if not post_id:
        raise errors.InvalidResponse("It does not say what it replies to", platform=X)
    kind = InteractionKind.COMMENT if answered in ("", post_id) else InteractionKind.REPLY
    return Seen(post_id=post_id, interaction=_written(body, payload, kind))


def _quote(body: Node, payload: Node) -> Effect | None:
    post_id = _referenced(payload, "quoted")
    return Seen(post_id=post_id, interaction=_written(body, payload, InteractionKind.SHARE)) if post_id else None


def _repost(body: Node, payload: Node) -> Effect | None:
    post_id = _referenced(payload, "retweeted", "reposted")
    return _by_person(body, post_id, payload.text("author_id"), InteractionKind.SHARE) if post_id else None


def _like(body: Node, payload: Node) -> Effect | None:
    """Outbound ones are our own likes of others' posts."""
    direction = payload.text("direction") or body.text("direction") or body.node("filter").text("direction")
    post_id = next((payload.text(name) for name in LIKED if payload.text(name)), "")
    if direction == "outbound" or not post_id:
        return None
    return _by_person(body, post_id, _liker(body, payload), InteractionKind.LIKE)


def _liker(body: Node, payload: Node) -> str:
    """The one person of the event who is not the account itself; empty if there are none or several."""
    account = body.node("filter").text("user_id")
    shown = {one.text("id") for one in body.node("includes").nodes("users")} - {account, ""}
    named = {payload.text(name) for name in LIKERS} - {account, ""}
    people = named or shown
    return people.pop() if len(people) == 1 else ""


def _delete(body: Node, payload: Node) -> Effect | None:
    return Gone(platform_id=payload.required("id"), account_id=body.node("filter").text("user_id"))


def _revoke(body: Node, payload: Node) -> Effect | None:
    account = body.node("filter").text("user_id") or payload.required("user_id")
    return Revoked(account_id=account, reason="its person took the app's access away")


def _nothing(_body: Node, _payload: Node) -> Effect | None:
    return None


def _written(body: Node, payload: Node, kind: str) -> SeenInteraction:
    author = payload.text("author_id")
    return SeenInteraction(
        platform_id=first_version(payload),
        kind=str(kind),
        occurred_at=payload.moment("created_at"),
        author_id=author or None,
        text=payload.text("text"),
        likes=payload.node("public_metrics").count("like_count"),
        signals=_signals(body, author),
    )


def _by_person(body: Node, post_id: str, person: str, kind: str) -> Effect | None:
    """A like has no id of its own; as in the adapter it is made of the person's hash, so both are one."""
    if not person:
        return None
    seen = SeenInteraction(
        platform_id=f"{kind}:{author_key(X, person)}",
        kind=str(kind),
        author_id=person,
        signals=_signals(body, person),
    )
    return Seen(post_id=post_id, interaction=seen)


def _referenced(payload: Node, *kinds: str) -> str:
    """The id of the post that this one answers, quotes or repeats, in either of X's spellings."""
    found = [one for name in REFERENCES for one in payload.nodes(name) if one.text("type") in kinds]
    return found[0].text("id") if found else ""


def _signals(body: Node, person: str) -> AuthorSignals | None:
    """What `includes` shows of a person; None where they are not in it."""
    people = people_of(body)
    return signals_of(people[person]) if person in people else None


RULES: dict[str, Callable[[Node, Node], Effect | None]] = {
    "post.reply.create": _reply,
    # Deeper in a conversation a reply is told only where it names us.
    "post.mention.create": _reply,
    "post.quote.create": _quote,
    "post.repost.create": _repost,
    "like.create": _like,
    "post.delete": _delete,
    "oauth.revoke": _revoke,
    # What the account itself posts Gator knows, and followers are read as a number.
    "post.create": _nothing,
    "follow.follow": _nothing,
}
