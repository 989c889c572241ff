"""What a sync writes, in sets, against reading and saving the same posts one by one: both in one run."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from _common import ON_POSTGRES, Law, empty_database, judge, seconds, settle, step
from _data import BLOCK, NOW, fill, make_metrics
from django.db import transaction

from engagement.enums import FilterState, MetricSource, SyncStatus
from engagement.models import MetricSnapshot, SocialMediaPost
from engagement.recording import STANDING_FIELDS, Observation, record_many
from engagement.values import Metrics
from engagement.writing import write_columns

WRITTEN = 2_000
BATCH = 50
ROUNDS = 3
LAW = 15.0 if ON_POSTGRES else 5.0

Write = Callable[[list[int], int], None]


def batches(ids: list[int]) -> Iterator[list[int]]:
    """The posts of one request each."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def put(post: SocialMediaPost, metrics: Metrics, number: int) -> None:
    """Put what stands on a post after its `number`th sync on it."""
    for name, value in metrics.counts().items():
        setattr(post, name, value)
    post.api_version, post.source = metrics.api_version, MetricSource.API
    post.last_synced_at = NOW + timedelta(hours=number)
    post.next_sync_at = NOW + timedelta(hours=number + 1)


def numbers_in_sets(ids: list[int], number: int) -> None:
    """The newest numbers of posts, a batch at a time."""
    for batch in batches(ids):
        with transaction.atomic():
            posts = list(SocialMediaPost.objects.select_for_update().filter(pk__in=batch))
            for post in posts:
                put(post, make_metrics(number), number)
            write_columns(posts, STANDING_FIELDS)


def numbers_one_by_one(ids: list[int], number: int) -> None:
    """The same, as one would write it first."""
    for pk in ids:
        post = SocialMediaPost.objects.get(pk=pk)
        put(post, make_metrics(number), number)
        post.save()


def sync_in_sets(ids: list[int], number: int) -> None:
    """All that a sync writes of posts without interactions: snapshots, numbers, state and the next time."""
    for batch in batches(ids):
        posts = SocialMediaPost.objects.filter(pk__in=batch)
        moment = NOW + timedelta(hours=number)
        with transaction.atomic():
            record_many([Observation(post, make_metrics(number), moment) for post in posts])
            posts.update(filter_state=FilterState.UNFILTERED)
        posts.update(sync_status=SyncStatus.OK, next_sync_at=moment + timedelta(hours=1))


def sync_one_by_one(ids: list[int], number: int) -> None:
    """The same, as one would write it first."""
    for pk in ids:
        post, metrics = SocialMediaPost.objects.get(pk=pk), make_metrics(number)
        found = metrics.counts() | {"api_version": metrics.api_version, "raw": metrics.raw}
        moment = NOW + timedelta(hours=number)
        MetricSnapshot.objects.get_or_create(post=post, observed_at=moment, defaults=found)
        put(post, metrics, number)
        post.filter_state, post.sync_status = FilterState.UNFILTERED, SyncStatus.OK
        post.save()


def compare(name: str, in_sets: Write, one_by_one: Write, ids: list[int], first: int) -> Law:
    """How many times as fast the sets are: the two take turns, and the best round of each counts."""
    fast, slow = [], []
    for number in range(first, first + 2 * ROUNDS, 2):
        fast.append(seconds(lambda n=number: in_sets(ids, n)))  # type: ignore[misc]
        slow.append(seconds(lambda n=number + 1: one_by_one(ids, n)))  # type: ignore[misc]
    rates = [len(ids) / min(taken) for taken in (fast, slow)]
    print(f"           {name}: {rates[0]:,.0f} posts a second in sets, {rates[1]:,.0f} one by one")
    return Law(name, rates[0] / rates[1], LAW, at_least=True)


def main() -> None:
    """Compare the two ways."""
    with empty_database():
        with step(f"fill with {BLOCK:,} posts"):
            fill(BLOCK)
            settle()
        ids = list(SocialMediaPost.objects.order_by("-pk").values_list("pk", flat=True)[:WRITTEN])
        laws = [
            compare("the newest numbers of posts", numbers_in_sets, numbers_one_by_one, ids, 1),
            compare("all that a sync writes", sync_in_sets, sync_one_by_one, ids, 101),
        ]
    judge(laws)


if __name__ == "__main__":
    main()
