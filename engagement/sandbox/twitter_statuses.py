"""What can be read on X: own posts, strangers' replies and quotes, as one kind of value.

Replies are the world's comments; every sixth repost is a quote with a text of its own.
"""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engagement.sandbox import audience, ids, people, text
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.audience import BOT, GENUINE, PERSONA, Comment
from engagement.sandbox.people import Person
from engagement.sandbox.twitter_links import Attached
from engagement.sandbox.world import Post, World

PLATFORM = "twitter"
QUOTE_EVERY = 6
MAX_USERNAME = 15


@dataclass(frozen=True)
class Status:
    """A post, reply or quote; `post` is set for those of our accounts, `likes` and `replies` for the others."""

    status_id: str
    at: datetime
    author: Person
    text: str
    conversation: str
    references: tuple[tuple[str, str], ...] = ()
    reply_to: str | None = None
    attached: tuple[Attached, ...] = ()
    post: Post | None = None
    likes: int = 0
    replies: int = 0


def username(person: Person) -> str:
    return person.handle.replace(".", "_")[:MAX_USERNAME]


def url(author: Person, status_id: str) -> str:
    return f"https://x.com/{username(author)}/status/{status_id}"


def find(world: World, status_id: str) -> Status | None:
    own = world.post("twitter", status_id)
    if own is not None:
        return of_post(own)
    others = (one for post in posts(world) for one in (*replies(world, post), *quotes(world, post)))
    return next((one for one in others if one.status_id == status_id), None)


def of_post(post: Post) -> Status:
    parent = post.extra.get("parent")
    return Status(
        post.post_id,
        post.published_at,
        people.as_person(post.account),
        post.text,
        post.extra.get("conversation", post.post_id),
        (("replied_to", parent),) if parent else (),
        post.account.user_id if parent else None,
        _media_link(post),
        post,
    )


def person(world: World, user_id: str) -> Person | None:
    """One of our accounts, a fan, or a throw-away account of the weeks in which something was posted."""
    return next((one for one in _everybody(world) if one.user_id == user_id), None)


def timeline(world: World, account: Account) -> list[Status]:
    """Own posts and replies, newest first."""
    return [of_post(post) for post in world.posts_of(account)]


def replies(world: World, post: Post) -> list[Status]:
    """What strangers wrote below a post, oldest first; a few answer each other."""
    comments = world.comments(post)
    by_id = {comment.comment_id: comment for comment in comments}
    answers = Counter(comment.parent for comment in comments)
    return [_reply(post, one, by_id.get(one.parent), answers[one.comment_id]) for one in comments]


def conversation(world: World, root_id: str) -> list[Status]:
    """Everything below the post a conversation began with, our own replies too, oldest first."""
    members = [post for post in posts(world) if post.extra.get("conversation", post.post_id) == root_id]
    own = [of_post(post) for post in members if post.post_id != root_id]
    found = [*own, *(one for post in members for one in replies(world, post))]
    return sorted(found, key=lambda one: int(one.status_id))


def posts(world: World) -> Iterator[Post]:
    return (post for account in ACCOUNTS if account.platform == "twitter" for post in world.posts_of(account))


def mentions(world: World, account: Account) -> list[Status]:
    """A reply names everybody it answers, so all that stands below own posts mentions the account."""
    found = [one for post in world.posts_of(account) for one in replies(world, post)]
    return sorted(found, key=lambda one: int(one.status_id), reverse=True)


def quotes(world: World, post: Post) -> list[Status]:
    """Newest first, as the endpoint gives them."""
    acts = list(enumerate(_shares(world, post)))[QUOTE_EVERY - 1 :: QUOTE_EVERY]
    return [_quote(world, post, index, *act) for index, act in reversed(acts)]


def reposters(world: World, post: Post) -> list[Person]:
    """Whoever shared without a word, newest first."""
    return [person for _, person in reversed(reposts(world, post))]


def reposts(world: World, post: Post) -> list[tuple[datetime, Person]]:
    """When and by whom a post was shared without a word, oldest first."""
    return [act for index, act in enumerate(_shares(world, post), start=1) if index % QUOTE_EVERY]


def likers(world: World, post: Post) -> list[Person]:
    """Personas, bots and fans in an order fixed by the post, so that later readings only add people."""
    return [person for _, person in likes(world, post)]


def likes(world: World, post: Post) -> list[tuple[datetime, Person]]:
    """When and by whom a post was liked."""
    return [act for acts in likes_by_truth(world, post).values() for act in acts]


def likes_by_truth(world: World, post: Post) -> dict[str, list[tuple[datetime, Person]]]:
    """The likes of personas, bots and fans."""
    fans, bots = _crowd(world, post, "like")
    personas = [comment.author for comment in world.comments(post) if comment.truth == PERSONA]
    crowds: dict[str, list[Person]] = {PERSONA: personas, BOT: bots, GENUINE: fans}
    return {truth: _acts(world, post, ("like", truth), by) for truth, by in crowds.items()}


def shares_by_truth(world: World, post: Post) -> dict[str, list[tuple[datetime, Person]]]:
    """The shares of bots, which were all planted, and of fans, each oldest first."""
    crowds: dict[str, list[Person]] = {BOT: [], GENUINE: _crowd(world, post, "share")[0]}
    return {truth: _acts(world, post, ("share", truth), by) for truth, by in crowds.items()}


def _everybody(world: World) -> Iterator[Person]:
    accounts = [account for account in ACCOUNTS if account.platform == "twitter"]
    yield from (people.as_person(account) for account in accounts)
    for account in accounts:
        yield from people.fans(world.seed, "twitter", account.persona.slug)
    for (platform, _), comments in world.changes.added.items():
        yield from (comment.author for comment in comments if platform == "twitter")
    for fortnight in {people.fortnight_of(post.published_at) for post in posts(world)}:
        yield from people.bots(world.seed, "twitter", fortnight)
    for post in posts(world):
        yield from _planted(post)


def _planted(post: Post) -> Iterator[Person]:
    """Whoever a scene brought."""
    yield from (comment.author for comment in post.life.comments)
    yield from (act.person for acts in post.life.acts.values() for act in acts if act.person)


def _media_link(post: Post) -> tuple[Attached, ...]:
    media = post.extra.get("media", [])
    if not media:
        return ()
    kind = "video" if post.kind == "video" else "photo"
    keys = tuple(media_key(post, one) for one in media)
    return (Attached(f"{url(people.as_person(post.account), post.post_id)}/{kind}/1", f"pic.x.com/{media[0]}", keys),)


def media_key(post: Post, media_id: str) -> str:
    """The number before the id says what it is: 3 a photo, 13 a video."""
    return f"{13 if post.kind == 'video' else 3}_{media_id}"


def _reply(post: Post, comment: Comment, parent: Comment | None, replies: int) -> Status:
    named = [f"@{username(parent.author)}"] if parent else []
    return Status(
        comment.comment_id,
        post.comment_at(comment),
        comment.author,
        " ".join([*named, f"@{post.account.handle}", comment.text]),
        post.extra.get("conversation", post.post_id),
        (("replied_to", parent.comment_id if parent else post.post_id),),
        parent.author.user_id if parent else post.account.user_id,
        likes=comment.likes,
        replies=replies,
    )


def _quote(world: World, post: Post, index: int, at: datetime, author: Person) -> Status:
    rng = random.Random(f"{world.seed}:{post.post_id}:quote:{index}")
    quote_id = ids.snowflake(at, ids.low_bits(22, post.post_id, "quote", index))
    address = url(people.as_person(post.account), post.post_id)
    return Status(
        quote_id,
        at,
        author,
        text.genuine(rng, post.account.persona.slug),
        quote_id,
        (("quoted", post.post_id),),
        attached=(Attached(address, address.removeprefix("https://")[:26] + "…"),),
        likes=rng.choice((0, 0, 1, 3)),
    )


def _shares(world: World, post: Post) -> list[tuple[datetime, Person]]:
    """When and by whom a post was passed on, oldest first."""
    acts = [act for acts in shares_by_truth(world, post).values() for act in acts]
    return sorted(acts, key=lambda act: act[0])


def _acts(world: World, post: Post, of: tuple[str, str], by: Sequence[Person]) -> list[tuple[datetime, Person]]:
    """The acts drawn with the post, then the planted ones; of those taken away the planted go first."""
    kind, truth = of
    age, count = post.age(world.time()), world.count(post, kind, truth)
    planted = [(one.after, one.person) for one in post.life.acts_by(kind, age) if one.truth == truth and one.person]
    drawn = min(count, post.life.count(kind, age, truth) - len(planted))
    moments = post.life.events.get(of, array("d"))[:drawn]
    acts = [*zip(moments, by, strict=False), *planted[: count - drawn]]
    return [(audience.moment(post.published_at, after), person) for after, person in acts]


def _crowd(world: World, post: Post, kind: str) -> tuple[list[Person], list[Person]]:
    rng = random.Random(f"{world.seed}:{post.post_id}:{kind}")
    fans = list(people.fans(world.seed, "twitter", post.account.persona.slug))
    bots = list(people.bots(world.seed, "twitter", people.fortnight_of(post.published_at)))
    rng.shuffle(fans)
    rng.shuffle(bots)
    return fans, bots
