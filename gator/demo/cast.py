"""The demo's personas and accounts: made from what the sandbox offers, and removed again before the next run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from acd.models import ACDContext
from engagement.models import SocialAccount, SocialMediaPost
from gator.studio.models import Content, Persona

REVIEWER = "demo-reviewer"

# A theme the generator refuses stands among Theo's, as it might in real life: his runs fail now and then.
CHARACTERS: dict[str, dict[str, Any]] = {
    "maya": {
        "biography": "Eats her way through markets and writes down what the stallholders say.",
        "voice": "curious and warm",
        "style": "golden hour",
        "themes": ["slow travel", "street food", "small markets"],
    },
    "theo": {
        "biography": "Trains at home with one kettlebell and a stubborn dog.",
        "voice": "plain and encouraging",
        "style": "high contrast",
        "themes": ["short workouts", "mobility", "rest days", "meal prep", "miracle cure"],
    },
    "lina": {
        "biography": "Makes small rooms feel generous, mostly with paint and second-hand finds.",
        "voice": "calm and precise",
        "style": "soft daylight",
        "themes": ["small spaces", "thrifted finds", "plants", "colour"],
    },
}


class ForeignPersona(Exception):
    """A persona of that slug is somebody's own; the demo leaves it alone."""


@transaction.atomic
def clear(offers: Sequence[dict[str, Any]]) -> int:
    """Remove what an earlier demo left; the number of its posts. Raises `ForeignPersona` and touches nothing else."""
    personas = Persona.objects.filter(slug__in={offer["persona"] for offer in offers})
    _require_ours(personas, {offer["user_id"] for offer in offers})
    posts = SocialMediaPost.objects.filter(persona__in=personas)
    contents = Content.objects.filter(persona__in=personas)
    contexts = list(contents.exclude(context=None).values_list("context", flat=True))
    n = posts.count()
    for rows in (
        posts,
        contents,
        ACDContext.objects.filter(pk__in=contexts),
        SocialAccount.objects.filter(persona__in=personas),
    ):
        rows.delete()
    personas.delete()
    return n


def _require_ours(personas: QuerySet[Persona], user_ids: set[str]) -> None:
    """The demo's personas have accounts of the sandbox, and no others."""
    for persona in personas.prefetch_related("accounts"):
        known = {account.platform_user_id for account in persona.accounts.all()}
        if not known or known - user_ids:
            raise ForeignPersona(
                f"The persona “{persona.slug}” is not the demo's: change its slug, then run the demo again."
            )


@transaction.atomic
def connect(offers: Sequence[dict[str, Any]], now: datetime) -> list[SocialAccount]:
    """Make the personas, and their accounts with the sandbox's tokens, in the sandbox's order."""
    personas = {offer["persona"]: _persona(offer, now) for offer in offers}
    return [_account(offer, personas[offer["persona"]], now) for offer in offers]


def _persona(offer: dict[str, Any], now: datetime) -> Persona:
    slug = offer["persona"]
    made, _ = Persona.objects.get_or_create(
        slug=slug,
        defaults={
            "name": slug.title(),
            "timezone": offer["timezone"],
            "hashtags": offer["hashtags"],
            "created_at": now,
            **CHARACTERS[slug],
        },
    )
    return made


def _account(offer: dict[str, Any], persona: Persona, now: datetime) -> SocialAccount:
    return SocialAccount.objects.create(
        persona=persona,
        platform=offer["platform"],
        platform_user_id=offer["user_id"],
        handle=offer["handle"],
        access_token=offer["access_token"],
        refresh_token=offer["refresh_token"] or "",
        followers=offer["followers"],
        created_at=now,
    )


def reviewer() -> User:
    """The person whose ratings the demo records; nobody can log in as them."""
    user, created = User.objects.get_or_create(username=REVIEWER, defaults={"is_active": False})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
