"""The page of what guidance gained: by chance's decisions first, and apart from that what all others seem to say."""

from dataclasses import asdict
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from acd.figures import UNKNOWN, effect, number, percent
from acd.tables import csv_file
from acd.theme import action
from engagement.enums import Platform
from gator.studio.models import Persona
from patterns.admin_answers import posts_url
from patterns.effect_plot import Axis, Line
from patterns.enums import Signal
from patterns.experiment import Gain, Part, Uplift, uplift
from patterns.uplift_report import left_out

# Key and name of personas by their slugs.
Names = dict[str, tuple[int, str]]


TITLE = "What guidance gains"


@action(description=TITLE, url_path="uplift", permissions=["view"], icon="trending_up")
def uplift_page(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """What the loop's own advice gained, with how sure that is; as a file with `format=csv`."""
    platform = request.GET.get("platform", "")
    if platform not in ("", *Platform.values):
        raise Http404(f"{platform!r} is no platform: use one of {', '.join(Platform.values)}.")
    found = uplift(platform=platform, now=timezone.now())
    if request.GET.get("format") == "csv":
        return csv_file("uplift", table(found))
    return TemplateResponse(
        request,
        "admin/uplift.html",
        admin.admin_site.each_context(request) | {"title": TITLE} | shown(found),
    )


def table(found: Uplift) -> list[dict[str, Any]]:
    """Every gain as a row of a file."""
    parts = (found.randomised, found.observational)
    return [{"design": part.design} | asdict(gain) for part in parts for gain in (part.overall, *part.personas)]


def shown(found: Uplift) -> dict[str, Any]:
    """The answer for its page. One query, for the names of personas."""
    names = {slug: (pk, name) for slug, pk, name in Persona.objects.values_list("slug", "pk", "name")}
    overall = found.randomised.overall
    return {
        "platform": found.platform,
        "platforms": [("", "All platforms"), *Platform.choices],
        "days": (found.end - found.start).days,
        "gain": effect(overall.percent, overall.low, overall.high),
        "says": overall.says,
        "compared": f"{number(overall.guided)} and {number(overall.control)}",
        "detectable": percent(overall.detectable, 0),
        "more_posts": number(overall.more_posts),
        "parts": [_part(part, names) for part in (found.randomised, found.observational)],
    }


def _part(part: Part, names: Names) -> dict[str, Any]:
    gains = [part.overall, *part.personas]
    axis = Axis.reaching(end for gain in gains for end in (gain.percent, gain.low, gain.high))
    return {
        "design": part.design,
        "warning": part.warning,
        "ticks": axis.ticks,
        "rows": [_row(gain, axis, names) for gain in gains],
        "left_out": left_out(part),
    }


def _row(gain: Gain, axis: Axis, names: Names) -> dict[str, Any]:
    tone = ("gain" if gain.percent > 0 else "loss") if gain.percent and gain.signal == Signal.OK else ""
    return {
        "name": names[gain.persona][1] if gain.persona else "All",
        "line": _line(gain, axis),
        "tone": tone,
        "gain": effect(gain.percent, gain.low, gain.high),
        "says": gain.says,
        "arms": [
            (number(len(posts)), posts_url(posts) if posts else "") for posts in (gain.guided_posts, gain.control_posts)
        ],
        "detectable": percent(gain.detectable, 0),
        "more_posts": number(gain.more_posts),
        "bases": ", ".join(gain.bases) or UNKNOWN,
    }


def _line(gain: Gain, axis: Axis) -> Line | None:
    if gain.percent is None or gain.low is None or gain.high is None:
        return None
    return Line(axis.x(gain.percent), axis.x(gain.low), axis.x(gain.high), None, None)
