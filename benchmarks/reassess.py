"""What judging everything again costs: interactions a second, and of the longest step, for which others may wait.

The model is another one each time, so that every verdict is made and written anew; and a dry run of it.
"""

import sys
from dataclasses import replace
from datetime import timedelta
from random import Random
from time import perf_counter

from _common import Law, empty_database, judge, settle, step
from _data import NOW, make_accounts, make_post

from engagement.calibration import filter_in_force
from engagement.enums import InteractionKind
from engagement.models import Interaction, SocialMediaPost
from engagement.reassessing import assess_step, steps
from gator.trial import attempt

# With --full the 100,000 interactions of a large installation.
POSTS = 1_000 if "--full" in sys.argv else 200
COMMENTS = 100
PEOPLE = 5_000
SAID = "the light in this picture is lovely where did you take it I want to go there with my kids"
WORDS = SAID.split()


def fill() -> None:
    """Posts of four accounts over a year, each with comments of people who come again."""
    random, accounts = Random(4), make_accounts(4)
    for number in range(POSTS):
        post = make_post(number, accounts[number % 4], random)
        post.published_at = NOW - timedelta(days=365 * (POSTS - number) / POSTS)
        post.save()
        Interaction.objects.bulk_create(_comment(post, n, random) for n in range(COMMENTS))


def _comment(post: SocialMediaPost, number: int, random: Random) -> Interaction:
    return Interaction(
        post=post,
        platform_id=f"comment-{number}",
        kind=InteractionKind.COMMENT,
        author_key=f"{random.randrange(PEOPLE):064x}",
        text=" ".join(random.choices(WORDS, k=12)),
        occurred_at=NOW - timedelta(minutes=random.randrange(2_000)),
    )


def reassess() -> list[Law]:
    """Judge all by a model of another name."""
    seen = POSTS * COMMENTS
    now = filter_in_force()
    by = replace(now, model=replace(now.model, version="other"))
    spent = []
    for one in steps(SocialMediaPost.objects.all()):
        began = perf_counter()
        assess_step(one, now=NOW, by=by)
        spent.append(perf_counter() - began)
    began = perf_counter()
    attempt(SocialMediaPost.objects.all(), now, now=NOW, progress=lambda waiting: waiting)
    tried = perf_counter() - began
    print(f"{seen:,} interactions on {POSTS:,} posts in {len(spent)} steps.")
    return [
        Law("interactions judged again", seen / sum(spent), 2_000, "/s", at_least=True),
        Law("the longest step, a transaction", max(spent), 5, "s"),
        Law("interactions of a dry run, the copy included", seen / tried, 1_500, "/s", at_least=True),
    ]


def main() -> None:
    """Measure."""
    with empty_database():
        with step("fill"):
            fill()
        settle()
        laws = reassess()
    judge(laws)


if __name__ == "__main__":
    main()
