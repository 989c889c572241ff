"""Posts in the admin: which are late, unusual or bot-ridden, and what to do about it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from acd.admin_actions import Tally, on_page, tell
from acd.figures import UNKNOWN, decimals, interval, percent, share
from acd.theme import AutocompleteSelectFilter, ChoicesDropdownFilter, Questions, ReadOnly, badge, display
from engagement.admin import columns, imports
from engagement.admin.publishing import PublishingActions
from engagement.admin.timeline import timeline
from engagement.assessment import assess_posts
from engagement.enums import PostStatus, SyncStatus
from engagement.grading import grade_posts
from engagement.models import SocialMediaPost
from engagement.reports import Outcome
from engagement.scheduling import UNSENT
from engagement.sync import sync_posts
from engagement.values import RATE_FIELDS, SECONDS_FIELDS

COUNTS = (
    ("likes", "comments", "shares", "saves"),
    ("impressions", "views", "reach", "video_views"),
    ("profile_visits", "reposts", "follows", "link_clicks"),
    ("video_completion_rate", "video_skip_rate", "click_through_rate"),
    ("average_watch_seconds", "total_watch_seconds"),
)

# By the button on the page of one post, in which states of it that can do anything.
APPLIES = {
    "timeline": tuple(PostStatus),
    "sync_now": (PostStatus.PUBLISHED, PostStatus.DELETED),
    "assess_again": (PostStatus.PUBLISHED,),
    "grade_again": (PostStatus.PUBLISHED, PostStatus.DELETED),
    "plan_again": (PostStatus.FAILED,),
    "not_live": (PostStatus.UNKNOWN,),
    "waive_label": UNSENT,
}

RATIOS = ("raw_rate", "percentile", "lift", *RATE_FIELDS, *SECONDS_FIELDS)


class SyncFilter(Questions):
    """How the last sync ended, or that the next one is late."""

    title = "last sync"
    parameter_name = "sync"
    questions = {
        "ok": ("OK", lambda posts, _: posts.filter(sync_status=SyncStatus.OK)),
        "failed": ("Failed", lambda posts, _: posts.sync_failed()),
        "overdue": ("Overdue", lambda posts, now: posts.overdue(now)),
        "never": ("Never synced", lambda posts, _: posts.filter(sync_status=SyncStatus.NEVER)),
    }


class AttentionFilter(Questions):
    """What makes a post worth a look."""

    title = "attention"
    parameter_name = "attention"
    questions = {
        "bot_ridden": ("Bot-ridden", lambda posts, _: posts.bot_ridden()),
        "unusual": ("Unusual", lambda posts, _: posts.unusual()),
        "provisional": ("Provisional", lambda posts, _: posts.provisional()),
        "unfiltered": ("Unfiltered", lambda posts, _: posts.unfiltered()),
        "awaiting_grade": ("Awaiting a grade", lambda posts, _: posts.awaiting_grade()),
        "due_for_publishing": ("Waiting to go out", lambda posts, now: posts.due_for_publishing(now)),
    }


class PublishedFilter(Questions):
    """How old a post is."""

    title = "age"
    parameter_name = "published"
    questions = {
        "day": ("Last 24 hours", lambda posts, now: posts.recent(24, now)),
        "week": ("Last 7 days", lambda posts, now: posts.recent(7 * 24, now)),
        "month": ("Last 30 days", lambda posts, now: posts.recent(30 * 24, now)),
    }


@admin.register(SocialMediaPost)
class PostAdmin(ReadOnly, PublishingActions):
    """What is out there, how it does and what needs a look."""

    list_display: ClassVar = (
        columns.caption_and_persona,
        columns.status,
        columns.genuine,
        columns.rate,
        columns.versus,
        columns.bots,
        columns.sync,
    )
    list_filter = (
        AttentionFilter,
        SyncFilter,
        PublishedFilter,
        ("platform", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("media_kind", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
        ("persona", AutocompleteSelectFilter),
    )
    list_select_related = ("persona", "account", "content", "content__persona", "context")
    list_fullwidth = True
    search_fields = ("caption", "=platform_post_id")
    search_help_text = "Search captions, or give the platform's id of a post."
    actions = ("sync_now", "assess_again", "grade_again", "plan_again", "not_live", "waive_label")
    actions_list = ("import_posts",)
    actions_detail = (
        "timeline",
        "sync_here",
        "assess_here",
        "grade_here",
        "plan_again_here",
        "not_live_here",
        "waive_here",
    )
    readonly_preprocess_fields = dict.fromkeys(RATIOS, decimals)
    readonly_fields = (
        "genuine_text",
        "rate_text",
        "seen_text",
        "versus_text",
        "address",
        "local_time",
        "freshness_text",
        "audience_text",
        "attempts_text",
        "label_text",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("platform", "media_kind", "status"),
                    "status_reason",
                    "caption",
                    ("address", "platform_post_id"),
                    ("scheduled_at", "published_at", "local_time"),
                )
            },
        ),
        (
            "What real people did",
            {
                "fields": (
                    ("genuine_text", "rate_text"),
                    ("seen_text", "versus_text"),
                    ("filter_state", "total_engagement", "raw_rate"),
                    ("percentile", "lift", "measured_at"),
                    ("grade", "graded_at"),
                )
            },
        ),
        ("What the platform says", {"fields": (*COUNTS, ("source", "api_version"))}),
        ("Audience", {"fields": ("audience_text",)}),
        (
            "Sync",
            {
                "fields": (
                    ("freshness_text", "last_synced_at", "next_sync_at"),
                    ("sync_status", "missing_since"),
                    "sync_error",
                )
            },
        ),
        ("Publishing", {"fields": ("label_text", "attempts_text")}),
        ("Where it belongs", {"fields": (("persona", "account"), ("content", "context"))}),
    )

    import_posts = imports.import_posts
    timeline = timeline
    sync_here = on_page("sync_now", "Sync now", "Reads its numbers and comments from the platform.", "sync")
    assess_here = on_page(
        "assess_again",
        "Assess again",
        "Runs the filter and the estimate again over what is known.",
        "fact_check",
    )
    grade_here = on_page("grade_again", "Grade again", "Gives its run a grade from the newest numbers.", "grade")

    def has_import_permission(self, request: HttpRequest, _object_id: object = None) -> bool:
        """Whether this person may import: the permission to add, which this page keeps from everybody."""
        return request.user.has_perm("engagement.add_socialmediapost")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that can do something for a post as it stands."""
        buttons = super().get_actions_detail(request, object_id)
        status = SocialMediaPost.objects.filter(pk=object_id).values_list("status", flat=True).first()
        return [one for one in buttons if status in APPLIES[one.path]]

    @display(description="genuine engagement (95 %)")
    def genuine_text(self, post: SocialMediaPost) -> str:
        return interval(post.genuine_engagement, post.genuine_low, post.genuine_high, whole=post.total_engagement)

    @display(description="engagement rate (95 %)")
    def rate_text(self, post: SocialMediaPost) -> str:
        return columns.rate(post)

    @display(description="seen one by one")
    def seen_text(self, post: SocialMediaPost) -> str:
        if not post.observed_count:
            return "Nothing could be seen one by one."
        bots = share(post.bot_count, post.observed_count)
        return (
            f"{post.observed_count:,}: {post.genuine_count:,} genuine, {post.bot_count:,} bots ({bots}), "
            f"{post.persona_count:,} AI personas; not sure of {post.unsure_count:,} of them"
        )

    @display(description="against the account's usual")
    def versus_text(self, post: SocialMediaPost) -> str:
        if post.vs_average is None:
            return "Fewer than five comparable earlier posts."
        return f"{percent(post.vs_average, signed=True)}, from {post.average_n} earlier posts"

    @display(description="address")
    def address(self, post: SocialMediaPost) -> str:
        # Only web addresses become links: a platform's reply is a stranger's text.
        if not post.url.startswith(("https://", "http://")):
            return post.url or UNKNOWN
        return format_html('<a class="text-link" rel="noreferrer noopener" href="{}">{}</a>', post.url, post.url)

    @display(description="freshness")
    def freshness_text(self, post: SocialMediaPost) -> str:
        return badge(*columns.freshness(post, timezone.now()))

    @display(description="people by group")
    def audience_text(self, post: SocialMediaPost) -> str:
        """The groups of each dimension, the largest first."""
        rows = [
            (
                dimension.replace("_", " "),
                ", ".join(f"{name} {n:,}" for name, n in sorted(groups.items(), key=lambda one: -one[1])),
            )
            for dimension, groups in post.audience.items()
        ]
        return format_html_join("", "<div><b>{}</b> {}</div>", rows) or UNKNOWN

    @display(description="the persona's local time")
    def local_time(self, post: SocialMediaPost) -> str:
        if post.published_at is None:
            return UNKNOWN
        return f"{post.published_at.astimezone(post.persona.timezone):%A %H:%M} ({post.persona.timezone})"

    @admin.action(description="Sync now", permissions=["act"])
    def sync_now(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Read the numbers of the chosen posts from their platforms."""
        rows = list(posts.select_related("account", "persona"))
        # Two posts may share a name, so each line of the report takes one of them.
        waiting: dict[str, list[object]] = {}
        for post in rows:
            waiting.setdefault(str(post), []).append(post)
        tally = Tally()
        for item in sync_posts(rows, now=timezone.now()).items:
            row = waiting[item.name].pop() if waiting.get(item.name) else item.name
            if item.outcome == Outcome.SYNCED:
                tally.done.append(row)
            else:
                tally.refuse(row, item.reason or item.outcome.value)
        tell(self, request, tally, "Synced")

    @admin.action(description="Assess again", permissions=["act"])
    def assess_again(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Run filter and estimate again over what is known of the chosen posts."""
        tally = self.split(posts, lambda post: "" if post.status == PostStatus.PUBLISHED else "it is not published")
        assess_posts(tally.done, now=timezone.now())
        tell(self, request, tally, "Assessed")

    @admin.action(description="Grade again", permissions=["act"])
    def grade_again(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Grade the runs behind the chosen posts from their newest numbers."""
        tally = self.split(posts, ungradable)
        chosen = SocialMediaPost.objects.filter(pk__in=[post.pk for post in tally.done])
        grade_posts(chosen, now=timezone.now())
        tell(self, request, tally, "Graded")

    def split(self, posts: QuerySet[SocialMediaPost], reason: Callable[[SocialMediaPost], str]) -> Tally:
        """The posts an action can work on, and the others by the reason why not."""
        tally = Tally()
        for post in posts.select_related("persona", "account"):
            refusal = reason(post)
            if refusal:
                tally.refuse(post, refusal)
            else:
                tally.done.append(post)
        return tally


def ungradable(post: SocialMediaPost) -> str:
    """Why a post cannot be graded yet; empty if it can."""
    if post.genuine_engagement is None:
        return "its genuine engagement is not known: sync or assess it first"
    if post.is_provisional:
        return "its numbers are provisional until the platform's insights settle"
    if post.graded_at and post.measured_at and post.graded_at >= post.measured_at:
        return "its grade is as new as its numbers: sync or assess it again first"
    return ""
