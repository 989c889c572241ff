"""What people say of interactions: above the filter's verdict, kept with who and when, and the posts measured anew."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from engagement.assessment import assess_posts
from engagement.models import Decision, Interaction, SocialMediaPost


class NothingToDecide(ValueError):
    """What was said holds already; nothing was written."""


class DecidedMeanwhile(NothingToDecide):
    """Somebody else said something after the page was shown; nothing was written."""


@contextmanager
def deciding(rows: Iterable[Interaction]) -> Iterator[None]:
    """Within it what is said of these interactions is stored with the new numbers of their posts, or neither is."""
    with transaction.atomic():
        SocialMediaPost.objects.filter(pk__in={row.post_id for row in rows}).hold()
        yield


@transaction.atomic
def decide(
    row: Interaction, verdict: str, *, by: User | None, now: datetime, instead_of: str | None = None
) -> Decision:
    """Put a person's word above the filter's; an empty verdict gives it back. `measure` makes the post's numbers anew.

    With `instead_of` only where that is what stands: nobody overrules a colleague whose word they have not seen.
    Raises `NothingToDecide`.
    """
    stored = Interaction.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if stored is None:
        raise NothingToDecide("it is gone: somebody deleted its post or erased its author meanwhile")
    if stored.override == verdict:
        raise NothingToDecide("that is what a person said already" if verdict else "no person had decided it")
    if instead_of is not None and stored.override != instead_of:
        said = stored.get_override_display().lower() if stored.override else "to follow the filter"
        raise DecidedMeanwhile(f"somebody decided meanwhile ({said}): open its page to decide it anew")
    decider = by if verdict else None
    Interaction.objects.filter(pk=stored.pk).update(override=verdict, overridden_by=decider)
    return Decision.objects.create(
        interaction=stored,
        verdict=verdict,
        decided_by=by,
        decided_at=now,
        filter_verdict=stored.verdict,
        score=stored.score,
        model_version=stored.model_version,
    )


def measure(rows: Iterable[Interaction], *, now: datetime) -> None:
    """Make the numbers of the posts under which these stand anew."""
    posts = SocialMediaPost.objects.filter(pk__in={row.post_id for row in rows})
    assess_posts(posts.select_related("account", "persona"), now=now)
