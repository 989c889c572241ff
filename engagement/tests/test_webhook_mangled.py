"""Documented deliveries with one value left out, null or of another kind: an effect, or one of two errors, no crash."""

from random import Random

import pytest

from acd.tests.factories import NOW
from engagement.platforms import errors
from engagement.tests.replies import SAMPLES, sample
from engagement.tests.test_platform_mangled import ODD, mangled, places
from engagement.webhooks.reading import read
from engagement.webhooks.sources import SOURCES
from engagement.webhooks.values import Effect, UnknownEvent, as_text

PUSHED = sorted(path.stem for path in SAMPLES.glob("push_*.json"))
# Of each delivery so many, drawn with a seed.
DRAWN = 150


def told(platform, body):
    """What each event of a delivery asks for."""
    source = SOURCES[platform]
    for event in source.read(as_text(body).encode(), NOW):
        try:
            yield read(event.platform, event.body)
        except (UnknownEvent, errors.InvalidResponse) as error:
            yield error


@pytest.mark.parametrize("name", PUSHED)
def test_odd_value_anywhere_in_a_delivery_ends_in_an_effect_or_a_known_error(name):
    body, draw = sample(name).body, Random(name)
    every = [(place, odd) for place in places(body) for odd in ODD]
    platform = next(one for one in SOURCES if one in name)

    for place, odd in draw.sample(every, min(DRAWN, len(every))):
        for one in told(platform, mangled(body, place, odd)):
            assert one is None or isinstance(one, Effect | UnknownEvent | errors.InvalidResponse)
