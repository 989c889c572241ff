"""X's objects as values: posts by their ids, replies, quotes and people, in both spellings of the names."""

import contextlib
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.nodes import Node, trailing_digits
from engagement.pseudonyms import author_key
from engagement.values import AuthorSignals, SeenInteraction

# In ids: milliseconds = (id >> 22) + this. Ids below the first of that form, of November 2010, were counted.
EPOCH_MS = 1288834974657
FIRST_SNOWFLAKE = 29_700_859_247
# Ids are signed 64-bit integers.
MAX_ID = 2**63 - 1
# How a post names what it answers, in each of the spellings of `X_POST_FIELDS`.
REFERENCES = {"tweet.fields": "referenced_tweets", "post.fields": "referenced_posts"}
USER_FIELDS = "created_at,description,profile_image_url,protected,public_metrics,verified,verified_type"
# Whether X has seen a person's papers, which is not what a paid mark tells.
IDENTITY = "is_identity_verified"
# In the address of the picture that stands for none.
NO_PICTURE = "default_profile"
# X begins a reply with the handles of those it answers: nobody wrote them, and pushed replies come without.
_ADDRESS = re.compile(r"^(?:@\w{1,15}\s+)+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)

People = Mapping[str, Node]


def moment_of(post_id: str) -> datetime | None:
    """When a post was made: X writes it into the id."""
    if not (post_id.isascii() and post_id.isdigit()) or not FIRST_SNOWFLAKE <= int(post_id) <= MAX_ID:
        return None
    return datetime.fromtimestamp(((int(post_id) >> 22) + EPOCH_MS) / 1000, UTC)


def summed(*parts: int | None) -> int | None:
    """The sum of what is known."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def people_of(node: Node) -> People:
    """The authors in an answer, by id. A suspended one can be missing."""
    return node.node("includes").told_apart("users", "id")[0]


def reply_of(node: Node, post_id: str, people: People) -> SeenInteraction:
    """A reply in the conversation of a post."""
    references = node.nodes("referenced_tweets") or node.nodes("referenced_posts")
    parents = [one.text("id") for one in references if one.text("type") == "replied_to"]
    direct = not parents or post_id in parents
    found = _written(node, InteractionKind.COMMENT if direct else InteractionKind.REPLY, people)
    return replace(found, text=_ADDRESS.sub("", found.text))


def quote_of(node: Node, people: People) -> SeenInteraction:
    """A post that quotes ours: a share with words."""
    return _written(node, InteractionKind.SHARE, people)


def _written(node: Node, kind: InteractionKind, people: People) -> SeenInteraction:
    author = node.text("author_id")
    return SeenInteraction(
        platform_id=first_version(node),
        kind=str(kind),
        occurred_at=node.moment("created_at"),
        author_id=author or None,
        text=node.text("text"),
        likes=node.node("public_metrics").count("like_count"),
        signals=signals_of(people[author]) if author in people else None,
    )


def first_version(node: Node) -> str:
    """Each edit makes a post with an id of its own; the first one's stays its name."""
    versions = node.value.get("edit_history_tweet_ids") or node.value.get("edit_history_post_ids")
    return str(versions[0]) if isinstance(versions, list) and versions else node.required("id")


def person_of(node: Node, kind: InteractionKind) -> SeenInteraction:
    """A like has no id of its own. The person's would stay there in the clear, so it is made from their hash."""
    user_id = node.required("id")
    key = author_key(Platform.TWITTER.value, user_id)
    return SeenInteraction(platform_id=f"{kind}:{key}", kind=str(kind), author_id=user_id, signals=signals_of(node))


def signals_of(user: Node) -> AuthorSignals | None:
    """What the profile shows. One that is not as documented says nothing, and does not cost its comment."""
    with contextlib.suppress(errors.InvalidResponse):
        counts, picture = user.node("public_metrics"), user.text("profile_image_url")
        return AuthorSignals(
            joined_at=user.moment("created_at"),
            followers=counts.count("followers_count"),
            following=counts.count("following_count"),
            posts=counts.count("tweet_count", "post_count"),
            has_biography=None if user.value.get("description") is None else bool(user.text("description").strip()),
            has_picture=NO_PICTURE not in picture if picture else None,
            has_name=bool(user.text("name").strip()) if "name" in user.value else None,
            handle_digits=trailing_digits(user.text("username")),
            verified=_is_verified(user),
            identity_verified=user.flag(IDENTITY),
            protected=user.flag("protected"),
        )
    return None


def _is_verified(user: Node) -> bool | None:
    kind = user.text("verified_type")
    return user.flag("verified") if "verified" in user.value or not kind else kind != "none"


def told(node: Node) -> str:
    """The text of a post as its author wrote it: t.co undone, links to its own media dropped, in comparable form.

    Of a post of more than 280 characters `text` is the beginning alone; `note_tweet` has all of it and its own links.
    """
    whole = node.node("note_tweet")
    text = whole.text("text") or node.text("text")
    for link in (*whole.node("entities").nodes("urls"), *node.node("entities").nodes("urls")):
        short, long = link.text("url"), link.text("expanded_url")
        is_media = link.text("media_key") or f"/status/{node.text('id')}/" in long
        if short:
            text = text.replace(short, "" if is_media else long or short)
    return comparable(html.unescape(text))


def comparable(text: str) -> str:
    """Words alone: X makes an address of `example.com`, and closes up white space."""
    words = _SCHEME.sub("", unicodedata.normalize("NFC", text)).split()
    return " ".join(word.rstrip("/") for word in words)
