"""Which posts or accounts a command means: some by id, those of a persona, or all.

Naming nothing is an error, never everything.
"""

from collections.abc import Sequence

from engagement.models import SocialAccount, SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet
from gator.studio.models import Persona

# Longer numbers are no key of ours, and no database takes them for one.
KEY_DIGITS = 18


class UnknownSelection(ValueError):
    """A post or persona that is not there, or could be two; the message says what to give instead."""


def find_post(name: str, platform: str = "") -> SocialMediaPost:
    """One post by our id, or by its platform's; `platform` says that the platform's is meant."""
    by_platform = SocialMediaPost.objects.filter(platform_post_id=name)
    candidates = list(by_platform.on(platform) if platform else by_platform)
    if not platform and name.isascii() and name.isdigit() and len(name) <= KEY_DIGITS:
        candidates += SocialMediaPost.objects.filter(pk=int(name))
    found = {post.pk: post for post in candidates}
    if not found:
        raise UnknownSelection(f"There is no post {name[:80]!r}. Give Gator's id or the platform's.")
    if len(found) > 1:
        raise UnknownSelection(f"{name!r} names {len(found)} posts. Say which platform's id it is.")
    return next(iter(found.values()))


def find_persona(slug: str) -> Persona:
    """A persona by its slug; the error lists the slugs there are."""
    persona = Persona.objects.filter(slug=slug).first()
    if persona:
        return persona
    slugs = list(Persona.objects.order_by("slug").values_list("slug", flat=True)[:50])
    remedy = f"Choose from: {', '.join(slugs)}." if slugs else "There is none yet: create one in the admin."
    raise UnknownSelection(f"There is no persona {slug[:80]!r}. {remedy}")


def select_posts(names: Sequence[str], persona: str = "", *, everything: bool = False) -> SocialMediaPostQuerySet:
    """The posts that are meant, oldest first, with account and persona. Raises `UnknownSelection`."""
    if (bool(names) + bool(persona) + everything) != 1:
        raise UnknownSelection("Say which posts: name them, give --persona SLUG, or give --all.")
    posts = SocialMediaPost.objects.select_related("account", "persona").order_by("published_at", "pk")
    if names:
        return posts.filter(pk__in=[find_post(name).pk for name in names])
    return posts.for_persona(find_persona(persona)) if persona else posts


def find_account(name: str) -> SocialAccount:
    """One account by our id, or by its handle with or without the @."""
    found = {one.pk: one for one in SocialAccount.objects.filter(handle=name.removeprefix("@"))} if name else {}
    if name.isascii() and name.isdigit() and len(name) <= KEY_DIGITS:
        found |= SocialAccount.objects.in_bulk([int(name)])
    if not found:
        raise UnknownSelection(f"There is no account {name[:80]!r}. Give Gator's id or the handle.")
    if len(found) > 1:
        ids = ", ".join(f"{one.pk} ({one.get_platform_display()})" for one in found.values())
        raise UnknownSelection(f"{name!r} names {len(found)} accounts. Give one of the ids: {ids}.")
    return next(iter(found.values()))
