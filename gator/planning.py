"""When the next post should go out: mostly at hours that work, sometimes at others, which keep being tried. Pure."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gator.studio.guidance import Guidance

# Local hours at which people are on social platforms; the plan tries them until something better is known.
USUAL_HOURS = (8, 12, 18, 21)
# Posting at the best hours alone would starve the others of evidence.
EXPLORE_SHARE = 0.3


def next_slot(zone: ZoneInfo, guidance: Guidance, now: datetime, rng: Random) -> datetime:
    """A full hour of the persona's own day, within a day after `now` (25 hours when the clocks go back)."""
    hour = rng.choice(hours_to_try(guidance, explore=rng.random() < EXPLORE_SHARE))
    local = now.astimezone(zone)
    slot = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if slot <= local:
        # A day later on the wall clock, so that a change of clocks keeps the hour.
        slot = (slot.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return slot.astimezone(now.tzinfo)


def hours_to_try(guidance: Guidance, *, explore: bool) -> tuple[int, ...]:
    """The hours that work, or the usual ones without those to avoid."""
    if guidance.hours and not explore:
        return guidance.hours
    return tuple(hour for hour in USUAL_HOURS if hour not in guidance.avoid_hours) or USUAL_HOURS
