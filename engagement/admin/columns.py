"""Columns that several lists of posts share. They read loaded fields only and never query."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html

from acd.admin_links import link
from acd.enums import Grade
from acd.figures import UNKNOWN, ago, interval, number, percent, share, short
from acd.theme import badge, display, when
from engagement.enums import Basis, FilterState, Freshness, PostStatus
from engagement.models import SocialMediaPost

# Everything is published sooner or later: only what is not stands out.
STATUS_COLOURS = {
    PostStatus.SCHEDULED: "info",
    PostStatus.PUBLISHING: "info",
    PostStatus.UNKNOWN: "warning",
    PostStatus.FAILED: "danger",
}
GRADE_COLOURS = {
    Grade.EXCELLENT: "success",
    Grade.GOOD: "success",
    Grade.ACCEPTABLE: "info",
    Grade.POOR: "warning",
    Grade.UNACCEPTABLE: "danger",
}
FRESHNESS_COLOURS = {
    Freshness.FRESH: "success",
    Freshness.LATE: "warning",
    Freshness.STALE: "danger",
}
# A list is narrow.
GRADE_WORDS = {Grade.WEAK: "Weak"}
# Shares and differences from which a number is coloured; the same as in the questions of the querysets.
BOT_RIDDEN = 0.3
UNUSUAL = 50.0


@display(description="post", ordering="caption")
def caption(post: SocialMediaPost) -> str:
    """Platform and first words of a post."""
    text = short(post.caption, 60) or post.platform_post_id or f"Post {post.pk}"
    return format_html(
        '<span class="gator-wrap"><span class="gator-platform gator-{}">{}</span> {}</span>',
        post.platform,
        post.get_platform_display(),
        text,
    )


@display(description="post", ordering="caption")
def caption_and_persona(post: SocialMediaPost) -> str:
    """Platform and first words of a post, and whose it is: one column where many have to fit."""
    return format_html('{}<br><span class="gator-muted">{}</span>', caption(post), link(post.persona))


@display(description="persona", ordering="persona__name")
def persona(post: SocialMediaPost) -> str:
    """Whose post it is."""
    return link(post.persona)


@display(description="status", ordering="published_at")
def status(post: SocialMediaPost) -> str:
    """Where a post stands, with the reason behind it, and since when or from when."""
    colour = STATUS_COLOURS.get(PostStatus(post.status), "")
    shown = badge(post.get_status_display(), colour, post.status_reason)
    return format_html("{}<br>{}", shown, age(post))


@display(description="published", ordering="published_at")
def age(post: SocialMediaPost) -> str:
    """How long ago a post went out, or when it will."""
    return when(post.published_at or post.scheduled_at)


@display(description="genuine", ordering="genuine_engagement")
def genuine(post: SocialMediaPost) -> str:
    """Genuine engagement with its interval beside the raw count; says if it is provisional or could not be filtered."""
    if post.genuine_engagement is None or post.filter_state == FilterState.UNFILTERED:
        note = "" if post.total_engagement is None else f"{number(post.total_engagement)} raw, unfiltered"
        return format_html('{} <span class="gator-muted">{}</span>', UNKNOWN, note) if note else UNKNOWN
    text = interval(post.genuine_engagement, post.genuine_low, post.genuine_high, whole=post.total_engagement)
    raw = f"of {number(post.total_engagement)} raw"
    note = f"{raw}, provisional" if post.is_provisional else raw
    return format_html('<span class="gator-number">{}</span> <span class="gator-muted">{}</span>', text, note)


@display(description="rate", ordering="engagement_rate")
def rate(post: SocialMediaPost) -> str:
    """Genuine engagement in percent of its basis, with interval, beside the raw rate; the basis is always named."""
    if post.engagement_rate is None:
        return UNKNOWN
    text = interval(post.engagement_rate, post.rate_low, post.rate_high, digits=1, unit="%", whole=post.raw_rate)
    basis = Basis(post.basis).label.lower() if post.basis else "unknown"
    note = f"of {basis}, raw {percent(post.raw_rate)}"
    return format_html('<span class="gator-number">{}</span> <span class="gator-muted">{}</span>', text, note)


@display(description="vs average", ordering="vs_average")
def versus(post: SocialMediaPost) -> str:
    """Difference from the account's usual, with the number of posts behind the usual."""
    if post.vs_average is None:
        return UNKNOWN
    text = percent(post.vs_average, 0, signed=True)
    colour = "" if abs(post.vs_average) < UNUSUAL else "success" if post.vs_average > 0 else "warning"
    shown = badge(text, colour) if colour else text
    n = post.average_n or 0
    return format_html('<span class="gator-number">{} <span class="gator-muted">n {}</span></span>', shown, n)


@display(description="bots", ordering="bot_count")
def bots(post: SocialMediaPost) -> str:
    """Bots among the interactions that could be seen one by one."""
    if not post.observed_count:
        return UNKNOWN
    text = share(post.bot_count, post.observed_count)
    is_ridden = post.bot_count >= BOT_RIDDEN * post.observed_count
    seen = f"{post.bot_count:,} of {post.observed_count:,} seen"
    return badge(text, "danger", seen) if is_ridden else format_html('<span title="{}">{}</span>', seen, text)


@display(description="numbers", ordering="last_synced_at")
def sync(post: SocialMediaPost) -> str:
    """How fresh the numbers are, and how old."""
    now = timezone.now()
    return format_html("{}<br>{}", badge(*freshness(post, now)), when(post.last_synced_at))


def freshness(post: SocialMediaPost, now: datetime) -> tuple[str, str, str]:
    """The word for how fresh a post's numbers are, its colour, and what is behind it."""
    found = post.freshness(now)
    due = f"Due {ago(post.next_sync_at, now)}" if post.next_sync_at else "No longer read"
    return found.label, FRESHNESS_COLOURS.get(found, ""), post.sync_error or due


@display(description="grade", ordering="grade")
def grade(post: SocialMediaPost) -> str:
    """What the engagement was worth on the scale that ratings share."""
    if post.grade is None:
        return UNKNOWN
    given = Grade(post.grade)
    return badge(GRADE_WORDS.get(given, given.label), GRADE_COLOURS.get(given, ""), given.label)
