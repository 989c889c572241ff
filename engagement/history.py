"""What the other posts of an account teach the filter, gathered in a fixed number of queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engagement.filtering.pace import BURST_LEAST, busiest
from engagement.filtering.scene import WRITTEN, History
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.paces import usual_paces
from engagement.pseudonyms import author_key
from engagement.remembered import (
    companions,
    deeds_elsewhere,
    near_marks_of,
    places_of_near_texts,
    places_of_texts,
    records,
    regulars,
    repeats,
)


def known_personas() -> frozenset[str]:
    """The author keys of every account that Gator runs, also those by which comments name them."""
    rows = SocialAccount.objects.order_by().values_list("platform", "platform_user_id", "comment_user_id")
    return frozenset(author_key(platform, one) for platform, *ids in rows for one in ids if one)


def histories(
    posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]]
) -> Iterator[tuple[SocialMediaPost, History]]:
    """Each post with what its account's other posts show of the texts and authors seen on it, and the usual pace.

    Pace tells a raid from a usual crowd: where no crowd came at once, it is not looked up. Near marks must be stored.

    Made one by one: whoever judges the posts in this order, oldest first, lets each learn from the verdicts that were
    just given to earlier ones.
    """
    paces = usual_paces([post for post in posts if _is_crowded(by_post.get(post.pk, ()))])
    texts, marks, deeds = places_of_texts(posts), near_marks_of(posts), deeds_elsewhere(posts, by_post)
    near_texts = places_of_near_texts(posts, by_post, marks) if marks else {}
    for post in posts:
        rows = by_post.get(post.pk, [])
        authors = sorted({row.author_key for row in rows} - {""})
        yield (
            post,
            History(
                fingerprints=repeats(post, ((row.fingerprint, row.author_key) for row in rows), texts),
                near=repeats(post, _marked(rows, marks), near_texts),
                authors=records(post, authors, deeds),
                together=companions(post, authors, deeds),
                author_posts=regulars(post, authors, deeds) if post.pk in paces else {},
                typical_pace=paces.get(post.pk),
            ),
        )
        deeds.note(post, rows)


def _marked(rows: Iterable[Interaction], marks: Mapping[int, tuple[int, ...]]) -> Iterator[tuple[int, str]]:
    """The near marks of the texts, each beside its author."""
    return ((mark, row.author_key) for row in rows for mark in marks.get(row.pk, ()))


def _is_crowded(rows: Sequence[Interaction]) -> bool:
    """Whether so many comments came at once that the layer of pace may see a burst."""
    times = [row.occurred_at.timestamp() for row in rows if row.kind in WRITTEN and row.occurred_at]
    return busiest(times) >= BURST_LEAST
