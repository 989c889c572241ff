"""Posts, their numbers and what was seen under them, as they stood at a moment. For a private copy: rows are deleted.

Numbers come from the snapshots that were taken by then, verdicts are those of today. What nothing tells of the past
stays as it is today: the followers of an account, the words and hashtags of a post, the zone of a persona.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from engagement.assessment import measure_posts
from engagement.enums import FilterState
from engagement.models import Interaction, MetricSnapshot, SocialMediaPost
from engagement.recording import STANDING_FIELDS, doubt
from engagement.values import METRIC_FIELDS
from engagement.writing import write_columns

BATCH = 500
# A post of which no numbers were known by then is not settled, and teaches nothing.
UNKNOWN = dict.fromkeys((*METRIC_FIELDS, "last_synced_at"))


def rewind(moment: datetime, *, since: datetime) -> None:
    """Take back everything that was published, observed or seen after `moment`, and measure anew what that leaves.

    Measured are the posts that moved, and those published after `since`, whose estimates may rest on others that moved.
    Older ones keep their numbers. May be done again with an earlier moment.
    """
    later = Q(first_seen_at__gt=moment) | Q(deleted_at__gt=moment)
    seen = set(Interaction.objects.filter(later).order_by().values_list("post", flat=True).distinct())
    SocialMediaPost.objects.exclude(published_at__lte=moment).delete()
    Interaction.objects.filter(first_seen_at__gt=moment).delete()
    Interaction.objects.filter(deleted_at__gt=moment).update(deleted_at=None)
    MetricSnapshot.objects.filter(observed_at__gt=moment).delete()
    observed = _stand_as_then(moment)
    measured = SocialMediaPost.objects.measured().filter(published_at__gt=since).order_by()
    ids = sorted({*seen, *observed, *measured.values_list("pk", flat=True)})
    # Twice: what is seen under one post is the prior of others, and settled only once all are counted.
    for _ in range(2):
        measure_posts(_measurable(ids), now=moment)


def _stand_as_then(moment: datetime) -> list[int]:
    """Put the newest numbers that are left on posts that were observed later; which posts."""
    later = SocialMediaPost.objects.filter(last_synced_at__gt=moment).order_by("pk")
    ids = list(later.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        _stand_on(ids[start : start + BATCH])
    return ids


def _stand_on(ids: Sequence[int]) -> None:
    posts = list(SocialMediaPost.objects.filter(pk__in=ids).only(*STANDING_FIELDS))
    newest = dict[int, MetricSnapshot]()
    for snapshot in MetricSnapshot.objects.filter(post__in=ids).defer("raw").order_by("observed_at"):
        newest[snapshot.post_id] = snapshot
    for post in posts:
        known = newest.get(post.pk)
        numbers = known.counts() | {"last_synced_at": known.observed_at} if known else UNKNOWN
        for name, value in numbers.items():
            setattr(post, name, value)
    doubt(posts)
    write_columns(posts, STANDING_FIELDS)


def _measurable(ids: Sequence[int]) -> Iterable[SocialMediaPost]:
    """Those of the posts that went through the filter, oldest first."""
    for start in range(0, len(ids), BATCH):
        rows = SocialMediaPost.objects.filter(pk__in=ids[start : start + BATCH])
        yield from rows.exclude(filter_state=FilterState.UNFILTERED).only("published_at")
