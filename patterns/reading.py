"""The posts of some days, read once for all that a look asks: what works, and whether the loop feeds on itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from engagement.enums import Basis, FilterState
from engagement.rules import is_settled
from patterns.enums import Reason
from patterns.querysets import PostPerformanceQuerySet, caption_length
from patterns.windows import Post, Rows, places_of, tags_of

# What is read of a post, and what else tells its value, its standing and the length of its caption.
STORED = Post._fields[:-2]
BASIS = STORED.index("basis")
TOLD_BY = ("engagement_rate", "lift", "filter_state", "caption")
# Of a post with such a standing nothing is known that could teach, by whatever basis.
UNPROVEN = frozenset({Reason.PROVISIONAL, Reason.UNFILTERED, Reason.UNMEASURED})


@dataclass(frozen=True)
class Reading:
    """All posts of some days, oldest first, with their standing, caption and hashtags: read once for many questions.

    The `value` of a post is by its own basis. It is None, like the moment of the last sync, where there was none.
    """

    posts: Sequence[Post]
    standings: Sequence[str]
    captions: Sequence[str]
    tags: Sequence[tuple[int, str]]

    def bases(self, since: datetime) -> Counter[str]:
        """How many posts after a moment are measured by each basis; empty for those without one."""
        known = zip(self.posts, self.standings, strict=True)
        return Counter(post.basis for post, why in known if post.published_at > since and why not in UNPROVEN)

    def rows(self, since: datetime, basis: str) -> Rows:
        """The posts after a moment that teach something by a basis."""
        known = zip(self.posts, self.standings, strict=True)
        posts = [post for post, why in known if not why and post.basis == basis and post.published_at > since]
        return Rows(posts, places_of(posts, self.tags))

    def captions_between(self, start: datetime, end: datetime) -> list[str]:
        """What was written under the posts after `start`, up to and including `end`."""
        known = zip(self.posts, self.captions, strict=True)
        return [caption for post, caption in known if caption and start < post.published_at <= end]


def reading_of(posts: PostPerformanceQuerySet) -> Reading:
    """Read these posts, whatever they teach. Two queries."""
    rows = posts.order_by("published_at", "pk").values_list(*STORED, *TOLD_BY)
    found, standings, captions, hours = list[Post](), list[str](), list[str](), settings.SETTLE_HOURS
    for *own, rate, lift, state, caption in rows:
        value = lift if own[BASIS] == Basis.COUNT else rate
        post = Post._make((*own, value, caption_length(caption)))
        found.append(post)
        standings.append(_standing(post, state, hours))
        captions.append(caption)
    return Reading(found, standings, captions, list(tags_of(found)))


def _standing(post: Post, state: str, hours: float) -> str:
    """What `per_standing()` says of a post; its numbers settle in so many hours.

    SQLite would ask Python how old the post was, at many times the cost.
    """
    if not is_settled(post.published_at, post.last_synced_at, hours=hours):
        return Reason.PROVISIONAL
    if state == FilterState.UNFILTERED:
        return Reason.UNFILTERED
    if post.genuine_engagement is None:
        return Reason.UNMEASURED
    if not post.basis:
        return Reason.WITHOUT_BASIS
    return "" if post.value is not None else Reason.WITHOUT_VALUE
