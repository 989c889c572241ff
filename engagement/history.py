"""What the other posts of an account teach the filter, gathered in a fixed number of queries."""

from collections.abc import Iterator, Mapping, Sequence

from engagement.filtering.pace import BURST_LEAST, busiest
from engagement.filtering.scene import WRITTEN, History
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.paces import usual_paces
from engagement.pseudonyms import author_key
from engagement.remembered import (
    Marked,
    companions,
    deeds_elsewhere,
    done_by,
    moments_of,
    near_marks_of,
    of_few,
    places_of_near_texts,
    places_of_texts,
    records,
    regulars,
    repeats,
    season_of,
)

# By interaction, the near marks of its text.
NearMarks = Mapping[int, tuple[int, ...]]


def known_personas() -> frozenset[str]:
    """The author keys of every account that Gator runs, also those by which comments name them."""
    rows = SocialAccount.objects.order_by().values_list("platform", "platform_user_id", "comment_user_id")
    return frozenset(author_key(platform, one) for platform, *ids in rows for one in ids if one)


def histories(
    posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]], kept: NearMarks
) -> Iterator[tuple[SocialMediaPost, History]]:
    """Each post with what its account's other posts show of the texts and authors seen on it, and the usual pace.

    Pace tells a raid from a usual crowd: where no crowd came at once, it is not looked up. Near marks must be stored;
    `kept` are those that are known, and only of posts with others they are read.

    Made one by one: whoever judges the posts in this order, oldest first, lets each learn from the verdicts that were
    just given to earlier ones.
    """
    paces = usual_paces([post for post in posts if _is_crowded(by_post.get(post.pk, ()))])
    texts, near = _texts(posts, by_post), _near(posts, by_post, kept)
    own = {pk: of_few(marked) for pk, marked in texts.items()}
    own_near = {pk: of_few(marked) for pk, marked in near.items()}
    places = places_of_texts(posts, set().union(*own.values()))
    marks = set().union(*own_near.values())
    near_places = places_of_near_texts(posts, marks, near) if marks else {}
    deeds = deeds_elsewhere(posts, by_post)
    held = {post for those in (places, near_places) for on in those.values() for post, _ in on}
    moments = moments_of(posts, held | deeds.posts)
    for post in posts:
        rows, account, season = by_post.get(post.pk, []), post.account_id, season_of(post, moments)
        authors = sorted({row.author_key for row in rows} - {""})
        past = done_by(authors, account, deeds.found, season.earlier)
        yield (
            post,
            History(
                fingerprints=repeats(own[post.pk], account, places, season),
                near=repeats(own_near[post.pk], account, near_places, season),
                authors=records(past),
                together=companions(done_by(authors, account, deeds.acted, season.others)),
                author_posts=regulars(past) if post.pk in paces else {},
                typical_pace=paces.get(post.pk),
            ),
        )
        deeds.note(post, rows)


def _texts(posts: Sequence[SocialMediaPost], by_post: Mapping[int, Sequence[Interaction]]) -> dict[int, Marked]:
    """Of each post the fingerprints of its texts, each beside its author."""
    return {
        post.pk: [(row.fingerprint, row.author_key) for row in by_post.get(post.pk, ()) if row.fingerprint]
        for post in posts
    }


def _near(
    posts: Sequence[SocialMediaPost], by_post: Mapping[int, Sequence[Interaction]], kept: NearMarks
) -> dict[int, Marked]:
    """Of each post the near marks of its texts, each beside its author."""
    written = {pk: [row for row in rows if row.kind in WRITTEN] for pk, rows in by_post.items()}
    unknown = [pk for pk, rows in written.items() if any(row.pk not in kept for row in rows)]
    marks = {**near_marks_of(unknown), **kept}
    return {
        post.pk: [(mark, row.author_key) for row in written.get(post.pk, ()) for mark in marks.get(row.pk, ())]
        for post in posts
    }


def _is_crowded(rows: Sequence[Interaction]) -> bool:
    """Whether so many comments came at once that the layer of pace may see a burst."""
    times = [row.occurred_at.timestamp() for row in rows if row.kind in WRITTEN and row.occurred_at]
    return busiest(times) >= BURST_LEAST
