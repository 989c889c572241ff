"""The side menu and the tabs above the lists of the admin, as tables. Everybody sees what they may view."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

# group -> (title, icon, model and, where it is not the list, which page of it); no model is the start page.
MENU: dict[str, tuple[tuple[str, ...], ...]] = {
    "Work": (
        ("Start", "home", ""),
        ("Posts", "grid_view", "engagement.socialmediapost"),
        ("Review queue", "fact_check", "engagement.interaction", "review"),
        ("Contents", "draw", "studio.content"),
        ("Feedback", "star", "studio.feedback"),
        ("Personas", "face", "studio.persona"),
        ("Accounts", "key", "engagement.socialaccount"),
        ("Budgets", "speed", "engagement.budget"),
    ),
    "Learning": (
        ("Insights", "insights", "patterns.pattern", "insights"),
        ("Patterns", "lightbulb", "patterns.pattern"),
        ("Post performance", "leaderboard", "patterns.postperformance"),
        ("What guidance gains", "trending_up", "patterns.postperformance", "uplift_page"),
        ("Generation outcomes", "rule", "patterns.generationoutcome"),
        ("Failure fixes", "build", "patterns.failurefix"),
        ("Extractions", "science", "patterns.extraction"),
        ("Hashtags", "tag", "engagement.hashtag"),
    ),
    "ACD": (
        ("Contexts", "account_tree", "acd.acdcontext"),
        ("Traces", "bug_report", "acd.traceartifact"),
        ("Outcomes", "gavel", "acd.outcomeevent"),
    ),
    "Engagement": (
        ("Interactions", "forum", "engagement.interaction"),
        ("Filter health", "ecg_heart", "engagement.interaction", "filter_health"),
        ("Snapshots", "monitoring", "engagement.metricsnapshot"),
        ("Pushed events", "webhook", "engagement.webhookdelivery"),
        ("Refused payloads", "report", "engagement.refusedpayload"),
        ("Erased authors", "person_off", "engagement.erasedauthor"),
        ("Erasures", "receipt_long", "engagement.erasurereceipt"),
    ),
    "Schedules": (
        ("Tasks", "schedule", "django_celery_beat.periodictask"),
        ("Intervals", "timelapse", "django_celery_beat.intervalschedule"),
        ("Crontabs", "calendar_month", "django_celery_beat.crontabschedule"),
        ("Clocked", "alarm", "django_celery_beat.clockedschedule"),
        ("Solar", "wb_sunny", "django_celery_beat.solarschedule"),
    ),
    "People": (
        ("Users", "person", "auth.user"),
        ("Groups", "group", "auth.group"),
        ("API tokens", "vpn_key", "knox.authtoken"),
        ("Log", "history", "admin.logentry"),
    ),
}
CLOSED = frozenset({"Schedules"})

# model -> (title, parameter, value); the first tab is the whole list.
TABS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "engagement.socialmediapost": (
        ("Late", "sync", "overdue"),
        ("Sync failed", "sync", "failed"),
        ("Unusual", "attention", "unusual"),
        ("Bot-ridden", "attention", "bot_ridden"),
        ("Provisional", "attention", "provisional"),
        ("Unfiltered", "attention", "unfiltered"),
    ),
    "engagement.socialaccount": (
        ("About to expire", "attention", "expiring"),
        ("Posts at risk", "attention", "at_risk"),
        ("Failing", "attention", "failing"),
        ("No token", "attention", "missing"),
    ),
    "engagement.budget": (
        ("Used up", "left", "nothing"),
        ("Money", "left", "costing"),
    ),
    "engagement.interaction": (
        ("Bots", "verdict", "bot"),
        ("AI personas", "verdict", "persona"),
        ("Genuine", "verdict", "genuine"),
        ("Decided by a person", "verdict", "overridden"),
    ),
    "engagement.webhookdelivery": (
        ("Unknown", "state__exact", "unknown"),
        ("Failed", "state__exact", "failed"),
        ("Waiting", "state__exact", "received"),
    ),
    "acd.acdcontext": (
        ("Failed", "run", "failed"),
        ("Under way", "run", "running"),
        ("Failed or rejected", "run", "unsuccessful"),
        ("Approved", "run", "approved"),
    ),
    "patterns.pattern": (
        ("Learned this week", "learned", "week"),
        ("Active", "status__exact", "active"),
        ("Rejected", "status__exact", "rejected"),
    ),
    "studio.content": (
        ("To decide", "status__exact", "ready"),
        ("Failed", "status__exact", "failed"),
        ("May be published", "standing", "publishable"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the side menu."""
    return [
        {
            "title": title,
            "separator": True,
            "collapsible": title in CLOSED,
            "items": [entry(request.path, *item) for item in items if may_view(request, item[2])],
        }
        for title, items in MENU.items()
    ]


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The working questions above each list; the page of one row has none."""
    return [
        {"models": [model], "items": tabs_of(request, model, questions)}
        for model, questions in TABS.items()
        if request.path == list_address(model)
    ]


def tabs_of(request: HttpRequest, model: str, questions: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    """The tabs of one list. "All" is active where no question is asked."""
    address = list_address(model)
    whole = {"title": "All", "link": address, "active": is_plain(request)}
    asked = [
        {
            "title": title,
            "link": f"{address}?{parameter}={value}",
            "active": request.GET.get(parameter) == value,
        }
        for title, parameter, value in questions
    ]
    return [whole, *asked]


def is_plain(request: HttpRequest) -> bool:
    """Whether the list is shown whole; sorting and paging do not narrow it."""
    return not set(request.GET) - {"o", "p"}


def entry(path: str, title: str, icon: str, model: str, page: str = "") -> dict[str, Any]:
    """One line of the menu, seen from the page at `path`."""
    link = list_address(model, page or "changelist") if model else reverse("admin:index")
    shown = {"title": title, "icon": icon, "link": link}
    # The theme would mark the list, too, since the addresses of its other pages begin with its own.
    if page:
        return shown | {"active": path.startswith(link)}
    return shown | {"active": False} if path.startswith(tuple(pages_of(model))) else shown


def pages_of(model: str) -> set[str]:
    """Addresses of the pages of a model that have a line of their own."""
    lines = [line for group in MENU.values() for line in group if line[2] == model]
    return {list_address(model, *line[3:]) for line in lines if len(line) > 3}


def list_address(model: str, page: str = "changelist") -> str:
    """Address of a model's list, or of another page that is of all its rows."""
    return reverse(f"admin:{model.replace('.', '_')}_{page}")


def may_view(request: HttpRequest, model: str) -> bool:
    """Whether this person may look at a model's list."""
    app, _, name = model.partition(".")
    return not model or any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("view", "change"))


def icon(_request: HttpRequest) -> str:
    """Address of the sign in the menu and in the browser's tab."""
    return static("gator/favicon.svg")


def stylesheet(_request: HttpRequest) -> str:
    """Address of our few styles beside the theme's."""
    return static("gator/gator.css")
