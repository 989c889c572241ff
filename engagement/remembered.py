"""What is remembered of the accounts of some posts: where texts stood, and what authors did. One query each.

Whatever was done on other posts of the account counts that went out within a season of the post, before or after, so
that it does not matter which posts are judged at once. What was found of an author counts from earlier posts alone.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import NullIf

from engagement.enums import Verdict
from engagement.filtering.coengagement import Act, together
from engagement.filtering.duplicates import MANY_AUTHORS
from engagement.filtering.scene import WRITTEN, AuthorRecord, Repeats, Together
from engagement.models import Interaction, NearMark, SocialMediaPost

# Campaigns repeat a text within weeks, and who has not come for a season is no regular any more. Without this bound
# every look would read all that an account has ever drawn.
REMEMBERED = timedelta(days=90)


class Place(NamedTuple):
    """A post that holds a text, when it went out, and by whom the text is."""

    post: int
    published_at: datetime
    author: str


class Deed(NamedTuple):
    """What an author did on a post, when that went out, and what was found of it."""

    post: int
    published_at: datetime
    kind: str
    at: datetime | None
    fingerprint: str
    verdict: str


@dataclass
class Deeds:
    """By (account, author): what was found of them, and when they acted. The latter also on posts not judged yet."""

    found: dict[tuple[int, str], list[Deed]] = field(default_factory=lambda: defaultdict(list))
    acted: dict[tuple[int, str], list[Deed]] = field(default_factory=lambda: defaultdict(list))

    def note(self, post: SocialMediaPost, rows: Iterable[Interaction]) -> None:
        """Add what was just found on a post."""
        for key, deed in _deeds(post, rows):
            self.found[key].append(deed)

    def see(self, post: SocialMediaPost, rows: Iterable[Interaction]) -> None:
        """Add when authors acted on a post."""
        for key, deed in _deeds(post, rows):
            self.acted[key].append(deed)


# By (account, mark), where a text with that mark stands.
Places = dict[tuple[int, Any], list[Place]]


def places_of_texts(posts: Sequence[SocialMediaPost]) -> Places:
    """Where the texts on these posts stand, word for word, but for those that a post has from many authors itself."""
    here = _of_few(_on(posts).exclude(fingerprint=""), "fingerprint", "")
    rows = _remembered(Interaction.objects.filter(fingerprint__in=here), posts, "")
    return _placed(rows.values_list("post__account", "fingerprint", "post", "author_key"))


def near_marks_of(posts: Sequence[SocialMediaPost]) -> dict[int, tuple[int, ...]]:
    """By interaction, the near marks of the texts on these posts."""
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    rows = NearMark.objects.filter(interaction__post__in=[post.pk for post in posts]).order_by()
    for interaction, mark in rows.values_list("interaction", "mark"):
        found[interaction] += (mark,)
    return found


def places_of_near_texts(
    posts: Sequence[SocialMediaPost],
    by_post: Mapping[int, Sequence[Interaction]],
    marks: Mapping[int, tuple[int, ...]],
) -> Places:
    """Where texts stand that share a near mark with one on these posts, but for marks of many authors on the post."""
    ids = [post.pk for post in posts]
    own = NearMark.objects.filter(interaction__post__in=ids, interaction__deleted_at=None).order_by()
    here = _of_few(own, "mark", "interaction__")
    rows = _remembered(NearMark.objects.filter(mark__in=here), posts, "interaction__")
    # What stands here is known already.
    elsewhere = rows.exclude(interaction__post__in=ids)
    names = ("interaction__post__account", "mark", "interaction__post", "interaction__author_key")
    places = _placed(elsewhere.values_list(*names))
    for post in posts:
        account, published_at = post.account_id, post.published_at
        if account and published_at:
            for row in by_post.get(post.pk, ()):
                for mark in marks.get(row.pk, ()):
                    places[account, mark].append(Place(post.pk, published_at, row.author_key))
    return places


def deeds_elsewhere(posts: Sequence[SocialMediaPost], by_post: Mapping[int, Sequence[Interaction]]) -> Deeds:
    """What the authors on these posts did on others, and when they acted on these."""
    deeds = Deeds()
    here = _on(posts).exclude(author_key="").values("author_key")
    rows = _remembered(Interaction.objects.filter(author_key__in=here), posts, "")
    elsewhere = rows.exclude(post__in=[post.pk for post in posts])
    names = ("post", "post__published_at", "kind", "occurred_at", "fingerprint", "final_verdict")
    for account, author, *deed in elsewhere.values_list("post__account", "author_key", *names):
        deeds.found[account, author].append(Deed(*deed))
        deeds.acted[account, author].append(Deed(*deed))
    for post in posts:
        deeds.see(post, by_post.get(post.pk, ()))
    return deeds


def repeats(post: SocialMediaPost, marked: Iterable[tuple[Hashable, str]], places: Places) -> dict[Any, Repeats]:
    """How often the texts with these marks, each beside its author, stand on other posts, of those that do.

    Of marks that many authors left on this post it is not told, as by `_of_few`.
    """
    authors: dict[Hashable, set[str]] = defaultdict(set)
    for mark, author in marked:
        by = authors[mark]
        if author:
            by.add(author)
    found = {}
    for mark in (mark for mark, known in authors.items() if len(known) < MANY_AUTHORS):
        others = [one for one in places.get((post.account_id or 0, mark), ()) if _is_near(one, post)]
        if others:
            found[mark] = Repeats(len({one.author for one in others}), len({one.post for one in others}))
    return found


def regulars(post: SocialMediaPost, authors: Iterable[str], deeds: Deeds) -> dict[str, int]:
    """On how many earlier posts each author was found genuine, of those who were."""
    past = ((author, _earlier(post, author, deeds)) for author in authors)
    genuine = ((author, {one.post for one in found if one.verdict == Verdict.GENUINE}) for author, found in past)
    return {author: len(on) for author, on in genuine if on}


def records(post: SocialMediaPost, authors: Iterable[str], deeds: Deeds) -> dict[str, AuthorRecord]:
    """What was found of each author's words on earlier posts, of those who wrote any."""
    past = ((author, _earlier(post, author, deeds)) for author in authors)
    # A click shows nothing of who clicked: that nothing was found of it is no good record.
    written = ((author, [one for one in found if one.kind in WRITTEN]) for author, found in past)
    return {author: _record(found) for author, found in written if found}


def companions(post: SocialMediaPost, authors: Iterable[str], deeds: Deeds) -> dict[str, Together]:
    """Which of the authors act within seconds of each other, on other posts."""
    acts: list[Act] = [
        (author, str(one.post), one.at.timestamp())
        for author in authors
        for one in deeds.acted.get((post.account_id or 0, author), ())
        if one.at is not None and _is_near(one, post)
    ]
    return together(acts)


def _record(found: Sequence[Deed]) -> AuthorRecord:
    on: dict[str, set[int]] = defaultdict(set)
    for one in found:
        if one.fingerprint:
            on[one.fingerprint].add(one.post)
    verdicts = [one.verdict for one in found]
    return AuthorRecord(
        genuine=verdicts.count(Verdict.GENUINE),
        bot=verdicts.count(Verdict.BOT),
        texts={mark: len(posts) for mark, posts in on.items()},
    )


def _earlier(post: SocialMediaPost, author: str, deeds: Deeds) -> list[Deed]:
    known = deeds.found.get((post.account_id or 0, author), ())
    return [one for one in known if post.published_at and one.published_at < post.published_at and _is_near(one, post)]


def _is_near(one: Place | Deed, post: SocialMediaPost) -> bool:
    """Whether it is on another post, which went out within a season of this one."""
    moment = post.published_at
    return moment is not None and one.post != post.pk and abs(one.published_at - moment) < REMEMBERED


def _deeds(post: SocialMediaPost, rows: Iterable[Interaction]) -> list[tuple[tuple[int, str], Deed]]:
    if not (post.account_id and post.published_at):
        return []
    return [
        (
            (post.account_id, row.author_key),
            Deed(post.pk, post.published_at, row.kind, row.occurred_at, row.fingerprint, row.override or row.verdict),
        )
        for row in rows
        if row.author_key
    ]


def _of_few(rows: QuerySet[Any], mark: str, to: str) -> QuerySet[Any]:
    """The marks that few authors left on a post. Of what many did, more elsewhere would make no difference.

    Without this a campaign's every new post would read all that it ever left.
    """
    authors = Count(NullIf(f"{to}author_key", Value("")), distinct=True)
    return rows.values(f"{to}post", mark).annotate(authors=authors).filter(authors__lt=MANY_AUTHORS).values(mark)


def _on(posts: Collection[SocialMediaPost]) -> QuerySet[Interaction]:
    # A subquery of what stands here, since a batch may hold more values than a statement may have parameters.
    return Interaction.objects.visible().filter(post__in=[post.pk for post in posts]).order_by()


def _remembered(rows: QuerySet[Any], posts: Sequence[SocialMediaPost], to: str) -> QuerySet[Any]:
    """Those of the rows that are on these accounts' posts, from a season before the oldest to one after the newest."""
    accounts = {post.account_id for post in posts if post.account_id}
    moments = [post.published_at for post in posts if post.published_at]
    if not (accounts and moments):
        return rows.none()
    window = {f"{to}post__published_at__gt": min(moments) - REMEMBERED}
    window |= {f"{to}post__published_at__lt": max(moments) + REMEMBERED}
    # Denied twice, or SQLite would go through all that the account's posts hold instead of what is asked for. With a
    # function of the column PostgreSQL would do that: it could not tell how many posts these are.
    return rows.filter(**window).exclude(~Q(**{f"{to}post__account__in": accounts})).order_by()


def _placed(rows: QuerySet[Any]) -> Places:
    known = list(rows.distinct())
    # Apart from the texts, of which there may be many on a post: to read a moment takes longer than all else of a row.
    posts = SocialMediaPost.objects.only("published_at").in_bulk({post for _, _, post, _ in known})
    found: Places = defaultdict(list)
    for account, mark, post, author in known:
        # One that was deleted between the two queries is not there any more.
        if post in posts and (moment := posts[post].published_at):
            found[account, mark].append(Place(post, moment, author))
    return found
