"""How often the 95 % intervals of genuine engagement hold the truth, by the share of bots and the number seen.

The accounts are made up by laws of their own (engagement/tests/crowds.py): posts differ, who likes differs from who
comments, the filter errs and its error rates come from a labelled set. Says also how this changes where those who are
hidden are more or less like those who are seen than the estimate takes them to be, which nothing can tell from outside.
A truth at the border, no bots at all or hardly any, is held by design more often than 95 %, and told apart.
Numbers on the command line are seeds.
"""

import sys
from time import process_time

import numpy as np
from _common import Law, judge, step

from engagement.estimation import estimates
from engagement.tests.crowds import KINDS_SPREAD, some_filter, some_post, visited

SEEDS = [int(word) for word in sys.argv[1:] if word.isdigit()] or [1, 2]
FILTERS, POSTS = 120, 10
BORDER, SHARES = (0.0, 0.01), (0.05, 0.1, 0.2, 0.4, 0.6)
OBSERVED = (0, 10, 30, 100, 300, 1000)
# With so many posts a cell the coverage of exact 95 % intervals lies within 93 and 97 % for nearly all of the cells.
LEAST, MOST = 93.0, 97.0
# What chance alone adds to the furthest of 30 cells of 2,400 posts: three times sqrt(0.95 * 0.05 / 2,400).
CHANCE = 1.3
BATCH = 500


def cell(
    level: float, observed: int, *, has_past: bool = True, spread: float = KINDS_SPREAD, members: int = 0
) -> tuple[float, float]:
    """Percent of intervals that hold the truth, and their mean width in percent of all engagement.

    `members` are those of a group that came to every post.
    """
    held, width = list[bool](), list[float]()
    for seed in SEEDS:
        rng = np.random.default_rng([seed, round(1000 * level), observed])
        for _ in range(FILTERS):
            verdicts = some_filter(rng)
            rates = verdicts.evaluated(rng)
            posts = [
                some_post(rng, verdicts, level, observed, has_past=has_past, kinds_spread=spread) for _ in range(POSTS)
            ]
            if members:
                posts = [visited(rng, *one, members) for one in posts]
            for found, (_, truth) in zip(estimates([tally for tally, _ in posts], rates=rates), posts, strict=True):
                assert found is not None
                # People come whole.
                held.append(found.low - 0.5 <= truth <= found.high + 0.5)
                width.append((found.high - found.low) / (found.observed + found.hidden))
    return 100 * float(np.mean(held)), 100 * float(np.mean(width))


def table(title: str, shares: tuple[float, ...], observed: tuple[int, ...], **world: bool | float) -> list[float]:
    """Print the coverage and the width of every cell; the coverages."""
    print(f"\n{title}: percent of intervals that hold the truth (mean width, percent of all)")
    print("  bots     " + "".join(f"{f'{number:,} seen':>16}" for number in observed))
    found = []
    for level in shares:
        cells = [cell(level, number, **world) for number in observed]  # type: ignore[arg-type]
        print(f"  {level:4.0%}     " + "".join(f"{held:8.1f} ({width:5.1f})" for held, width in cells), flush=True)
        found += [held for held, _ in cells]
    return found


def cost() -> float:
    """Milliseconds of the processor a post, for a batch of posts of which no two are alike: the fastest of 31 runs."""
    rng = np.random.default_rng(SEEDS[0])
    verdicts = some_filter(rng)
    rates = verdicts.evaluated(rng)
    tallies = [some_post(rng, verdicts, 0.1, int(rng.integers(0, 200)))[0] for _ in range(BATCH)]
    spent = []
    for _ in range(31):
        began = process_time()
        estimates(tallies, rates=rates)
        spent.append(process_time() - began)
    return 1000 * min(spent) / BATCH


if __name__ == "__main__":
    print(f"Seeds {SEEDS}; {len(SEEDS) * FILTERS * POSTS:,} posts a cell, {FILTERS * len(SEEDS)} filters.")
    with step("simulated"):
        main = table("With a past of 5 to 40 posts", SHARES, OBSERVED)
        border = table("At the border", BORDER, OBSERVED)
        fresh = table("Without a past", SHARES, OBSERVED[1:], has_past=False)
        groups = table("After a group of 30 came", SHARES, (10, 30, 100), members=30)
        alike = table("Hidden just like the seen", SHARES, (30, 300), spread=0.0)
        strange = table("Hidden twice as unlike", SHARES, (30, 300), spread=2 * KINDS_SPREAD)
    judge(
        [
            Law("coverage, all shares from 5 % on together", float(np.mean(main)), LEAST, "%", at_least=True),
            Law("coverage, all shares from 5 % on together, not above", float(np.mean(main)), MOST, "%"),
            Law("coverage, the lowest cell", min(main), LEAST - CHANCE, "%", at_least=True),
            Law("coverage, the highest cell", max(main), MOST + CHANCE, "%"),
            Law("coverage at the border, the lowest cell", min(border), LEAST, "%", at_least=True),
            Law("coverage without a past, the lowest cell", min(fresh), LEAST - CHANCE, "%", at_least=True),
            Law("coverage after a group came, the lowest cell", min(groups), LEAST - CHANCE, "%", at_least=True),
            Law(
                "coverage where the hidden are just like the seen, the lowest cell",
                min(alike),
                LEAST,
                "%",
                at_least=True,
            ),
            Law("coverage where they are twice as unlike, the lowest cell", min(strange), 70.0, "%", at_least=True),
            Law("cost a post in a batch of 500", cost(), 0.05, "ms"),
        ]
    )
