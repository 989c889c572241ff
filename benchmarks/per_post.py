"""What one run, one post and one persona cost: the record of a run, the filter, all work after a fetch, extraction.

The 95th percentile of many calls each; whether a snapshot costs more when a post has many, and a comment on a busy post
more than one on another. The account's posts before hold as many comments as the post at hand.
"""

import gc
from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from statistics import median

from _common import Law, empty_database, judge, p95, seconds, settle, step
from _data import BLOCK, NOW, PLATFORM, fill, make_metrics
from text_model import sentence

from acd.enums import Confidence, Grade, OutcomeSource, Phase, State
from acd.outcomes import grade
from acd.tracking import ACDContextManager
from engagement.enums import InteractionKind
from engagement.fetching import Batch, Fetched
from engagement.filtering.pipeline import assess
from engagement.filtering.scene import Seen
from engagement.grading import grade_posts
from engagement.landing import land
from engagement.models import SocialMediaPost
from engagement.recording import Observation, record_many
from engagement.values import SeenInteraction, Visible
from gator.studio.models import Persona
from patterns.extraction import extract

RUNS = 40
# Comments of a busy post, and of the busiest one that is read at once.
COMMENTS, MANY_COMMENTS = 100, 500
# What is linear costs so much more there, and a tenth more for what else the machine does.
LINEAR = 1.1 * MANY_COMMENTS / COMMENTS
# People who comment on more than one post.
PEOPLE = 2_000
HOURS = 24
FOLLOWED = 500
BATCH = 50
# Later than anything that stands on a post.
LATER = NOW + timedelta(days=8)
# Mostly everybody says something of their own; a campaign says nearly the same under every post.
CAMPAIGN = "I paid {} to this lady and she sent back {}000 within a week, thank me later"
CAMPAIGN_EVERY = 25


def p95_ms(call: Callable[[int], object], runs: int = RUNS) -> float:
    """The 95th percentile of calls with the numbers 0, 1, 2 ... in milliseconds; the first five only fill caches."""
    return 1_000 * p95([seconds(lambda n=n: call(n)) for n in range(runs)][5:])  # type: ignore[misc]


def words(number: int) -> str:
    """What somebody says."""
    return sentence(Random(number)) if number % CAMPAIGN_EVERY else CAMPAIGN.format(number, number)


def comments(count: int, number: int) -> list[SeenInteraction]:
    """The comments on post `number`."""
    return [
        SeenInteraction(
            platform_id=f"comment-{number}-{n}",
            kind=InteractionKind.COMMENT,
            occurred_at=NOW - timedelta(minutes=n),
            author_id=str((number * 37 + n) % PEOPLE),
            text=words(number * count + n),
        )
        for n in range(count)
    ]


def runs() -> list[Law]:
    """The record of a run: from its start to its end, a move of its state, its grade."""

    def record(number: int) -> None:
        with ACDContextManager(Phase.TEXT_GENERATION, f"Run {number}") as run:
            run.set_metadata(number=number)
            run.set_confidence(Confidence.EXPERIMENTAL)

    def judged(number: int) -> None:
        assert run.context is not None
        evidence = {"engagement_rate": number}
        key = f"snapshot:{number}"
        grade(run.context, Grade.GOOD, source=OutcomeSource.ENGAGEMENT, evidence_key=key, evidence=evidence, now=NOW)

    whole = p95_ms(record, 4 * RUNS)
    with ACDContextManager(Phase.TEXT_GENERATION) as run:
        moved = p95_ms(lambda n: run.set_state(State.PROCESSING if n % 2 else State.PAUSED), 4 * RUNS)
    graded = p95_ms(judged, 4 * RUNS)
    return [
        Law("the state of a context moved", moved, 5, "ms"),
        Law("a context made, and updated at the end of its run", whole, 5, "ms"),
        Law("a context graded, with its history", graded, 5, "ms"),
    ]


def filtering(count: int) -> float:
    """The filter on the comments of one post, none of which it read before, without a database."""
    seen = [
        [Seen(one.platform_id, one.kind, one.author_id or "", one.text, one.occurred_at) for one in comments(count, n)]
        for n in range(RUNS)
    ]
    # What was made for this is no part of it, as in `after_fetch`; nor is what earlier calls read, which is let go.
    gc.freeze()
    return p95_ms(lambda _: assess(seen.pop(), known_personas=frozenset()))


def after_fetch(posts: list[SocialMediaPost], count: int) -> float:
    """All work on a post that is synced alone, from the platform's answer to its grade, with `count` new comments."""

    def work(number: int) -> None:
        post = posts[number]
        assert post.account is not None
        brought = Fetched(
            observations=[Observation(post, make_metrics(number), LATER)],
            interactions=[(post, Visible(interactions=tuple(seen[number])))],
            looked={post.pk},
        )
        land([(Batch(post.account, [post]), brought)], LATER)
        grade_posts(SocialMediaPost.objects.filter(pk=post.pk), now=LATER)

    seen = [comments(count, post.pk) for post in posts]
    # What was made for this is no part of it, nor is to look through it for what can be thrown away.
    gc.freeze()
    return p95_ms(work, len(posts))


def thirds(posts: list[SocialMediaPost]) -> list[list[SocialMediaPost]]:
    """Three groups, each as old as the others."""
    return [posts[start::3] for start in range(3)]


def snapshots(posts: list[SocialMediaPost]) -> float:
    """What the last hour's snapshot of the same posts costs, in the first one's."""

    def append(hour: int) -> float:
        return median(seconds(lambda b=batch: record_many(observed(b, hour))) for batch in batches)  # type: ignore[misc]

    def observed(batch: Iterable[SocialMediaPost], hour: int) -> list[Observation]:
        return [Observation(post, make_metrics(hour), LATER + timedelta(hours=hour)) for post in batch]

    batches = [posts[start : start + BATCH] for start in range(0, len(posts), BATCH)]
    taken = [append(hour) for hour in range(HOURS)]
    # One hour alone is at the mercy of whatever else the machine does.
    return min(taken[-5:]) / min(taken[:5])


def extraction(persona: Persona) -> float:
    """A look at one persona with 450 posts in the window."""
    return p95_ms(lambda n: extract(persona, PLATFORM, now=NOW + timedelta(seconds=n)))


def main() -> None:
    """Measure everything in a table of ten thousand posts."""
    with empty_database():
        with step(f"fill with {BLOCK:,} posts"):
            persona = fill(BLOCK)
            settle()
        newest = SocialMediaPost.objects.for_persona(persona).select_related("account").order_by("-published_at")
        posts = list(newest[: FOLLOWED + 3 * RUNS])
        laws = runs()
        quiet, busy, busiest = map(after_fetch, thirds(posts[: 3 * RUNS]), (0, COMMENTS, MANY_COMMENTS))
        one, many = filtering(COMMENTS), filtering(MANY_COMMENTS)
        laws += [
            Law(f"the filter on {COMMENTS} comments of a post", one, 10, "ms"),
            Law(f"the filter, {MANY_COMMENTS} comments against {COMMENTS}", many / one, LINEAR),
            Law("extraction of one persona's patterns", extraction(persona), 50, "ms"),
            Law("all work on a post after a fetch, no new comments", quiet, 100, "ms"),
            Law(f"all work on a post after a fetch, {COMMENTS} new comments", busy, 100, "ms"),
            Law(f"all work, {MANY_COMMENTS} new comments against {COMMENTS}", busiest / busy, LINEAR),
            Law("the 24th snapshot of a post against the 1st", snapshots(posts[3 * RUNS :]), 1.5),
        ]
    judge(laws)


if __name__ == "__main__":
    main()
