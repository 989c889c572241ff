"""Made-up posts of which the truth is known: choices as varied as before, and a loop that feeds on itself."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from patterns.alarms import RINGS
from patterns.variety import share, variety

CHOICES = ("hashtags", "formats", "hours", "approaches")
# Hashtags of a post, its format, its hour and its approach; then bots, personas and everybody observed under it.
Choices = dict[str, list[str]]
Answers = dict[str, tuple[int, int]]
Made = tuple[Choices, Answers]
Windows = tuple[list[Made], list[Made]]


def steady(seed: int, n: int) -> Iterator[Windows]:
    """Worlds in which nothing changes between two windows of 20 to 120 posts each, of whatever variety."""
    rng = np.random.default_rng([seed, 5])
    for _ in range(n):
        law = _law(rng)
        yield _posts(rng, int(rng.integers(20, 121)), law), _posts(rng, int(rng.integers(20, 121)), law)


def collapsed(seed: int, n: int, size: int = 30) -> Iterator[Windows]:
    """Worlds that come to use one set of hashtags, one hour and one approach in nine posts of ten."""
    rng = np.random.default_rng([seed, 6])
    for _ in range(n):
        law = _law(rng)
        before, now = _posts(rng, size, law), _posts(rng, size, law)
        first = before[0][0]
        yield [(first if rng.random() < 0.9 else made, seen) for made, seen in now], before


def _law(rng: Generator) -> dict[str, np.ndarray]:
    tags = int(rng.integers(5, 200))
    return {
        "hashtags": _zipf(tags, rng.uniform(0.5, 1.2)),
        "formats": _zipf(int(rng.integers(2, 5)), 1.0),
        "hours": _zipf(int(rng.integers(3, 13)), rng.uniform(0, 1)),
        "approaches": _zipf(int(rng.integers(3, 9)), rng.uniform(0, 1)),
        "bots": rng.uniform(0.01, 0.25, size=1),
        "personas": rng.uniform(0.01, 0.15, size=1),
    }


def _zipf(n: int, steepness: float) -> np.ndarray:
    weights = np.arange(1, n + 1) ** -steepness
    return weights / weights.sum()


def _posts(rng: Generator, n: int, law: dict[str, np.ndarray]) -> list[Made]:
    return [_post(rng, law) for _ in range(n)]


def _post(rng: Generator, law: dict[str, np.ndarray]) -> Made:
    size = min(len(law["hashtags"]), int(rng.integers(1, 8)))
    tags = rng.choice(len(law["hashtags"]), size=size, replace=False, p=law["hashtags"])
    choices = {"hashtags": [str(tag) for tag in tags]}
    choices |= {name: [str(rng.choice(len(law[name]), p=law[name]))] for name in ("formats", "hours", "approaches")}
    observed = 1 + int(rng.lognormal(2, 1))
    # Bots come in crowds: under most posts few, under some many.
    of_bots, of_personas = (rng.beta(2 * level, 2 * (1 - level)) for level in (law["bots"][0], law["personas"][0]))
    bots = int(rng.binomial(observed, of_bots))
    personas = int(rng.binomial(observed - bots, of_personas))
    return choices, {"bots": (bots, observed), "personas": (personas, observed)}


def chosen(posts: list[Made], name: str) -> list[list[str]]:
    """What each post chose of one kind."""
    return [choices[name] for choices, _ in posts]


def answered(posts: list[Made], name: str) -> list[tuple[int, int]]:
    """Bots or personas, and all observed, of each post."""
    return [answers[name] for _, answers in posts]


def rings(now: list[Made], before: list[Made]) -> set[str]:
    """Which checks ring in a world, as the product judges it."""
    varieties = {name: variety(chosen(now, name), chosen(before, name)) for name in CHOICES}
    audiences = {name: share(answered(now, name), answered(before, name)) for name in ("bots", "personas")}
    found = {name for name, one in varieties.items() if RINGS["variety"](one)}
    return found | {name for name, one in audiences.items() if RINGS["audience"](one)}
