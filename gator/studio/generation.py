"""Generates content for a persona: a tracked run, a row made before it begins, and what the generator gave.

Guidance is received, never looked up: what has worked is known to the apps above.
"""

import logging
import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from acd.enums import Confidence, State
from acd.rules import complexity_for, phase_for
from acd.tracking import ACDContextManager
from gator.studio.enums import Arm, ContentStatus, MediaKind, PersonaStatus, Quality
from gator.studio.generators import generator
from gator.studio.generators.base import Brief, Draft, Generated, Generator
from gator.studio.generators.choice import prefer
from gator.studio.guidance import Guidance, has_advice
from gator.studio.models import CarouselPage, Content, Persona

logger = logging.getLogger(__name__)

DRAFTED = ("prompt", "approach", "model", "provider")


class NotPossible(ValueError):
    """What was asked for cannot be generated: the message says why. Nothing was written."""


def generate(
    persona: Persona,
    platform: str,
    guidance: Guidance,
    *,
    media_kind: str | None = None,
    kinds: Collection[str] = tuple(MediaKind.values),
    quality: str = Quality.STANDARD,
    seed: int | None = None,
    now: datetime,
) -> Content:
    """Generate one piece for `persona` and return its row. Without a `media_kind`, one of `kinds` is chosen: those that
    can be published where the piece is meant for.

    A failure leaves a failed row and a failed context with its trace, and goes on as it was raised. Raises
    `NotPossible`, before anything is written, for a paused persona, a word that is not in its vocabulary, and where the
    generator makes none of the kinds.
    """
    maker = generator()
    _require_possible(persona, platform, media_kind, quality, maker)
    seed = random.randrange(2**31) if seed is None else seed
    kind = media_kind or _format_for(platform, guidance, _makeable(maker, platform, kinds), seed)
    brief = _brief(persona, platform, guidance, media_kind=kind, quality=quality, seed=seed)
    run = ACDContextManager(
        phase_for(kind),
        f"Generating {kind} for {persona.name} on {platform}",
        complexity=complexity_for(quality),
        initial_context=_initial_context(persona, brief),
        now=now,
    )
    with run:
        run.set_confidence(Confidence.EXPERIMENTAL if has_advice(guidance) else Confidence.HYPOTHESIS)
        draft = maker.draft(brief)
        # Said before anything can go wrong: a failure counts against what was tried.
        run.set_model(draft.model, draft.provider)
        content = _begin(persona, brief, draft, run, now)
        run.set_metadata(content=content.pk)
        with _marked_failed(content):
            made = maker.generate(brief)
            _keep(content, made)
        _describe(run, made)
    return content


def close_abandoned() -> int:
    """Fail the content whose run was swept after its process was killed, and return how many there were."""
    left = Content.objects.filter(status=ContentStatus.GENERATING, context__state=State.FAILED)
    return left.update(status=ContentStatus.FAILED)


def _require_possible(persona: Persona, platform: str, media_kind: str | None, quality: str, maker: Generator) -> None:
    if persona.status != PersonaStatus.ACTIVE:
        raise NotPossible(f"{persona.name} is {persona.status}: activate the persona before generating.")
    vocabularies = {
        "platform": (platform, maker.formats),
        "media kind": (media_kind or MediaKind.IMAGE, MediaKind.values),
        "quality": (quality, Quality.values),
    }
    for name, (value, legal) in vocabularies.items():
        if value not in legal:
            raise NotPossible(f"{value!r} is not a {name}: use one of {', '.join(legal)}.")


def _makeable(maker: Generator, platform: str, kinds: Collection[str]) -> tuple[str, ...]:
    """What the generator makes for a platform of these kinds, the usual one first."""
    made = maker.formats[platform]
    if found := tuple(kind for kind in made if kind in kinds):
        return found
    raise NotPossible(
        f"The {maker.name} generator makes {_listed(made)} for {platform}, and there only {_listed(kinds)} can be "
        "published: make the piece elsewhere and plan that, or set GENERATOR to a generator that makes it."
    )


def _listed(kinds: Collection[str]) -> str:
    return " or ".join(map(str, kinds)) or "nothing"


def _format_for(platform: str, guidance: Guidance, made: tuple[str, ...], seed: int) -> str:
    rng = random.Random(f"format:{seed}")
    return prefer(made, rng, repeat=guidance.media_kinds, avoid=guidance.avoid_media_kinds)


def _brief(persona: Persona, platform: str, guidance: Guidance, *, media_kind: str, quality: str, seed: int) -> Brief:
    return Brief(
        persona=persona.name,
        voice=persona.voice,
        style=persona.style,
        themes=_words(persona.themes),
        hashtags=_words(persona.hashtags),
        platform=platform,
        media_kind=media_kind,
        guidance=guidance,
        seed=seed,
        quality=quality,
    )


def _words(value: Any) -> tuple[str, ...]:
    # The column holds any JSON: a bare string is not a list of its letters, and null is not a word.
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _initial_context(persona: Persona, brief: Brief) -> dict[str, Any]:
    return {
        "persona": persona.slug,
        "persona_id": persona.pk,
        "platform": brief.platform,
        "media_kind": brief.media_kind,
        "quality": brief.quality,
        "seed": brief.seed,
        "guidance": brief.guidance.to_json(),
    }


def _begin(persona: Persona, brief: Brief, draft: Draft, run: ACDContextManager, now: datetime) -> Content:
    return Content.objects.create(
        persona=persona,
        context=run.context,
        media_kind=brief.media_kind,
        quality=brief.quality,
        seed=brief.seed,
        guidance=brief.guidance.to_json(),
        guided=has_advice(brief.guidance),
        **_assignment(brief.guidance),
        created_at=now,
        **{name: getattr(draft, name) for name in DRAFTED},
    )


def _assignment(guidance: Guidance) -> dict[str, Any]:
    """What chance decided; nothing where somebody chose, which no comparison may take for chance."""
    if guidance.propensity is None:
        return {}
    return {
        "arm": Arm.GUIDED if guidance.informed else Arm.CONTROL,
        "propensity": guidance.propensity,
        "had_advice": has_advice(guidance) or guidance.withheld,
    }


@contextmanager
def _marked_failed(content: Content) -> Iterator[None]:
    try:
        yield
    except BaseException:  # A cancelled generation has failed as well.
        try:
            with transaction.atomic():
                Content.objects.filter(pk=content.pk).update(status=ContentStatus.FAILED)
        except DatabaseError:
            # The error on its way says what happened; this one would hide it.
            logger.exception("Content %s could not be marked as failed.", content.pk)
        raise


def _keep(content: Content, made: Generated) -> None:
    for name in (*DRAFTED, "caption"):
        setattr(content, name, getattr(made, name))
    content.hashtags, content.parameters = list(made.hashtags), dict(made.parameters)
    content.status = ContentStatus.READY
    if made.media:
        content.media.save(f"{content.persona.slug}-{made.media_name}", ContentFile(made.media), save=False)
    pages = [_page(content, made, number) for number in range(len(made.more_media))]
    try:
        with transaction.atomic():
            content.save()
            CarouselPage.objects.bulk_create(pages)
    except BaseException:
        # No row would ever name the files.
        for file in (content.media, *(page.file for page in pages)):
            file.delete(save=False)
        raise


def _page(content: Content, made: Generated, number: int) -> CarouselPage:
    page = CarouselPage(content=content, position=number + 1)
    name = f"{content.persona.slug}-{number + 2}-{made.media_name}"
    page.file.save(name, ContentFile(made.more_media[number]), save=False)
    return page


def _describe(run: ACDContextManager, made: Generated) -> None:
    run.set_model(made.model, made.provider, tokens=made.tokens, cost=made.cost)
    run.set_metadata(approach=made.approach, hashtags=list(made.hashtags))
