"""What is remembered of the accounts of some posts: where texts stood, and what authors did. One query each.

Whatever was done on other posts of the account counts that went out within a season of the post, before or after, so
that it does not matter which posts are judged at once. What was found of an author counts from earlier posts alone.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from engagement.enums import Verdict
from engagement.filtering.coengagement import Act, together
from engagement.filtering.duplicates import MANY_AUTHORS
from engagement.filtering.scene import WRITTEN, AuthorRecord, Together
from engagement.keys import these, these_texts
from engagement.models import Interaction, NearMark, SocialMediaPost

# Campaigns repeat a text within weeks, and who has not come for a season is no regular any more. Without this bound
# every look would read all that an account has ever drawn.
REMEMBERED = timedelta(days=90)

# Of a post, the marks of its texts, each beside its author.
Marked = Sequence[tuple[Hashable, str]]
# By (account, mark), the posts on which a text with that mark stands, each beside an author of it.
Places = dict[tuple[int, Any], list[tuple[int, str]]]


class Deed(NamedTuple):
    """What an author did on a post, and what was found of it."""

    post: int
    kind: str
    at: datetime | None
    fingerprint: str
    verdict: str


# By author, what they did.
Done = dict[str, list[Deed]]


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

    @property
    def posts(self) -> set[int]:
        """Where anything was done."""
        return {one.post for done in self.acted.values() for one in done}


@dataclass(frozen=True)
class Season:
    """The other posts that went out within a season of one, and those of them that did before it."""

    others: frozenset[int]
    earlier: frozenset[int]


def season_of(post: SocialMediaPost, moments: Mapping[int, datetime]) -> Season:
    """The season of a post, of posts that went out at these moments."""
    moment = post.published_at
    if moment is None:
        return Season(frozenset(), frozenset())
    others = {pk: at for pk, at in moments.items() if pk != post.pk and abs(at - moment) < REMEMBERED}
    return Season(frozenset(others), frozenset(pk for pk, at in others.items() if at < moment))


def moments_of(posts: Sequence[SocialMediaPost], others: Collection[int]) -> dict[int, datetime]:
    """When these posts went out, and others by their keys, of which some may be deleted. A query where there are any.

    Once for each post: to read a moment takes longer than all else of a row.
    """
    known = {post.pk: post.published_at for post in posts if post.published_at}
    missing = set(others) - {post.pk for post in posts}
    if missing:
        rows = SocialMediaPost.objects.filter(pk__in=these(missing)).order_by()
        known |= {pk: moment for pk, moment in rows.values_list("pk", "published_at") if moment}
    return known


def near_marks_of(posts: Collection[int]) -> dict[int, tuple[int, ...]]:
    """By interaction, the near marks of the texts on these posts; no query without posts."""
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    if posts:
        rows = NearMark.objects.filter(interaction__post__in=these(posts)).order_by()
        for interaction, mark in rows.values_list("interaction", "mark"):
            found[interaction] += (mark,)
    return found


def of_few(marked: Marked) -> set[Any]:
    """The marks that few authors left on a post. Of what many did, more elsewhere would make no difference.

    Without this a campaign's every new post would read all that it ever left.
    """
    authors: dict[Hashable, set[str]] = defaultdict(set)
    for mark, author in marked:
        authors[mark].add(author)
    return {mark for mark, by in authors.items() if len(by - {""}) < MANY_AUTHORS}


def places_of_texts(posts: Sequence[SocialMediaPost], marks: Collection[str]) -> Places:
    """Where texts with these fingerprints stand."""
    rows = _remembered(Interaction.objects.filter(fingerprint__in=these_texts(marks)), posts, "")
    return _placed(rows.values_list("post__account", "fingerprint", "post", "author_key"))


def places_of_near_texts(
    posts: Sequence[SocialMediaPost], marks: Collection[int], here: Mapping[int, Marked]
) -> Places:
    """Where texts with these near marks stand; `here` are the marks on these posts, which are not asked for again."""
    rows = _remembered(NearMark.objects.filter(mark__in=these(marks)), posts, "interaction__")
    elsewhere = rows.exclude(interaction__post__in=[post.pk for post in posts])
    names = ("interaction__post__account", "mark", "interaction__post", "interaction__author_key")
    places = _placed(elsewhere.values_list(*names))
    for post in posts:
        if post.account_id:
            for mark, author in here.get(post.pk, ()):
                places[post.account_id, mark].append((post.pk, author))
    return places


def deeds_elsewhere(posts: Sequence[SocialMediaPost], by_post: Mapping[int, Sequence[Interaction]]) -> Deeds:
    """What the authors on these posts did on others, and when they acted on these."""
    deeds = Deeds()
    here = {row.author_key for rows in by_post.values() for row in rows} - {""}
    rows = _remembered(Interaction.objects.filter(author_key__in=these_texts(here)), posts, "")
    elsewhere = rows.exclude(post__in=[post.pk for post in posts])
    names = ("post", "kind", "occurred_at", "fingerprint", "final_verdict")
    for account, author, *deed in elsewhere.values_list("post__account", "author_key", *names):
        one = Deed(*deed)
        deeds.found[account, author].append(one)
        deeds.acted[account, author].append(one)
    for post in posts:
        deeds.see(post, by_post.get(post.pk, ()))
    return deeds


def repeats(marks: Iterable[Any], account: int | None, places: Places, season: Season) -> dict[Any, int]:
    """How many authors left the texts with these marks on other posts of the account, of those that stand there."""
    found = {}
    for mark in marks:
        authors = {author for post, author in places.get((account or 0, mark), ()) if post in season.others}
        if authors:
            found[mark] = len(authors)
    return found


def done_by(
    authors: Iterable[str], account: int | None, deeds: Mapping[tuple[int, str], Sequence[Deed]], on: Collection[int]
) -> Done:
    """What each author did on these posts of an account, of those who did anything."""
    done = ((author, [one for one in deeds.get((account or 0, author), ()) if one.post in on]) for author in authors)
    return {author: found for author, found in done if found}


def regulars(past: Done) -> dict[str, int]:
    """On how many posts each author was found genuine, of those who were."""
    genuine = (
        (author, {one.post for one in found if one.verdict == Verdict.GENUINE}) for author, found in past.items()
    )
    return {author: len(on) for author, on in genuine if on}


def records(past: Done) -> dict[str, AuthorRecord]:
    """What was found of each author's words, of those who wrote any."""
    # A click shows nothing of who clicked: that nothing was found of it is no good record.
    written = ((author, [one for one in found if one.kind in WRITTEN]) for author, found in past.items())
    return {author: _record(found) for author, found in written if found}


def companions(done: Done) -> dict[str, Together]:
    """Which authors act within seconds of each other."""
    acts: list[Act] = [
        (author, str(one.post), one.at.timestamp())
        for author, found in done.items()
        for one in found
        if one.at is not None
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


def _deeds(post: SocialMediaPost, rows: Iterable[Interaction]) -> list[tuple[tuple[int, str], Deed]]:
    if not (post.account_id and post.published_at):
        return []
    return [
        (
            (post.account_id, row.author_key),
            Deed(post.pk, row.kind, row.occurred_at, row.fingerprint, row.override or row.verdict),
        )
        for row in rows
        if row.author_key
    ]


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
    found: Places = defaultdict(list)
    for account, mark, *place in rows.distinct():
        found[account, mark].append(tuple(place))
    return found
