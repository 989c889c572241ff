"""The offline generator: captions from sentences, pictures from a seed. Equal briefs give equal results."""

import random
import unicodedata
from collections.abc import Iterable, Mapping

from gator.studio.enums import MediaKind
from gator.studio.generators.base import Brief, Draft, Generated, GenerationFailed
from gator.studio.generators.captions import CAPTIONS, CLOSINGS, REFUSED_THEMES
from gator.studio.generators.choice import mix, prefer
from gator.studio.generators.pictures import draw

MODEL, PROVIDER = "template-1", "gator"
# X takes 280 characters, hashtags included; the rest is room for an address.
MAX_CAPTION = 260
# Pictures of a carousel: X takes four at most.
PAGES = 3
# What a closing sentence must leave for hashtags.
HASHTAG_ROOM = 80
HASHTAGS = (3, 5)


class TemplateGenerator:
    """Fills sentences with the persona's themes and draws a landscape for every image."""

    name = "template"
    formats: Mapping[str, tuple[str, ...]] = {
        "instagram": (MediaKind.IMAGE,),
        "tiktok": (MediaKind.IMAGE,),
        "facebook": (MediaKind.IMAGE, MediaKind.TEXT),
        "twitter": (MediaKind.TEXT, MediaKind.IMAGE),
    }

    def draft(self, brief: Brief) -> Draft:
        """The theme and the approach that `generate` will draw, since both draw by the same seed."""
        _, theme, approach = _drawn(brief)
        prompt = _prompt(brief, approach, theme)
        return Draft(approach=approach, prompt=prompt, model=MODEL, provider=PROVIDER)

    def generate(self, brief: Brief) -> Generated:
        """Make one piece, or raise `GenerationFailed` for what it cannot or must not make."""
        self._require_format(brief)
        rng, theme, approach = _drawn(brief)
        _require_theme(brief, theme)
        limit = int(brief.parameters.get("max_caption", MAX_CAPTION))
        caption = _caption(approach, theme, rng, limit=limit)
        has_picture = brief.media_kind in (MediaKind.IMAGE, MediaKind.CAROUSEL)
        pages = PAGES if brief.media_kind == MediaKind.CAROUSEL else 1
        return Generated(
            caption=caption,
            hashtags=_hashtags(brief, rng, room=limit - len(caption)),
            approach=approach,
            prompt=_prompt(brief, approach, theme),
            model=MODEL,
            provider=PROVIDER,
            parameters={"max_caption": limit, "theme": theme},
            # It counts no tokens and costs nothing: these are known.
            tokens=0,
            media=draw(brief.seed, persona=brief.persona) if has_picture else b"",
            media_name=f"{brief.seed}.jpg" if has_picture else "",
            more_media=tuple(draw(brief.seed + page, persona=brief.persona) for page in range(1, pages)),
        )

    def _require_format(self, brief: Brief) -> None:
        made = self.formats.get(brief.platform, ())
        # A carousel is made when it is asked for by name, and never chosen: its pages are several pictures, no story.
        if brief.media_kind not in (*made, *([MediaKind.CAROUSEL] if made else [])):
            raise GenerationFailed(
                f"The template generator makes no {brief.media_kind} for {brief.platform}:"
                f" ask for {' or '.join(made) or 'another platform'}, or set GENERATOR to one that does."
            )


def _drawn(brief: Brief) -> tuple[random.Random, str, str]:
    """The source of chance of a brief, and the theme and the approach drawn from it first."""
    rng = random.Random(f"caption:{brief.seed}")
    theme = " ".join(rng.choice(brief.themes).split()) if brief.themes else ""
    advice = brief.guidance
    return rng, theme, prefer(tuple(CAPTIONS), rng, repeat=advice.approaches, avoid=advice.avoid_approaches)


def _require_theme(brief: Brief, theme: str) -> None:
    if not brief.themes:
        raise GenerationFailed(f"{brief.persona} has no themes: give the persona at least one.")
    if not theme:
        raise GenerationFailed(f"A theme of {brief.persona} is empty: remove or fill it.")
    for phrase in REFUSED_THEMES:
        if phrase in normal(theme):
            raise GenerationFailed(
                f"The theme {theme[:60]!r} of {brief.persona} holds {phrase!r}, which is not written about:"
                " take it out of the persona's themes."
            )


def _caption(approach: str, theme: str, rng: random.Random, *, limit: int) -> str:
    caption = rng.choice(CAPTIONS[approach]).format(theme=theme)
    if len(caption) > limit:
        raise GenerationFailed(
            f"The caption has {len(caption)} characters, max_caption is {limit}:"
            f" shorten the theme {theme[:40]!r} or raise max_caption."
        )
    longer = f"{caption} {rng.choice(CLOSINGS)}".strip()
    return longer if len(longer) <= limit - HASHTAG_ROOM else caption


def _hashtags(brief: Brief, rng: random.Random, *, room: int) -> tuple[str, ...]:
    avoided = set(map(normal, brief.guidance.avoid_hashtags))
    # A learned hashtag comes from the persona's own posts, so it counts though the persona does not list it.
    liked = [tag for tag in _distinct(brief.guidance.hashtags) if tag not in avoided]
    others = [tag for tag in _distinct(brief.hashtags) if tag not in avoided and tag not in liked]
    chosen = []
    for tag in mix(liked, others, rng, count=rng.randint(*HASHTAGS)):
        room -= len(tag) + 2
        if room > 0:
            chosen.append(tag)
    return tuple(chosen)


def _prompt(brief: Brief, approach: str, theme: str) -> str:
    voice = f" Voice: {brief.voice}" if brief.voice else ""
    return f"A {approach} about {theme} for {brief.platform}, as {brief.persona}.{voice}"


def _distinct(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(normal, tags)))


def normal(text: str) -> str:
    """`text` in the form in which hashtags are compared: NFKC, casefolded."""
    return unicodedata.normalize("NFKC", text).casefold()
