"""What was measured or refused, and hashtags: facts to look at."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from acd.admin_links import anchor, link, list_url
from acd.figures import number, short
from acd.theme import Admin, ChoicesDropdownFilter, ReadOnly, display, when
from engagement.admin.posts import COUNTS
from engagement.models import Hashtag, MetricSnapshot, RefusedPayload, SocialMediaPost


@admin.register(MetricSnapshot)
class SnapshotAdmin(ReadOnly, Admin):
    """What platforms said of posts, moment by moment."""

    list_display: ClassVar = (
        "moment",
        "post_link",
        "likes",
        "comments",
        "shares",
        "saves",
        "views",
        "reach",
        "source",
    )
    list_filter = (("source", ChoicesDropdownFilter),)
    list_select_related = ("post",)
    list_defer = ("raw",)
    fieldsets = (
        (None, {"fields": (("post", "observed_at"), ("source", "api_version"))}),
        ("Numbers", {"fields": COUNTS}),
        ("The platform's reply", {"fields": ("raw",)}),
    )

    @display(description="observed", ordering="observed_at")
    def moment(self, row: MetricSnapshot) -> str:
        return when(row.observed_at)

    @display(description="post")
    def post_link(self, row: MetricSnapshot) -> str:
        return link(row.post)


@admin.register(Hashtag)
class HashtagAdmin(ReadOnly, Admin):
    """Hashtags by use."""

    list_display = ("__str__", "posts_n")
    search_fields = ("name",)
    fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).annotate(posts_total=Count("posts"))

    @display(description="posts", ordering="posts_total")
    def posts_n(self, row: Hashtag) -> str:
        address = list_url(SocialMediaPost, hashtags__id__exact=row.pk)
        return anchor(address, number(row.posts_total))  # type: ignore[attr-defined]


@admin.register(RefusedPayload)
class RefusedAdmin(ReadOnly, Admin):
    """What could not be true, and was kept for inspection."""

    list_display = ("why", "post_link", "created")
    list_select_related = ("post",)
    list_defer = ("payload",)
    search_fields = ("reason",)
    readonly_fields = ("payload_text",)
    fieldsets = ((None, {"fields": ("reason", ("post", "created_at"), "payload_text")}),)

    @display(description="reason")
    def why(self, row: RefusedPayload) -> str:
        return format_html('<span class="gator-wrap">{}</span>', short(row.reason, 120))

    @display(description="post")
    def post_link(self, row: RefusedPayload) -> str:
        return link(row.post)

    @display(description="when", ordering="created_at")
    def created(self, row: RefusedPayload) -> str:
        return when(row.created_at)

    @display(description="payload")
    def payload_text(self, row: RefusedPayload) -> str:
        return format_html('<pre class="gator-pre">{}</pre>', row.payload)
