"""What guidance gained as lines of text, and why posts took no part in words. Pure."""

from collections.abc import Iterator

from patterns.experiment import Part, Uplift

LEFT_OUT = {
    "provisional": "too young to be settled",
    "unfiltered": "unfiltered",
    "unmeasured": "without a rate",
    "repeated": "of a content that already counts",
    "alone_on_their_basis": "without any of the other arm on their basis",
    "unpublished_guided": "guided that never went out, or not yet",
    "unpublished_control": "controls that never went out, or not yet",
}


def left_out(part: Part) -> list[str]:
    """How many posts took no part, each reason in words; nothing of reasons that did not occur."""
    return [f"{part.left_out[why]:,} {words}" for why, words in LEFT_OUT.items() if part.left_out.get(why)]


def lines(found: Uplift) -> Iterator[str]:
    """Both comparisons: the design, what it says of all and of each persona, and what was left out."""
    yield f"{found.persona or 'All personas'}, {found.start:%Y-%m-%d} to {found.end:%Y-%m-%d}."
    for part in (found.randomised, found.observational):
        yield f"{part.design.capitalize()}: {part.overall.says}"
        yield from [part.warning] if part.warning else []
        yield from (f"  {gain.persona}: {gain.says}" for gain in part.personas)
        yield from [f"  Left out: {', '.join(left)}."] if (left := left_out(part)) else []
