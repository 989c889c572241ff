"""Windows of posts whose true hours are known, drawn from a seed: for the tests and for benchmarks/hours.py.

Hours are used unevenly, as people do; hashtags and formats go with hours, and some of them have effects of their own.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from engagement.enums import Basis
from engagement.local_time import local_time
from patterns.adjustment import Key
from patterns.enums import PatternKind
from patterns.windows import COLUMNS, Post, Rows

DAYS, TAGS = 90, 60
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# Both zones change to or from daylight saving within the 90 days that follow.
SPRING, AUTUMN = date(2026, 2, 1), date(2026, 9, 20)
# The least share of its posts that a persona puts into the hours of a planted block.
LEAST_SHARE = 0.08


@dataclass(frozen=True)
class Days:
    """A window, and the hours in which its posts truly gain."""

    rows: Rows
    block: frozenset[int]


def some_days(
    rng: np.random.Generator,
    posts: int,
    *,
    personas: int = 1,
    gain: float = 0.0,
    sd: float = 0.5,
    zone: ZoneInfo = BERLIN,
    start: date = SPRING,
) -> Days:
    """A window with a gain (0.3 is 30 percent) in 3 or 4 hours; `sd` is the noise of the log rate."""
    use = np.array([_use_of_hours(rng) for _ in range(personas)])
    block = _block(rng, use.mean(axis=0))
    liking = rng.gamma(0.5, 1.0, (24, TAGS)) / np.arange(1, TAGS + 1)
    worth = np.where(rng.random(TAGS) < 0.05, rng.normal(0, 0.3, TAGS), 0.0)
    level = rng.normal(1.0, 0.3, personas)
    drawn, tags = list[Post](), defaultdict[Key, list[int]](list)
    for place, day in enumerate(np.sort(rng.uniform(0, DAYS, posts))):
        persona = int(rng.integers(personas))
        hour = int(rng.choice(24, p=use[persona]))
        at = time(hour, int(rng.integers(60)), tzinfo=zone)
        moment = datetime.combine(start + timedelta(days=int(day)), at).astimezone(UTC)
        local = local_time(zone, moment)
        gains = local["local_hour"] in block
        video = rng.random() < (0.6 if gains else 0.4)
        weights = liking[local["local_hour"]] / liking[local["local_hour"]].sum()
        chosen = rng.choice(TAGS, rng.integers(3, 7), replace=False, p=weights)
        value = level[persona] + gains * np.log1p(gain) + 0.2 * video + 0.1 * (local["local_weekday"] > 4)
        value += worth[chosen].sum() + rng.normal(0, sd)
        for tag in chosen:
            tags[PatternKind.HASHTAG, f"tag{tag}"].append(place)
        drawn.append(_post(place, float(np.exp(value)), moment, persona, local, "video" if video else "image"))
    drawn.sort(key=lambda post: post.pk)
    for place, post in enumerate(drawn):
        for kind, name in COLUMNS.items():
            if (subject := getattr(post, name)) not in (None, ""):
                tags[kind, str(subject)].append(place)
    return Days(Rows(drawn, tags), block)


def _post(pk: int, rate: float, moment: datetime, persona: int, local: dict[str, int], media_kind: str) -> Post:
    blank = dict.fromkeys(Post._fields)
    known = {
        "pk": pk,
        "basis": Basis.REACH,
        "value": rate,
        "rate_low": 0.9 * rate,
        "rate_high": 1.1 * rate,
        "published_at": moment,
        "last_synced_at": moment + timedelta(days=30),
        "account": persona,
        "media_kind": media_kind,
    }
    return Post(**blank | known | local)  # type: ignore[arg-type]


def _use_of_hours(rng: np.random.Generator) -> np.ndarray:
    hours = np.arange(24)
    usual = 0.7 * np.exp(-(((hours - 12.5) / 3) ** 2) / 2) + np.exp(-(((hours - 19) / 2.2) ** 2) / 2) + 0.05
    weights = usual * rng.gamma(2.0, 0.5, 24) * np.where(hours < 6, 0.1, 1.0)
    return np.asarray(weights / weights.sum())


def _block(rng: np.random.Generator, use: np.ndarray) -> frozenset[int]:
    length = int(rng.integers(3, 5))
    blocks = [frozenset((first + step) % 24 for step in range(length)) for first in range(24)]
    used = [block for block in blocks if use[list(block)].sum() >= LEAST_SHARE]
    return used[int(rng.integers(len(used)))]
