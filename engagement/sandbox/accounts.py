"""The three demo personas and their accounts, as tables.

Ids, handles and follower counts are fixed, so that a fixture written today still fits tomorrow.
How an audience reacts is drawn from the seed elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PLATFORMS = ("instagram", "facebook", "twitter", "tiktok")


@dataclass(frozen=True)
class Persona:
    slug: str
    name: str
    theme: str
    timezone: str
    hashtags: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    platform: str
    user_id: str
    handle: str
    name: str
    persona: Persona
    followers: int


MAYA = Persona(
    "maya",
    "Maya",
    "travel and food",
    "Europe/Lisbon",
    (
        "lisbonfood",
        "slowtravel",
        "streetfood",
        "hiddengems",
        "foodstories",
        "solotravel",
        "marketday",
        "coastalwalks",
    ),
)
THEO = Persona(
    "theo",
    "Theo",
    "fitness",
    "America/New_York",
    (
        "homeworkout",
        "mobility",
        "strengthtraining",
        "morningrun",
        "mealprep",
        "kettlebell",
        "restday",
        "formcheck",
    ),
)
LINA = Persona(
    "lina",
    "Lina",
    "home and design",
    "Asia/Kolkata",
    (
        "smallspaces",
        "warmminimal",
        "thriftedhome",
        "plantcorner",
        "diydecor",
        "colourstory",
        "handmade",
        "cosyhome",
    ),
)

PERSONAS = {persona.slug: persona for persona in (MAYA, THEO, LINA)}

ACCOUNTS = (
    Account("instagram", "17841405793180001", "maya.wanders", "Maya Wanders", MAYA, 18_400),
    Account("twitter", "1529384756102938001", "maya_wanders", "Maya Wanders", MAYA, 6_900),
    Account("facebook", "104829375610001", "theo.moves", "Theo Moves", THEO, 12_700),
    Account("tiktok", "-000Wq7vK2sTheoMoves9fLx3bR8cYd5", "theomoves", "Theo Moves", THEO, 36_500),
    Account("instagram", "17841405793180002", "lina.at.home", "Lina at Home", LINA, 24_800),
    Account("facebook", "104829375610002", "lina.at.home", "Lina at Home", LINA, 8_300),
    Account("twitter", "1529384756102938002", "lina_at_home", "Lina at Home", LINA, 3_600),
    Account("tiktok", "-000Wq7vK2sLinaAtHome4nPz7hJ1gQe", "linaathome", "Lina at Home", LINA, 15_200),
)

# The prefixes are those real tokens begin with; the rest is a digest, so no token stands in the code.
_TOKEN_PREFIXES = {"instagram": "IGAA", "facebook": "EAAB", "twitter": "xat", "tiktok": "act."}
_REFRESH_PREFIXES = {"twitter": "xrt", "tiktok": "rft."}


def access_token(account: Account, generation: int = 0) -> str:
    return _TOKEN_PREFIXES[account.platform] + _digest(account, f"access:{generation}")


def refresh_token(account: Account, generation: int = 0) -> str | None:
    """None where the platform has no refresh tokens (Page tokens do not end)."""
    prefix = _REFRESH_PREFIXES.get(account.platform)
    return prefix + _digest(account, f"refresh:{generation}") if prefix else None


def _digest(account: Account, purpose: str) -> str:
    return hashlib.sha512(f"{account.platform}:{account.user_id}:{purpose}".encode()).hexdigest()[:96]
