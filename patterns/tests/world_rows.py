"""Worlds as the posts that a window reads, for whatever is asked of more than hashtags: hours as a cycle, say."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np

from engagement.enums import Basis
from patterns.adjustment import Key
from patterns.effects import Effect, study_of
from patterns.enums import PatternKind
from patterns.querysets import caption_length
from patterns.tests.worlds import Said, Told, World
from patterns.windows import COLUMNS, Post, Rows

START = datetime(2026, 3, 2, tzinfo=UTC)


def told_as_answered(world: World) -> Told:
    """What the answers would say of the world's posts: hours and weekdays as cycles, everything else as a family."""
    told: Told = defaultdict(dict)
    for one in study_of(rows_of_world(world)).effects:
        if one.effect is not None:
            told[one.kind][one.subject] = _said(one)
    return dict(told)


def rows_of_world(world: World) -> Rows:
    """The posts of a world, each with its rate known to a tenth."""
    posts = [_post(world, at) for at in range(len(world.window.values))]
    places: dict[Key, list[int]] = defaultdict(list)
    for at, tag in zip(*np.nonzero(world.uses), strict=True):
        places[PatternKind.HASHTAG, str(tag)].append(int(at))
    for at, post in enumerate(posts):
        for kind, name in COLUMNS.items():
            if (subject := getattr(post, name)) is not None:
                places[kind, str(subject)].append(at)
    return Rows(posts, places)


def _post(world: World, at: int) -> Post:
    facts, rate = world.facts, float(np.exp(world.window.values[at]))
    moment = START + timedelta(days=float(facts.day[at]))
    known = {
        "pk": at,
        "basis": Basis.REACH,
        "value": rate,
        "rate_low": 0.9 * rate,
        "rate_high": 1.1 * rate,
        "published_at": moment,
        "last_synced_at": moment + timedelta(days=30),
        "account": int(facts.persona[at]),
        "local_hour": int(facts.hour[at]),
        "local_weekday": int(facts.weekday[at]),
        "media_kind": str(facts.media[at]),
        "content__approach": str(facts.approach[at]),
        "caption_length": caption_length("a" * facts.letters[at]),
    }
    return Post(**dict.fromkeys(Post._fields) | known)  # type: ignore[arg-type]


def _said(one: Effect) -> Said:
    ends = (one.effect_low, one.effect_high, one.shrunk_low, one.shrunk_high)
    return Said.of_percent(one.claim, *(end or 0.0 for end in ends))
