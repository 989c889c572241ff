"""Made-up accounts (patterns/tests/worlds.py) brought as an operator brings posts: by CSV files, and asked by the API.

Nothing is told but what an export holds. Rates are noisy beyond the world's own noise, for likes are whole numbers.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from acd.tests.clients import make_user
from gator.studio.tests.factories import make_persona
from patterns.enums import PatternKind
from patterns.tests.worlds import DAYS, Said, Told, World

PLATFORM = "instagram"
# No daylight saving: an hour of the world is an hour of every day.
ZONES = ("Asia/Tokyo", "America/Bogota", "Africa/Lagos")
MEDIA = ("image", "video", "carousel")
COUNTS = {"likes": 0.9, "comments": 0.06, "shares": 0.02, "saves": 0.02}
HEADER = ("post_id", "published_at", "hashtags", "caption", "media_kind", *COUNTS, "reach")
# Percent of reach at the usual post.
USUAL_RATE = 2.0
# How many see the usual post: enough that counts are nearly exact, or so few that chance moves forty likes.
MANY_SEE, FEW_SEE = 20_000, 2_000
# The last post is more than a week old, so that no number is young any more.
AGE = timedelta(days=8)
# Days back that are asked about: every post of the world.
BACK = DAYS + 14
# The question, where its items stand in the answer, and of which kind they are.
QUESTIONS = (
    ("hashtags", "hashtags", PatternKind.HASHTAG),
    ("posting-times", "hours", PatternKind.POSTING_HOUR),
    ("posting-times", "weekdays", PatternKind.POSTING_WEEKDAY),
    ("formats", "formats", PatternKind.MEDIA_KIND),
    ("caption-lengths", "caption_lengths", PatternKind.CAPTION_LENGTH),
)
PASSWORD = "open sesame"


def bring(world: World, folder: Path, rng: np.random.Generator, *, reach: int = MANY_SEE) -> None:
    """Write a file for each persona of the world, and import it by the command."""
    rows = _rows(world, rng, reach)
    for number in np.unique(world.facts.persona):
        zone, name = ZONES[number % len(ZONES)], f"persona-{number}"
        make_persona(name=name, slug=name, timezone=zone)
        file = folder / f"{name}.csv"
        _write(file, [rows[at] for at in np.flatnonzero(world.facts.persona == number)])
        _command("import_posts", str(file), persona=name, platform=PLATFORM, timezone=zone, account=f"user-{number}")


def learn() -> None:
    """Extract patterns of all the posts by the command. No answer of the API rests on that."""
    _command("extract_patterns", days=BACK)


def _command(name: str, *words: str, **options: Any) -> None:
    call_command(name, *words, **options, stdout=StringIO(), stderr=StringIO())


def _write(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, HEADER)
        table.writeheader()
        table.writerows(rows)


def _rows(world: World, rng: np.random.Generator, usual_reach: int) -> list[dict[str, Any]]:
    """What an export would say of each post, at the hour of its persona's own zone."""
    facts, n = world.facts, len(world.facts.day)
    reach = np.exp(rng.normal(np.log(usual_reach), 0.5, n)).astype(int)
    expected = USUAL_RATE / 100 * reach * np.exp(world.window.values)
    counts = {name: rng.poisson(share * expected) for name, share in COUNTS.items()}
    moments = _moments(world)
    return [
        {
            "post_id": str(at + 1),
            "published_at": moments[at].isoformat(),
            "hashtags": " ".join(f"tag{tag}" for tag in np.flatnonzero(world.uses[at])),
            "caption": "a" * facts.letters[at],
            "media_kind": MEDIA[facts.media[at]],
            "reach": reach[at],
        }
        | {name: count[at] for name, count in counts.items()}
        for at in range(n)
    ]


def _moments(world: World) -> list[datetime]:
    """When each post went out, by its persona's clock: within its week it moves to the weekday it was drawn for."""
    facts, first = world.facts, (timezone.now() - AGE - timedelta(days=DAYS)).date()
    days = facts.day // 7 * 7 + (facts.weekday - first.weekday()) % 7
    clocks = [time(hour, at % 60) for at, hour in enumerate(facts.hour)]
    return [datetime.combine(first + timedelta(days=day), at) for day, at in zip(days, clocks, strict=True)]


def caller(host: str = "testserver") -> APIClient:
    """Somebody who may see patterns, logged in by name and password, with the token that came of it."""
    make_user("patterns.view_pattern", username="operator", password=PASSWORD)
    client = APIClient(SERVER_NAME=host)
    given = {"username": "operator", "password": PASSWORD}
    token = client.post("/api/v1/auth/login/", given, format="json").json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def asked(client: APIClient, question: str, **parameters: str) -> Mapping[str, Any]:
    """The answer to a question about all personas of the platform, or about one."""
    answer = client.get(f"/api/v1/insights/{question}/", {"platform": PLATFORM, "days": str(BACK)} | parameters)
    if answer.status_code != 200:
        raise AssertionError(f"{question} was answered with {answer.status_code}: {answer.content!r}")
    told: Mapping[str, Any] = answer.json()
    return told


def told_by(client: APIClient) -> Told:
    """What the API says of every tested item of the platform, by the names that the world has for it."""
    questions = dict.fromkeys(question for question, _, _ in QUESTIONS)
    answers = {question: asked(client, question) for question in questions}
    return {kind: _tested(kind, answers[question][items]) for question, items, kind in QUESTIONS}


def _tested(kind: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Said]:
    return {_named(kind, one["subject"]): _said(one) for one in items if one["effect"] is not None}


def _named(kind: str, subject: str) -> str:
    return str(MEDIA.index(subject)) if kind == PatternKind.MEDIA_KIND else subject.removeprefix("tag")


def _said(one: Mapping[str, Any]) -> Said:
    ends = ("effect_low", "effect_high", "shrunk_low", "shrunk_high")
    return Said.of_percent(one["claim"], *(one[name] for name in ends))
