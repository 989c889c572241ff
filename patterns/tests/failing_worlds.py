"""Made-up runs of which the truth is known: groups that all fail alike, one that fails more, and hard phases."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from patterns.failures import FailureRate, Strata, Tally, failure_rates

LEAST, FALSE_DISCOVERY_RATE = 5, 0.1
RATE = 0.1


def null_worlds(seed: int, n: int) -> Iterator[dict[str, Strata]]:
    """Worlds in which everybody fails alike: 5 to 40 groups of 2 to 200 runs in one to four phases of their own rates.

    Sizes are spread over the powers of ten, as in real use: a few large groups, many small ones.
    """
    rng = np.random.default_rng([seed, 1])
    for _ in range(n):
        phases = rng.uniform(0.02, 0.4, size=rng.integers(1, 5))
        sizes = np.exp(rng.uniform(np.log(2), np.log(200), size=rng.integers(5, 41))).astype(int)
        yield {f"group-{at}": _runs(rng, size, phases) for at, size in enumerate(sizes)}


def one_bad(seed: int, n: int, *, size: int, times: float = 3.0, groups: int = 12) -> Iterator[dict[str, Strata]]:
    """Worlds with a group "bad" that fails `times` as often as the others; all have `size` runs in two phases."""
    rng = np.random.default_rng([seed, 2])
    for _ in range(n):
        phases = np.array([RATE, RATE / 2])
        world = {f"group-{at}": _runs(rng, size, phases) for at in range(groups - 1)}
        yield world | {"bad": _runs(rng, size, times * phases)}


def hard_phase(seed: int, n: int) -> Iterator[dict[str, Strata]]:
    """Worlds with a phase that fails six times as often, in which "innocent" works most, and "bad" hardly ever.

    All else equal "bad" fails twice as often as everybody else, "innocent" just like them.
    """
    rng = np.random.default_rng([seed, 3])
    models = {"innocent": (1.0, 0.9), "bad": (2.0, 0.05)} | {f"usual-{at}": (1.0, 0.2) for at in range(4)}
    for _ in range(n):
        world: dict[str, Strata] = {}
        for name, (times, share) in models.items():
            in_hard = int(rng.binomial(200, share))
            cells = ((("EASY",), 200 - in_hard, 0.06), (("HARD",), in_hard, 0.36))
            world[name] = {at: Tally(runs, int(rng.binomial(runs, times * rate))) for at, runs, rate in cells}
        yield world


def differing(seed: int, n: int) -> Iterator[tuple[dict[str, Strata], dict[str, float]]]:
    """Worlds of groups that differ, much or hardly, with the truth: how often each fails."""
    rng = np.random.default_rng([seed, 4])
    for _ in range(n):
        firmness = float(np.exp(rng.uniform(np.log(5), np.log(500))))
        sizes = np.exp(rng.uniform(np.log(2), np.log(200), size=rng.integers(5, 41))).astype(int)
        truths = rng.beta(firmness * RATE, firmness * (1 - RATE), size=len(sizes))
        rows = zip(sizes, truths, strict=True)
        world = {f"group-{at}": phase(int(size), int(rng.binomial(size, true))) for at, (size, true) in enumerate(rows)}
        yield world, dict(zip(world, truths.tolist(), strict=True))


def _runs(rng: Generator, size: int, phases: np.ndarray) -> Strata:
    counts = rng.multinomial(size, rng.dirichlet(np.ones(len(phases))))
    rows = enumerate(zip(counts, phases, strict=True))
    return {(f"PHASE_{at}",): Tally(int(runs), int(rng.binomial(runs, rate))) for at, (runs, rate) in rows if runs}


def phase(n: int, failures: int, name: str = "A") -> Strata:
    """The runs of a group that works in one phase."""
    return {(name,): Tally(n, failures)}


def totals(world: dict[str, Strata]) -> Strata:
    """All runs by phase."""
    found: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for strata in world.values():
        for stratum, tally in strata.items():
            found[stratum] += tally
    return found


def rates(world: dict[str, Strata]) -> list[FailureRate]:
    """Every group of a world, as the product judges it."""
    return failure_rates(world, totals(world), least=LEAST)


def claims(world: dict[str, Strata]) -> list[str]:
    """The groups of which the product says that they fail more."""
    return [one.subject for one in rates(world) if one.q is not None and one.q <= FALSE_DISCOVERY_RATE]


def highest(world: dict[str, Strata]) -> str:
    """The group that a ranking by plain shares puts first."""
    plain = {name: sum(strata.values(), Tally()) for name, strata in world.items()}
    return max(plain, key=lambda name: plain[name].failures / plain[name].n)
