"""Who is out there: recurring fans of each persona and throw-away bots.

People are drawn from the seed and keep their ids from post to post. What they write is in `text.py`,
when they act in `audience.py`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from engagement.sandbox import vocabulary
from engagement.sandbox.accounts import Account

FANS_PER_PERSONA = 320
BOTS_PER_FORTNIGHT = 40
FORTNIGHT = timedelta(days=14)

# Fans joined between these days; the end lies before any plausible clock of the sandbox.
_FANS_SINCE = datetime(2010, 1, 1, tzinfo=UTC)
_FANS_UNTIL = datetime(2023, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """One account of a stranger; only X shows more than id and name."""

    user_id: str
    handle: str
    name: str
    created_at: datetime
    followers: int
    following: int
    posts: int
    bio: str
    has_picture: bool
    throw_away: bool = False
    first_handle: str = ""  # the one before a rename, empty if there was none

    @property
    def verified(self) -> bool:
        return not self.throw_away and int(self.user_id) % 17 == 0

    @property
    def suspended(self) -> bool:
        """A few of the throw-away accounts are found out; what they wrote stays readable."""
        return self.throw_away and int(self.user_id) % 9 == 0


@lru_cache(maxsize=64)
def fans(seed: int, platform: str, persona: str) -> tuple[Person, ...]:
    rng = random.Random(f"{seed}:fans:{platform}:{persona}")
    return tuple(_fan(rng, platform) for _ in range(FANS_PER_PERSONA))


@lru_cache(maxsize=256)
def bots(seed: int, platform: str, fortnight: int) -> tuple[Person, ...]:
    """The throw-away accounts in use during one fortnight since 1970, on all pages of a platform."""
    rng = random.Random(f"{seed}:bots:{platform}:{fortnight}")
    start = datetime.fromtimestamp(fortnight * FORTNIGHT.total_seconds(), UTC)
    return tuple(_bot(rng, platform, start) for _ in range(BOTS_PER_FORTNIGHT))


def stranger(seed: int, platform: str, handle: str) -> Person:
    """Somebody by the handle given, with a fan's profile; equal handles are the same person."""
    fan = _fan(random.Random(f"{seed}:stranger:{platform}:{handle}"), platform)
    return replace(fan, handle=handle, name=handle.replace("_", " ").replace(".", " ").title())


def somebody(rng: random.Random, platform: str) -> Person:
    """A real person nobody has met before."""
    return _fan(rng, platform)


def throw_away(rng: random.Random, platform: str, at: datetime) -> Person:
    """An account made some days before `at`, with an empty profile and a name that says nothing."""
    created = at - timedelta(days=rng.uniform(0.5, 20))
    name = rng.choice(vocabulary.FIRST_NAMES)
    return Person(
        _user_id(rng, platform, created),
        f"{name.lower()}{rng.choice(('', '_', rng.choice(vocabulary.LAST_NAMES).lower()))}{rng.randrange(1000, 10**7)}",
        name,
        created,
        rng.randrange(0, 12),
        rng.randrange(0, 900),
        rng.randrange(0, 15),
        "",
        rng.random() < 0.25,
        throw_away=True,
    )


def renamed(person: Person, handle: str) -> Person:
    """The same person under another handle."""
    return replace(person, handle=handle, first_handle=person.first_handle or person.handle)


def fortnight_of(moment: datetime) -> int:
    return int(moment.timestamp() // FORTNIGHT.total_seconds())


def as_person(account: Account) -> Person:
    """One of our own accounts seen as a commenter: its id is the one its owner knows."""
    created = datetime(2024, 3, 1, 9, tzinfo=UTC)
    return Person(
        account.user_id,
        account.handle,
        account.name,
        created,
        account.followers,
        210,
        480,
        f"{account.persona.theme}, every day",
        True,
    )


def _fan(rng: random.Random, platform: str) -> Person:
    first, last = rng.choice(vocabulary.FIRST_NAMES), rng.choice(vocabulary.LAST_NAMES)
    age = (_FANS_UNTIL - _FANS_SINCE) * rng.random()
    followers = int(rng.lognormvariate(5.2, 1.1))
    # Handles with digits and empty profiles are common among real people too.
    return Person(
        _user_id(rng, platform, _FANS_SINCE + age),
        _handle(rng, first, last),
        f"{first} {last}",
        _FANS_SINCE + age,
        followers,
        int(rng.lognormvariate(5.4, 0.8)),
        int(rng.lognormvariate(6.0, 1.3)),
        rng.choice(vocabulary.BIOS) if rng.random() < 0.75 else "",
        rng.random() < 0.94,
    )


def _bot(rng: random.Random, platform: str, start: datetime) -> Person:
    first = rng.choice(vocabulary.FIRST_NAMES)
    created = start - timedelta(days=rng.uniform(1, 30))
    handle = f"{first.lower()}{rng.choice(vocabulary.BOT_WORDS)}{rng.randrange(100, 99999)}"
    return Person(
        _user_id(rng, platform, created),
        handle,
        f"{first} {rng.choice(vocabulary.BOT_WORDS).title()}",
        created,
        rng.randrange(0, 25),
        rng.randrange(400, 4000),
        rng.randrange(0, 60),
        rng.choice(vocabulary.BOT_BIOS) if rng.random() < 0.4 else "",
        rng.random() < 0.5,
        throw_away=True,
    )


def _handle(rng: random.Random, first: str, last: str) -> str:
    joined = f"{first}{rng.choice(('', '_', '.'))}{last}".lower()
    return f"{joined}{rng.choice(('', '', str(rng.randrange(1, 99)), str(rng.randrange(1970, 2008))))}"


def _user_id(rng: random.Random, platform: str, created: datetime) -> str:
    if platform == "twitter" and created.year > 2010:
        return str(((int(created.timestamp() * 1000) - 1288834974657) << 22) + rng.randrange(1 << 22))
    return str(rng.randrange(10**15, 10**16))
