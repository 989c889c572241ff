"""Posts and runs as evidence: which did best, and what tends to fail."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from acd.admin import error, state, verdict
from acd.admin_links import anchor, one_to_one_users
from acd.figures import UNKNOWN, decimals
from acd.theme import Admin, AutocompleteSelectFilter, ChoicesDropdownFilter, Questions, ReadOnly, display, when
from engagement.admin import columns
from patterns.admin_failures import failures_page
from patterns.admin_uplift import uplift_page
from patterns.analyzer import PatternAnalyzer
from patterns.effects import FILTERS
from patterns.enums import PatternKind
from patterns.models import GenerationOutcome, PostPerformance
from patterns.querysets import CAPTION_LENGTH, CLASSES


class NumbersFilter(Questions):
    """Whether the numbers of a post have settled: only then it teaches something."""

    title = "numbers"
    parameter_name = "numbers"
    questions = {
        "settled": ("Settled", lambda posts, _: posts.settled()),
        "provisional": ("Provisional", lambda posts, _: posts.provisional()),
    }


def _of_length(characters: str) -> Callable[[QuerySet[Model], datetime], QuerySet[Model]]:
    return lambda posts, _: posts.alias(letters=Length("caption"), length=CAPTION_LENGTH).filter(length=characters)


class CaptionFilter(Questions):
    """Captions by their number of characters, in the classes that are compared."""

    title = "characters of the caption"
    parameter_name = FILTERS[PatternKind.CAPTION_LENGTH]
    questions = {characters: (characters, _of_length(characters)) for characters in CLASSES}


# Several weekdays at once: those of a curve of hours.
GROUPS = (f"{FILTERS[PatternKind.POSTING_WEEKDAY]}__in",)

EVIDENCE = (
    "genuine_engagement",
    "genuine_low",
    "genuine_high",
    "engagement_rate",
    "rate_low",
    "rate_high",
    "lift",
    "vs_average",
    "percentile",
)


@admin.register(PostPerformance)
class PerformanceAdmin(ReadOnly, Admin):
    """Measured posts as evidence, those furthest above what their accounts lead to expect first."""

    list_display: ClassVar = (
        columns.caption,
        columns.persona,
        columns.age,
        columns.genuine,
        columns.rate,
        columns.versus,
        "beats",
        columns.grade,
    )
    list_filter = (
        ("platform", ChoicesDropdownFilter),
        # Rates of different bases are never ranked together: choose one.
        ("basis", ChoicesDropdownFilter),
        ("media_kind", ChoicesDropdownFilter),
        NumbersFilter,
        CaptionFilter,
        ("grade", ChoicesDropdownFilter),
        ("content__arm", ChoicesDropdownFilter),
        ("persona", AutocompleteSelectFilter),
    )
    list_select_related = ("persona",)
    actions_list = ("uplift_page",)
    readonly_preprocess_fields = dict.fromkeys(EVIDENCE, decimals)
    ordering = ("-lift", "-pk")
    search_fields = ("caption",)
    fieldsets = (
        (
            None,
            {"fields": (("platform", "media_kind", "persona"), "caption", ("published_at", "local_hour"))},
        ),
        ("Analysis", {"fields": ("analysis",)}),
        (
            "Evidence",
            {
                "fields": (
                    ("genuine_engagement", "genuine_low", "genuine_high"),
                    ("engagement_rate", "rate_low", "rate_high"),
                    ("basis", "lift", "vs_average"),
                    ("average_n", "percentile", "grade"),
                )
            },
        ),
    )

    readonly_fields = ("analysis",)
    uplift_page = uplift_page

    @display(description="what stands out, what is missing, what to do")
    def analysis(self, row: PostPerformance) -> str:
        found = PatternAnalyzer(row.persona, row.platform, now=timezone.now()).analyze_post_performance(row)
        said = [(words, "") for words in (*found.stands_out, *found.missing)]
        urls = [reverse("admin:patterns_pattern_change", args=[pattern]) for pattern in found.patterns]
        advice = [(words, anchor(url, "Its pattern")) for words, url in zip(found.recommendations, urls, strict=True)]
        lines = format_html_join("", "<li>{} {}</li>", [*said, *advice])
        return format_html('<ul class="gator-list">{}</ul>', lines)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).measured()  # type: ignore[attr-defined]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Insights link to the posts of an item.
        return lookup in {*FILTERS.values(), *GROUPS, "persona__slug"} or super().lookup_allowed(lookup, value, request)

    @display(description="beats", ordering="percentile")
    def beats(self, row: PostPerformance) -> str:
        return UNKNOWN if row.percentile is None else f"{row.percentile:.0f} % of its peers"


@admin.register(GenerationOutcome)
class GenerationAdmin(ReadOnly, Admin):
    """Runs as evidence: what tends to fail, and with which model."""

    list_display: ClassVar = ("phase", state, error, verdict, "pattern", "model", "made")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("validation", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
    )
    list_defer = ("initial_context", "metadata", "fix_reason")
    search_fields = ("error_class", "pattern", "model")
    actions_list = ("failures_page",)
    fieldsets = (
        (None, {"fields": (("phase", "state", "validation"), ("confidence", "pattern"), "strategy")}),
        ("Why", {"fields": ("error_class", "error_message", ("model", "provider"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        # The page lists what hangs on the run; loading it here saves a query per relation.
        return super().get_queryset(request).select_related(*one_to_one_users(GenerationOutcome))

    failures_page = failures_page

    @display(description="created", ordering="created_at")
    def made(self, row: GenerationOutcome) -> str:
        return when(row.created_at)
