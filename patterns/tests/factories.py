"""Rows of patterns for tests, without surprises."""

from datetime import timedelta
from random import Random
from typing import Any

from acd.tests.factories import NOW
from engagement.enums import Basis, FilterState
from engagement.hashtags import attach_hashtags
from engagement.models import SocialAccount, SocialMediaPost
from engagement.tests.factories import make_post
from gator.studio.enums import Arm
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import Advice, PatternKind
from patterns.models import Extraction, Pattern


def make_extraction(**changes: Any) -> Extraction:
    """A look at an empty window on Instagram that ended at NOW."""
    defaults = {"platform": "instagram", "as_of": NOW, "days": 90, "posts_n": 0, "digest": "", "created_at": NOW}
    persona = changes.get("persona") or make_persona()
    return Extraction.objects.create(**defaults | {"persona": persona} | changes)


def make_pattern(**changes: Any) -> Pattern:
    """An active hashtag pattern of a new persona on Instagram, unless one is given; subjects are numbered.

    Its effect is on the side of its advice: 2 % more or less.
    """
    number = Pattern.objects.count() + 1
    side = -1 if changes.get("advice") == Advice.AVOID else 1
    defaults = {
        "kind": PatternKind.HASHTAG,
        "subject": f"tag{number}",
        "persona": changes.get("persona") or make_persona(),
        "platform": "instagram",
        "basis": "reach",
        "advice": Advice.REPEAT,
        "strategy": f"#tag{number} on Instagram: mean 6.00 % of reach (n = 12, q = 0.010).",
        "n": 12,
        "mean": 6.0,
        "low": 5.0,
        "high": 7.0,
        "baseline": 4.0,
        "effect": 2.0 * side,
        "effect_low": min(1.0 * side, 3.0 * side),
        "effect_high": max(1.0 * side, 3.0 * side),
        "q_value": 0.01,
        "window_start": NOW - timedelta(days=90),
        "window_end": NOW,
        "evidence_at": NOW,
        "learned_at": NOW,
        "digest": f"digest-{number}",
    }
    return Pattern.objects.create(**defaults | changes)


def make_evidence(account: SocialAccount, **changes: Any) -> SocialMediaPost:
    """A filtered post that settled long ago, with 4 % of reach known to half a point; `tags` are attached."""
    tags = changes.pop("tags", ())
    rate = changes.get("engagement_rate", 4.0)
    around = {} if rate is None else {"rate_low": max(0.0, rate - 0.5), "rate_high": rate + 0.5}
    defaults = {
        "published_at": NOW - timedelta(days=20),
        "last_synced_at": NOW - timedelta(days=1),
        "measured_at": NOW - timedelta(days=1),
        "filter_state": FilterState.FILTERED,
        "total_engagement": 50,
        "genuine_engagement": 40.0,
        "genuine_low": 35.0,
        "genuine_high": 45.0,
        "basis": Basis.REACH,
        "engagement_rate": rate,
    }
    post = make_post(**defaults | around | {"account": account} | changes)
    attach_hashtags({post: list(tags)})
    return post


def make_window(account: SocialAccount, n: int = 40, **changes: Any) -> list[SocialMediaPost]:
    """Posts of alternating hours and tags; those with #good have about twice the rate, and nothing else matters."""
    noise = Random(7)
    posts = []
    for number in range(n):
        good = number % 2 == 0
        fixed = {
            "tags": ["good" if good else "plain", "often"][: 1 + (number % 3 > 0)],
            "engagement_rate": (8.0 if good else 4.0) * noise.uniform(0.8, 1.2),
            "local_hour": (8, 12, 18)[number // 2 % 3],
            "local_weekday": number // 2 % 7,
            "published_at": NOW - timedelta(days=80) + timedelta(days=number),
        }
        posts.append(make_evidence(account, **fixed | changes))
    return posts


def make_piece(account: SocialAccount, arm: str, rate: float | None = 4.0, **changes: Any) -> SocialMediaPost:
    """A settled post of a content that chance decided while there was advice, with a rate in percent of reach.

    `content` are changes of the content.
    """
    content = changes.pop("content", {})
    drawn = {"arm": arm, "propensity": 0.75, "had_advice": True, "guided": arm == Arm.GUIDED}
    drawn |= {"created_at": NOW - timedelta(days=21)}
    made = make_content(persona=account.persona, **drawn | content)
    return make_evidence(account, content=made, engagement_rate=rate, **changes)


def make_trial(account: SocialAccount, n: int = 40, gain: float = 1.5, **changes: Any) -> list[SocialMediaPost]:
    """One control in four; guided have `gain` times the rate, and nothing else matters."""
    noise = Random(7)
    arms = [Arm.GUIDED if number % 4 else Arm.CONTROL for number in range(n)]
    rates = [4 * (gain if arm == Arm.GUIDED else 1) * noise.uniform(0.8, 1.2) for arm in arms]
    return [make_piece(account, arm, rate, **changes) for arm, rate in zip(arms, rates, strict=True)]
