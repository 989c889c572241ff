"""How a seed and guidance choose among options: mostly what worked, and now and then something else."""

import random
from collections.abc import Collection, Sequence

# Without some exploration a generator would never learn whether anything else works better.
EXPLORED_SHARE = 0.2


def prefer(options: Sequence[str], rng: random.Random, *, repeat: Collection[str], avoid: Collection[str]) -> str:
    """One of `options`: usually one to repeat, never one to avoid unless nothing else is left."""
    left = [option for option in options if option not in avoid] or list(options)
    liked = [option for option in left if option in repeat]
    if liked and rng.random() >= EXPLORED_SHARE:
        return rng.choice(liked)
    return rng.choice(left)


def mix(liked: Sequence[str], others: Sequence[str], rng: random.Random, *, count: int) -> list[str]:
    """`count` options, the liked ones first, with at least one of the others where there is one."""
    first = rng.sample(liked, len(liked))[: count - 1 if others else count]
    return [*first, *rng.sample(others, len(others))][:count]
