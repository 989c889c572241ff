"""The page of what guidance gained: by chance's decisions first, and apart from that what all others seem to say."""

from datetime import datetime
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from acd.admin_links import list_url
from acd.figures import UNKNOWN, interval, number, percent
from acd.theme import action
from engagement.enums import Platform
from gator.studio.enums import Arm
from gator.studio.models import Persona
from patterns.experiment import RANDOMISED, Gain, Part, uplift
from patterns.forest import Estimate, forest
from patterns.models import PostPerformance

# Key and name of personas by their slugs.
Names = dict[str, tuple[int, str]]
# Why posts take no part, as words.
LEFT_OUT = {
    "provisional": "too young to be settled",
    "unfiltered": "unfiltered",
    "unmeasured": "without a rate",
    "repeated": "of a content that already counts",
    "alone_on_their_basis": "without any of the other arm on their basis",
    "unpublished_guided": "guided that never went out, or not yet",
    "unpublished_control": "controls that never went out, or not yet",
}


@action(description="What guidance gains", url_path="uplift", permissions=["view"], icon="trending_up")
def uplift_page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """What the loop's own advice gained, with how sure that is."""
    platform = request.GET.get("platform", "")
    if platform not in ("", *Platform.values):
        raise Http404(f"{platform!r} is no platform: use one of {', '.join(Platform.values)}.")
    context = {"title": "What guidance gains", **page(timezone.now(), platform)}
    return TemplateResponse(
        request, "admin/uplift.html", admin.admin_site.each_context(request) | {"opts": admin.opts} | context
    )


def page(now: datetime, platform: str = "") -> dict[str, Any]:
    """Everything the page shows. Three queries."""
    found = uplift(platform=platform, now=now)
    names = {slug: (pk, name) for slug, pk, name in Persona.objects.values_list("slug", "pk", "name")}
    overall = found.randomised.overall
    return {
        "platform": platform,
        "platforms": [("", "All platforms"), *Platform.choices],
        "days": (found.end - found.start).days,
        "gain": _percent(overall),
        "says": overall.says,
        "compared": f"{number(overall.guided)} with, {number(overall.control)} without",
        "detectable": percent(overall.detectable, 0),
        "more_posts": number(overall.more_posts),
        "parts": [_part(part, names, platform) for part in (found.randomised, found.observational)],
    }


def _percent(gain: Gain) -> str:
    return interval(gain.percent, gain.low, gain.high, unit="%")


def _part(part: Part, names: Names, platform: str) -> dict[str, Any]:
    gains = [part.overall, *part.personas]
    lines = [_line(gain, names, part, platform) for gain in gains]
    drawn = [Estimate(_name(gain, names), gain.percent, gain.low, gain.high, gain.says) for gain in gains]
    left_out = {words: part.left_out.get(why) for why, words in LEFT_OUT.items()}
    return {
        "design": part.design,
        "warning": part.warning,
        "forest": forest(drawn) if any(gain.percent is not None for gain in gains) else None,
        "lines": lines,
        "left_out": [f"{number(n)} {words}" for words, n in left_out.items() if n],
    }


def _name(gain: Gain, names: Names) -> str:
    return names[gain.persona][1] if gain.persona else "All"


def _line(gain: Gain, names: Names, part: Part, platform: str) -> dict[str, Any]:
    return {
        "name": _name(gain, names),
        "gain": _percent(gain),
        "arms": [
            (number(n), _posts(gain, names, platform, arm) if part.design == RANDOMISED else "")
            for arm, n in ((Arm.GUIDED, gain.guided), (Arm.CONTROL, gain.control))
        ],
        "detectable": percent(gain.detectable, 0),
        "more_posts": UNKNOWN if gain.more_posts is None else number(gain.more_posts),
        "bases": ", ".join(gain.bases) or UNKNOWN,
    }


def _posts(gain: Gain, names: Names, platform: str, arm: Arm) -> str:
    """The measured posts of an arm, as a list."""
    narrowed: dict[str, object] = {"content__arm__exact": arm}
    if gain.persona:
        narrowed["persona__id__exact"] = names[gain.persona][0]
    if platform:
        narrowed["platform__exact"] = platform
    return list_url(PostPerformance, **narrowed)
