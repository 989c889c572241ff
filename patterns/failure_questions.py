"""The questions asked of failed and rejected runs: which kinds there are, and which groups fail more than the others.

Every question takes runs, of one persona or of all, and costs a fixed number of queries.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.conf import settings

from engagement.intervals import known, wilson
from patterns.enums import FailureGroup, Signal
from patterns.failure_answers import FailingGroup, FailurePattern
from patterns.failures import FailureRate, Strata, Tally, failure_rates
from patterns.querysets import GenerationOutcomeQuerySet
from patterns.remedies import group_remedy, remedy

EXAMPLES = 5
# Prompts are mostly written for one run; every other group has few names.
LEAST_RUNS = {FailureGroup.PROMPT: settings.PATTERN_MIN_POSTS}
# A phase and a kind of failure, and the newest runs that failed so: their ids and what they said.
Kind = tuple[str, str]
Examples = dict[Kind, list[tuple[Any, str]]]


def failure_kinds(runs: GenerationOutcomeQuerySet) -> list[FailurePattern]:
    """Kinds of failure among these runs and how often they occur in their phase, the most frequent first."""
    totals, examples = _totals(runs), newest_examples(runs)
    return [
        _pattern(row["phase"], row["failure"], Tally(totals[row["phase"]], row["n"]), examples)
        for row in runs.per_failure()
    ]


def _totals(runs: GenerationOutcomeQuerySet) -> dict[str, int]:
    return {row["phase"]: row["n"] for row in runs.per_phase()}


def newest_examples(runs: GenerationOutcomeQuerySet) -> Examples:
    """The newest runs of each kind of failure. One query."""
    found: Examples = defaultdict(list)
    newest = runs.with_failure().newest_of_each("phase", "failure", number=EXAMPLES)
    for phase, failure, pk, message in newest.values_list("phase", "failure", "pk", "error_message"):
        found[phase, failure].append((pk, message))
    return found


def failed_runs(runs: GenerationOutcomeQuerySet) -> list[tuple[FailurePattern, dict[Any, datetime]]]:
    """The same kinds without examples, each with the ids of its runs and when they were made. At most two queries."""
    found: dict[Kind, dict[Any, datetime]] = defaultdict(dict)
    failed = runs.with_failure().order_by("created_at", "pk")
    for phase, failure, pk, moment in failed.values_list("phase", "failure", "pk", "created_at"):
        found[phase, failure][pk] = moment
    totals = _totals(runs) if found else {}
    told = [(_pattern(*kind, Tally(totals[kind[0]], len(own)), {}), own) for kind, own in found.items()]
    return sorted(told, key=lambda one: (-one[0].n, one[0].phase, one[0].failure))


def _pattern(phase: str, failure: str, tally: Tally, examples: Examples) -> FailurePattern:
    around = known(wilson(tally.failures, tally.n))
    newest = examples.get((phase, failure), [])
    return FailurePattern(
        failure=failure,
        phase=phase,
        n=tally.failures,
        runs=tally.n,
        share=tally.failures / tally.n,
        share_low=around.low,
        share_high=around.high,
        contexts=tuple(str(pk) for pk, _ in newest),
        # A run that came between two queries has no example.
        message=newest[0][1] if newest else "",
        advice=remedy(failure),
    )


def failing_groups(runs: GenerationOutcomeQuerySet, kind: str) -> list[FailingGroup]:
    """Every group of a kind (a `FailureGroup`), tested for failing more than the others; claims first."""
    groups: dict[str, dict[tuple[str, ...], Tally]] = defaultdict(dict)
    for subject, *stratum, n, failures in runs.per_group(kind, least=LEAST_RUNS.get(FailureGroup(kind), 1)):
        groups[subject][tuple(stratum)] = Tally(n, failures)
    totals: Strata = {tuple(stratum): Tally(n, failures) for *stratum, n, failures in runs.per_stratum(kind)}
    rates = failure_rates(groups, totals, least=settings.PATTERN_MIN_POSTS)
    rates.sort(key=_is_claimed, reverse=True)
    claimed = [rate.subject for rate in rates if _is_claimed(rate)]
    examples = _group_examples(runs, kind, claimed)
    return [_group(kind, rate, examples[rate.subject]) for rate in rates]


def _is_claimed(rate: FailureRate) -> bool:
    return rate.q is not None and rate.q <= settings.FALSE_DISCOVERY_RATE


def _group_examples(runs: GenerationOutcomeQuerySet, kind: str, subjects: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    failed = runs.unsuccessful().with_group(kind).filter(subject__in=subjects)
    for subject, pk in failed.newest_of_each("subject", number=EXAMPLES).values_list("subject", "pk"):
        found[subject].append(str(pk))
    return found


def _group(kind: str, rate: FailureRate, contexts: list[str]) -> FailingGroup:
    claimed, tested = _is_claimed(rate), rate.q is not None
    return FailingGroup(
        **vars(rate),
        kind=kind,
        signal=(Signal.OK if claimed else Signal.THIN) if tested else Signal.NONE,
        claim="more" if claimed else "",
        contexts=tuple(contexts),
        advice=group_remedy(kind, claimed=claimed, tested=tested),
    )
