"""What was learned last, and what needs somebody: the lists of the start page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from acd.admin_links import list_url, page_url
from acd.figures import ago, effect, number, short
from acd.models import ACDContext
from engagement.enums import AccountState, DeliveryState, Platform, PostStatus
from engagement.models import SocialAccount, SocialMediaPost, WebhookDelivery
from gator.dashboard.week import WEEK
from patterns.experiment import gained
from patterns.models import Extraction, Pattern

ROWS = 6
ENDING = "Its token is about to end: set a new one."
REMEDIES: dict[str, str] = {
    AccountState.EXPIRED: "Its token has ended: set a new one.",
    AccountState.REVOKED: "The platform took its access away: connect it again.",
}


@dataclass(frozen=True)
class Concern:
    """One thing that needs somebody, and why."""

    kind: str
    name: str
    reason: str
    when: str
    url: str


def newest_patterns() -> list[dict[str, str]]:
    """What was learned last and still informs generations."""
    rows = Pattern.objects.active().select_related("persona").order_by("-learned_at", "-pk")[:ROWS]
    return [
        {
            "text": short(row.strategy, 170),
            "advice": row.get_advice_display(),
            "tone": row.advice,
            "persona": str(row.persona),
            "platform": Platform(row.platform).label if row.platform else "",
            "n": number(row.n),
            "interval": effect_of(row),
            "url": page_url(row),
        }
        for row in rows
    ]


def uplift_line(now: datetime) -> str:
    """What guidance gained by chance's decisions, in one sentence."""
    return gained(now).says


def effect_of(row: Pattern) -> str:
    """The effect of a pattern with its interval; what was only observed has none, whatever its mean."""
    if row.effect is None:
        return "not tested"
    return effect(row.effect, row.effect_low, row.effect_high)


def concerns(now: datetime) -> list[Concern]:
    """What needs somebody: accounts first, since everything else waits for them."""
    return [
        *account_concerns(now),
        *loop_concerns(now),
        *post_concerns(now),
        *event_concerns(now),
        *run_concerns(now),
    ]


def account_concerns(now: datetime) -> list[Concern]:
    """Accounts that are cut off or soon will be, with the planned posts that this puts at risk."""
    rows = SocialAccount.objects.warned(now).exclude(state=AccountState.PAUSED).defer("access_token", "refresh_token")
    return [
        Concern(
            account.get_state_display(),
            str(account),
            f"{risk_of(account)}{short(account.last_error, 110) or REMEDIES.get(account.state, ENDING)}",
            end_of(account, now),
            page_url(account),
        )
        for account in rows[:ROWS]
    ]


def end_of(account: SocialAccount, now: datetime) -> str:
    """When its token ends or ended; empty where that is unknown."""
    if account.token_expires_at is None:
        return ""
    verb = "ended" if account.token_expires_at <= now else "ends"
    return f"token {verb} {ago(account.token_expires_at, now)}"


def risk_of(account: Any) -> str:
    """How many planned posts come too late, as the beginning of a reason."""
    n = account.posts_at_risk
    return f"{n:,} scheduled post{' is' if n == 1 else 's are'} at risk. " if n else ""


def loop_concerns(now: datetime) -> list[Concern]:
    """Loops that seemed to feed on themselves when they were last looked at, this week."""
    rows = Extraction.objects.ringing(now - WEEK).select_related("persona")[:ROWS]
    return [
        Concern(
            f"Loop alarm{f' ({len(row.alarms)})' if len(row.alarms) > 1 else ''}",
            f"{row.persona} on {row.get_platform_display()}",
            short(f"{row.alarms[0]['text']} {row.alarms[0]['advice']}", 230),
            ago(row.as_of, now),
            page_url(row),
        )
        for row in rows
    ]


def post_concerns(now: datetime) -> list[Concern]:
    """Posts that could not be published or read."""
    stuck = Q(status__in=[PostStatus.UNKNOWN, PostStatus.FAILED])
    failed = Q(pk__in=SocialMediaPost.objects.sync_failed().values("pk"))
    rows = SocialMediaPost.objects.filter(stuck | failed).order_by("-created_at", "-pk")[:ROWS]
    return [
        Concern(
            f"Post {post.get_status_display().lower()}" if post.status != PostStatus.PUBLISHED else "Sync failed",
            short(str(post), 60),
            short(post.status_reason or post.sync_error, 110),
            ago(post.last_synced_at or post.created_at, now),
            page_url(post),
        )
        for post in rows
    ]


def event_concerns(now: datetime) -> list[Concern]:
    """Pushed events that Gator does not know or failed on, kind by kind."""
    rows = WebhookDelivery.objects.needing_attention().order_by().values("platform", "kind", "state")
    kinds = rows.annotate(n=Count("pk"), newest=Max("received_at")).order_by("-newest", "kind")[:ROWS]
    return [
        Concern(
            "Unknown event" if row["state"] == DeliveryState.UNKNOWN else "Event failed",
            short(f"{Platform(row['platform']).label}: {row['kind'] or 'event'}", 60),
            f"{row['n']:,} kept for somebody to look at.",
            ago(row["newest"], now),
            list_url(WebhookDelivery, state__exact=row["state"]),
        )
        for row in kinds
    ]


def run_concerns(now: datetime) -> list[Concern]:
    """Runs that failed this week."""
    rows = ACDContext.objects.failed().since(now - WEEK).defer("initial_context", "metadata")[:ROWS]
    return [
        Concern(
            "Run failed",
            str(run),
            short(f"{run.error_class}: {run.error_message}", 110),
            ago(run.created_at, now),
            page_url(run),
        )
        for run in rows
    ]
