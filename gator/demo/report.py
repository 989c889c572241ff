"""The demo's account as text for people: one paragraph a station, numbers with what they rest on."""

from typing import Any

from acd.console import ConsoleCommand


def tell(out: ConsoleCommand, result: dict[str, Any]) -> None:
    """Print the account, station by station, in the order of the loop."""
    for station in (_generate, _publish, _sync, _filter, _grade, _extract, _inform, _trouble, _uncertain, _lineage):
        name = station.__name__.strip("_")
        out.say(f"\n{name.upper()}")
        for line in station(result[name]):
            out.say(f"  {line}")
    out.say(f"\nThat took {result['seconds']} s. Look at it: make serve, then open the address it prints.")


def listed(counted: dict[Any, int]) -> str:
    """Counts as words: 12 ready, 3 failed."""
    return ", ".join(f"{n} {name or 'without'}" for name, n in counted.items()) or "none"


def percent(share: dict[str, Any]) -> str:
    """A share with interval and n, in percent."""
    if share["share"] is None:
        return "unknown (nothing to judge by)"
    low, high = 100 * share["low"], 100 * share["high"]
    return f"{100 * share['share']:.1f} % (95 % interval {low:.1f} to {high:.1f}, n = {share['n']})"


def _generate(facts: dict[str, Any]) -> list[str]:
    return [
        f"{facts['runs']} tracked runs; contents: {listed(facts['contents'])}.",
        f"{facts['without_guidance']} contents were made without guidance; "
        f"for {facts['control']} of them there was some, which chance withheld.",
        f"{facts['traces']} failures left a trace, such as: {facts['example_failure'] or 'none'}",
    ]


def _publish(facts: dict[str, Any]) -> list[str]:
    return [f"Live by platform: {listed(facts['by_platform'])}.", f"All posts: {listed(facts['by_status'])}."]


def _sync(facts: dict[str, Any]) -> list[str]:
    return [
        f"{facts['snapshots']} snapshots and {facts['interactions']} visible interactions, read over HTTP.",
        f"Last sync of the posts: {listed(facts['by_state'])}.",
    ]


def _filter(facts: dict[str, Any]) -> list[str]:
    return [
        f"Verdicts: {listed(facts['verdicts'])}.",
        f"By the sandbox's truth: precision {percent(facts['precision'])}; recall {percent(facts['recall'])}.",
        f"The true genuine engagement lies in the interval for {percent(facts['estimates'])}.",
        f"On {facts['unobserved_posts']} posts nobody can be seen: their genuine part is estimated, and widely.",
    ]


def _grade(facts: dict[str, Any]) -> list[str]:
    return [
        f"Posts: {listed(facts['grades'])}.",
        f"Runs: {listed(facts['validation'])}; confidence: {listed(facts['confidence'])}.",
        f"People rated: {listed(facts['ratings'])}.",
    ]


def _extract(facts: dict[str, Any]) -> list[str]:
    marks = {True: "true in the sandbox", False: "NOT true in the sandbox", None: "the sandbox cannot say"}
    lines = [f"{p['persona']}, {p['advice']}: {p['strategy']} [{marks[p['true']]}]" for p in facts["patterns"]]
    return (lines or ["Nothing passed the test yet."]) + [f"Failure: {sentence}" for sentence in facts["failures"]]


def _inform(facts: dict[str, Any]) -> list[str]:
    advice = "; ".join(
        f"{name.replace('_', ' ')} {', '.join(map(str, value))}" for name, value in facts["next"].items()
    )
    start = f"{facts['patterns_used']} patterns: {advice}" if advice else "nothing that is certain yet"
    return [
        f"{facts['contents_that_used_patterns']} contents were generated from learned patterns.",
        f"The next for {facts['next_for']} starts from {start}.",
        f"What that gained, {facts['uplift']['design']}: {facts['uplift']['says']}",
    ]


def _trouble(facts: dict[str, Any]) -> list[str]:
    lines = [f"{account}: {why}" for account, why in facts["accounts"].items()]
    lines += facts["deleted_posts"]
    lines.append(
        f"{facts['failed_runs']} failed runs, {facts['weak_posts']} weak posts, "
        f"{facts['bot_ridden_posts']} bot-ridden posts, {facts['waiting_posts']} posts that wait."
    )
    return lines


def _uncertain(facts: dict[str, Any]) -> list[str]:
    return [
        f"{facts['tested_and_not_claimed']} hashtags, hours and weekdays were tested and show nothing that is certain.",
        f"{facts['too_few_posts_to_test']} have too few posts to be tested at all.",
        f"{facts['posts_still_provisional']} posts are too young: platforms report up to 48 h late.",
        *facts["more_posts_needed"],
    ]


def _lineage(facts: dict[str, Any]) -> list[str]:
    if not facts:
        return ["No pattern to follow yet."]
    rests = facts["rests_on"]
    return [
        f"Back: {facts['pattern']}",
        f"  rests on {rests['posts']} posts, made from {facts['contents']} contents in {rests['contexts']} contexts,",
        f"  one of which says: {facts['example_context']}",
        f"Forward: it informed {facts['informed']} contents. All of it is linked at {facts['page']}",
    ]
