"""What staff decide about posts on their way out: the AI label, a second try, the outcome of what nobody confirmed."""

from functools import partial
from typing import cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from acd.admin_actions import each, on_page, tell
from acd.figures import UNKNOWN
from acd.theme import Admin, display, when
from engagement.models import SocialMediaPost
from engagement.scheduling import NotPublishable, declare_not_live, plan_again, waive_ai_label


class PublishingActions(Admin):
    """The part of the admin of posts that decides what goes out."""

    plan_again_here = on_page(
        "plan_again",
        "Plan again",
        "A post that did not go out is sent again at once. One that is live stays.",
        "replay",
    )
    not_live_here = on_page(
        "not_live",
        "It is not live",
        "You looked at the profile, and the post is not there: it may be planned again.",
        "cancel",
    )
    waive_here = on_page(
        "waive_label",
        "Waive the AI label",
        "It goes out without the platform's label for AI-made content. Your name is kept with that decision.",
        "label_off",
        permission="waive",
    )

    def has_waive_permission(self, request: HttpRequest, _object_id: object = None) -> bool:
        """Whether this person may decide against the label."""
        return request.user.has_perm("engagement.waive_ai_label")

    @admin.action(description="Plan again", permissions=["act"])
    def plan_again(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Send the chosen posts once more."""
        tell(self, request, each(posts, partial(plan_again, now=timezone.now()), NotPublishable), "Planned again")

    @admin.action(description="It is not live", permissions=["act"])
    def not_live(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Take this person's word that the chosen posts did not go out."""
        tell(
            self,
            request,
            each(posts, partial(declare_not_live, by=person(request)), NotPublishable),
            "Declared not live",
        )

    @admin.action(description="Waive the AI label", permissions=["waive"])
    def waive_label(self, request: HttpRequest, posts: QuerySet[SocialMediaPost]) -> None:
        """Let the chosen posts go out without the label."""
        waive = partial(waive_ai_label, by=person(request), now=timezone.now())
        tell(self, request, each(posts, waive, NotPublishable), "AI label waived")

    @display(description="attempts to publish")
    def attempts_text(self, post: SocialMediaPost) -> str:
        """Every attempt, how far it came and how it ended."""
        rows = [
            (one.number, when(one.started_at), one.get_outcome_display().lower(), one.reason)
            for one in post.attempts.order_by("number")
        ]
        return format_html_join("", "<div>{}. {} <b>{}</b> {}</div>", rows) or UNKNOWN

    @display(description="AI label")
    def label_text(self, post: SocialMediaPost) -> str:
        """Whether it carries the label, or who decided otherwise."""
        if post.content_id is None:
            return UNKNOWN
        if post.ai_label_waived_by is None:
            return "Set"
        return f"Waived by {post.ai_label_waived_by}, {post.ai_label_waived_at:%Y-%m-%d %H:%M} UTC"


def person(request: HttpRequest) -> User:
    """Who is at work; the admin lets nobody else in."""
    return cast("User", request.user)
