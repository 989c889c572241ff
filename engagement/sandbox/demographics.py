"""Who follows an Instagram account and who engages with it, by age and gender, country or city.

Drawn from the seed; only the top 45 values are told, and from 100 people on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import product

from engagement.sandbox import graph
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json

METRICS = ("follower_demographics", "engaged_audience_demographics")
TIMEFRAMES = {"this_week": 7, "this_month": 30}
FEWEST, MOST_VALUES = 100, 45
TOLD_RATIO = 0.93  # sums stay below the number of followers

AGES, GENDERS = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"), ("F", "M", "U")
_CODES = "US GB DE FR ES PT IT NL BE IE IN BR MX CA AU NZ JP KR SE NO DK FI PL CZ AT "
_CODES += "CH GR TR ZA NG KE EG MA AE SA IL ID PH TH VN MY SG AR CL CO PE UY RO HU HR"
COUNTRIES = tuple(_CODES.split())
CITIES = tuple(
    f"City {number}, Region {number % 9}" if number > 12 else name
    for number, name in enumerate(
        (
            "Lisbon, Lisboa",
            "Porto, Porto",
            "London, England",
            "New York, New York",
            "Mumbai, Maharashtra",
            "Berlin, Berlin",
            "Paris, Île-de-France",
            "Madrid, Comunidad de Madrid",
            "São Paulo, São Paulo",
            "Toronto, Ontario",
            "Sydney, New South Wales",
            "Delhi, Delhi",
            "Bengaluru, Karnataka",
            *[""] * 40,
        )
    )
)
BREAKDOWNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "age": tuple((age,) for age in AGES),
    "gender": tuple((gender,) for gender in GENDERS),
    "age,gender": tuple(product(AGES, GENDERS)),
    "country": tuple((country,) for country in COUNTRIES),
    "city": tuple((city,) for city in CITIES),
}


def answer(call: Call, wanted: Sequence[str]) -> Json:
    breakdown = str(call.params.get("breakdown", "")).replace(" ", "")
    if breakdown not in BREAKDOWNS:
        raise graph.refuse(f"(#100) breakdown must be one of: {'; '.join(BREAKDOWNS)}", 100)
    if call.params.get("metric_type") != "total_value" or call.params.get("period") != "lifetime":
        raise graph.refuse("(#100) Demographics need period=lifetime and metric_type=total_value", 100)
    timeframe = str(call.params.get("timeframe", "this_month"))
    if timeframe not in TIMEFRAMES:
        raise graph.refuse(f"(#100) timeframe must be one of: {', '.join(TIMEFRAMES)}", 100)
    unknown = next((name for name in wanted if name not in METRICS), None)
    if unknown is not None:
        raise graph.refuse(f"(#100) Incompatible metrics ({unknown})", 100)
    entries = [_entry(call, name, breakdown, TIMEFRAMES[timeframe]) for name in wanted]
    return {"data": [entry for entry in entries if entry]}


def _entry(call: Call, name: str, breakdown: str, days: int) -> Json:
    """Empty below the smallest audience."""
    people = call.world.followers_of(call.account) if name == METRICS[0] else _engaged(call, days)
    if people < FEWEST:
        return {}
    results = [{"dimension_values": list(one), "value": value} for one, value in _shared_out(call, breakdown, people)]
    keys = breakdown.split(",")
    return {
        "name": name,
        "period": "lifetime",
        "title": name.replace("_", " ").capitalize(),
        "description": "The demographic characteristics of the audience.",
        "total_value": {"breakdowns": [{"dimension_keys": keys, "results": results}]},
        "id": f"{call.account.user_id}/insights/{name}/lifetime",
    }


def _shared_out(call: Call, breakdown: str, people: int) -> list[tuple[tuple[str, ...], int]]:
    rng = random.Random(f"{call.world.seed}:demographics:{call.account.user_id}:{breakdown}")
    weights = {one: rng.lognormvariate(0.0, 1.0) for one in BREAKDOWNS[breakdown]}
    scale = people * TOLD_RATIO / sum(weights.values())
    counts = sorted(((one, int(weight * scale)) for one, weight in weights.items()), key=lambda pair: -pair[1])
    return [(one, count) for one, count in counts if count][:MOST_VALUES]


def _engaged(call: Call, days: int) -> int:
    world, start = call.world, call.world.time() - timedelta(days=days)
    kinds = ("like", "share", "save")
    return sum(
        post.life.count(kind, post.age(world.time())) - post.life.count(kind, post.age(start))
        for post in world.posts_of(call.account)
        for kind in kinds
    )
