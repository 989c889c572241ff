"""The kinds of scenes: campaigns, pods, raids, bought likes, personas, and crowds that are innocent."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engagement.sandbox import people, scene_texts, scene_words, text
from engagement.sandbox.acts import Act
from engagement.sandbox.audience import BOT, GENUINE, PERSONA
from engagement.sandbox.people import Person
from engagement.sandbox.scenes import Part, Said, Setting

HOUR = 3600.0
# How much of a campaign or pod hides behind accounts that look like anybody's, and who of a pod shows up.
AGED_RATIO, ATTENDANCE = 0.4, 0.85
RAID_SECONDS, POD_SECONDS = 120.0, 45.0
# The platform finds this share of bought likes, some days later.
PURGED_RATIO, PURGED_AFTER, PURGED_WITHIN = 0.4, 24 * HOUR, 48 * HOUR
# A crowd likes more than it writes, and most of those reached do neither.
LIKES_PER_COMMENT, SHARES_PER_COMMENT, REACHED_PER_COMMENT = 8, 0.4, 150
WRITES_TWICE = 0.06


@dataclass(frozen=True)
class Kind:
    """A kind of scene. `size` says how many are meant by default, between `least` and `most`."""

    says: str
    draw: Callable[[random.Random, Setting], list[Part]]
    size: int
    least: int
    most: int
    hours: float


def draw(kind: str, setting: Setting) -> list[Part]:
    """A part for every post."""
    rng = random.Random(f"{setting.seed}:scene:{setting.number}:{kind}:{setting.account.user_id}:{setting.posts}")
    return KINDS[kind].draw(rng, setting)


# Bots


def _campaign(rng: random.Random, setting: Setting) -> list[Part]:
    """Each account writes under one to three of the posts, in a language of its own."""
    parts, promotion = _parts(setting), scene_texts.Promotion(rng)
    for _ in range(setting.size):
        person, language = _hired(rng, setting), rng.choice(promotion.languages)
        for part in rng.sample(parts, min(len(parts), rng.choice((1, 2, 3)))):
            part.said.append(Said(rng.uniform(0, setting.hours * HOUR), person, promotion.text(language), BOT))
    return parts


def _pod(rng: random.Random, setting: Setting) -> list[Part]:
    """Whenever the pod meets, its members come within seconds of one another."""
    members, parts = [people.somebody(rng, setting.platform) for _ in range(setting.size)], _parts(setting)
    for part in parts:
        meeting = rng.uniform(0, setting.hours * HOUR)
        for member in members:
            if rng.random() < ATTENDANCE:
                _meet(rng, part, member, meeting + rng.uniform(0, POD_SECONDS))
    return parts


def _meet(rng: random.Random, part: Part, member: Person, after: float) -> None:
    part.said.append(Said(after, member, scene_texts.small_talk(rng), BOT))
    part.acts["like"].append(Act(after + rng.uniform(1, 6), BOT, member))
    part.acts["share"].append(Act(after + rng.uniform(2, 9), BOT, member))


def _raid(rng: random.Random, setting: Setting) -> list[Part]:
    """The same throw-away accounts raid every post, with words of their own."""
    raiders = [people.throw_away(rng, setting.platform, setting.at) for _ in range(setting.size)]
    parts, name = _parts(setting), setting.account.persona.name
    for part in parts:
        start = rng.uniform(0, setting.hours * HOUR)
        texts = scene_texts.scorns(rng, name, len(raiders))
        part.said += [
            Said(start + rng.uniform(0, RAID_SECONDS), raider, said, BOT)
            for raider, said in zip(raiders, texts, strict=True)
        ]
    return parts


def _bought_likes(rng: random.Random, setting: Setting) -> list[Part]:
    """Likes at once, of which the platform finds some days later."""
    parts = _parts(setting)
    for part in parts:
        part.acts["like"] = [_bought(rng, setting) for _ in range(setting.size)]
    return parts


def _bought(rng: random.Random, setting: Setting) -> Act:
    after, is_found = rng.uniform(0, setting.hours * HOUR), rng.random() < PURGED_RATIO
    gone = PURGED_AFTER + rng.uniform(0, PURGED_WITHIN) if is_found else math.inf
    person = people.throw_away(rng, setting.platform, setting.at) if setting.shows_people else None
    return Act(after, BOT, person, gone)


def _hired(rng: random.Random, setting: Setting) -> Person:
    """Made for the purpose, or bought from somebody long on the platform."""
    if rng.random() < AGED_RATIO:
        return people.somebody(rng, setting.platform)
    return people.throw_away(rng, setting.platform, setting.at)


# Personas


def _personas(rng: random.Random, setting: Setting) -> list[Part]:
    """Every other persona comments `size` times under each post; halfway through the scene all take another handle."""
    parts, end = _parts(setting), setting.hours * HOUR
    for part in parts:
        for other in setting.others:
            before = people.as_person(other)
            after = people.renamed(before, f"{other.handle[:10]}_now")
            for _ in range(setting.size):
                moment = rng.uniform(0, end)
                person = before if moment < end / 2 else after
                part.said.append(Said(moment, person, text.machine(rng, setting.account.persona.theme), PERSONA))
    return parts


# The innocent


def _viral(rng: random.Random, setting: Setting) -> list[Part]:
    """Many strangers at a pace no earlier post had, who repeat a slogan and sing."""
    parts = _parts(setting)
    for part in parts:
        slogan, song = rng.choice(scene_words.SLOGANS), rng.choice(scene_words.SONGS)
        for _ in range(setting.size):
            person, after = people.somebody(rng, setting.platform), _soon(rng, setting.hours)
            part.said.append(Said(after, person, scene_texts.viral(rng, slogan, song), GENUINE))
            if rng.random() < WRITES_TWICE:
                again = after + rng.uniform(8, 400)
                part.said.append(Said(again, person, scene_texts.viral(rng, slogan, song), GENUINE))
        _applaud(rng, part, setting)
    return parts


def _regulars(rng: random.Random, setting: Setting) -> list[Part]:
    """The same people under every post, soon after it went out, many with the words they always use."""
    fans = people.fans(setting.seed, setting.platform, setting.account.persona.slug)[: setting.size]
    usual, parts = [scene_texts.habit(rng) for _ in fans], _parts(setting)
    for part in parts:
        for fan, words in zip(fans, usual, strict=True):
            if rng.random() < ATTENDANCE:
                after = _soon(rng, setting.hours)
                said = words if rng.random() < 0.5 else text.genuine(rng, setting.account.persona.slug)
                part.said.append(Said(after, fan, said, GENUINE))
    return parts


def _giveaway(rng: random.Random, setting: Setting) -> list[Part]:
    """Comment a word to win: strangers write it, and little else."""
    parts = _parts(setting)
    for part in parts:
        word = rng.choice(scene_words.WIN_WORDS)
        for _ in range(setting.size):
            person, after = people.somebody(rng, setting.platform), _soon(rng, setting.hours)
            part.said.append(Said(after, person, scene_texts.entry(rng, word), GENUINE))
        _applaud(rng, part, setting)
    return parts


def _applaud(rng: random.Random, part: Part, setting: Setting) -> None:
    """Those who like and share, and the many who only look."""
    counts = {"like": setting.size * LIKES_PER_COMMENT, "share": round(setting.size * SHARES_PER_COMMENT)}
    for kind, count in counts.items():
        part.acts[kind] += [_genuine_act(rng, setting) for _ in range(count)]
    part.reached += setting.size * REACHED_PER_COMMENT


def _genuine_act(rng: random.Random, setting: Setting) -> Act:
    person = people.somebody(rng, setting.platform) if setting.shows_people else None
    return Act(_soon(rng, setting.hours), GENUINE, person)


def _soon(rng: random.Random, hours: float) -> float:
    """Most at the beginning, nearly all within the hours given."""
    return -hours * HOUR / 4 * math.log(1 - rng.random())


def _parts(setting: Setting) -> list[Part]:
    return [Part() for _ in range(setting.posts)]


KINDS: Mapping[str, Kind] = {
    "campaign": Kind(
        "`size` accounts promote one thing in other words, disguises and languages, under all the posts.",
        _campaign, 24, 10, 60, 8,
    ),
    "pod": Kind(
        "`size` authors meet under every post within seconds, with harmless words; on X they like and repost, too.",
        _pod, 12, 3, 60, 6,
    ),
    "raid": Kind(
        "`size` throw-away accounts come within two minutes, each with words of its own.", _raid, 30, 5, 200, 1
    ),
    "bought_likes": Kind(
        "`size` likes nobody is seen behind (on X: empty young profiles); the platform takes some back days later.",
        _bought_likes, 400, 1, 20_000, 0.5,
    ),
    "personas": Kind(
        "The other AI personas of the platform comment `size` times each, and take another handle halfway.",
        _personas, 2, 1, 20, 6,
    ),
    "viral": Kind(
        "`size` real people at a fast pace: short praise, emoji, a slogan, a song, friends' names. No bot.",
        _viral, 400, 10, 5_000, 6,
    ),
    "regulars": Kind("`size` real fans under every post, with the words they always use.", _regulars, 25, 1, 300, 3),
    "giveaway": Kind("`size` real people write one word to win something.", _giveaway, 150, 1, 5_000, 24),
}  # fmt: skip
