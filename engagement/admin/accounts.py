"""Accounts in the admin: which are about to expire, and a form that takes tokens but never gives one back."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import BooleanField, Case, Count, Model, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from acd.admin_actions import Refused, each, on_page, tell
from acd.admin_links import anchor, link, list_url
from acd.figures import UNKNOWN, length, number, short
from acd.theme import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    Questions,
    SmallAdmin,
    UnfoldAdminPasswordWidget,
    WordsField,
    badge,
    display,
    when,
)
from engagement.enums import AccountState, Flavour
from engagement.models import SocialAccount, SocialMediaPost
from engagement.querysets import BROKEN
from engagement.tokens import SEALED, renewed

STATE_COLOURS = {
    AccountState.ACTIVE: "success",
    AccountState.EXPIRING: "warning",
    AccountState.EXPIRED: "danger",
    AccountState.REVOKED: "danger",
}
# By the days within which access ends: from the last day on, a person has no time left to wait.
WARNING_COLOURS = {14: "warning", 7: "warning", 1: "danger"}


class AttentionFilter(Questions):
    """Whose token needs somebody's attention."""

    title = "attention"
    parameter_name = "attention"
    questions = {
        "working": ("Working", lambda accounts, now: accounts.working(now)),
        "expiring": ("Access ends within 14 days", lambda accounts, now: accounts.expiring(now)),
        "ending_7": ("Ends within 7 days, or has ended", lambda accounts, now: accounts.ending(now, 7)),
        "ending_1": ("Ends within a day, or has ended", lambda accounts, now: accounts.ending(now, 1)),
        "at_risk": ("Planned posts at risk", lambda accounts, now: accounts.at_risk(now)),
        "missing": ("Not set", lambda accounts, _: accounts.filter(access_token="")),
        "failing": ("Last call failed", lambda accounts, _: accounts.exclude(last_error="")),
    }


class AccountForm(forms.ModelForm):
    """An account whose tokens can be set and never read."""

    new_access_token = forms.CharField(
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the token that is set. It is stored sealed and never shown again.",
    )
    new_refresh_token = forms.CharField(
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Leave empty to keep the one that is set, if the platform gives one at all.",
    )

    scopes = WordsField(required=False, help_text="What the token may do, with commas between.")

    class Meta:
        model = SocialAccount
        fields = (
            "persona",
            "platform",
            "flavour",
            "platform_user_id",
            "handle",
            "token_expires_at",
            "refresh_expires_at",
            "scopes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Most platforms have one programme; left out, it is the usual one.
        if "flavour" in self.fields:
            self.fields["flavour"].required = False

    def save(self, commit: bool = True) -> SocialAccount:
        account: SocialAccount = super().save(commit=False)
        given = {name: token for name in SEALED if (token := self.cleaned_data[f"new_{name}"])}
        revived = renewed(account.state, timezone.now()) if "access_token" in given else {}
        for name, value in (given | revived).items():
            setattr(account, name, value)
        if commit:
            account.save()
        return account


@admin.register(SocialAccount)
class AccountAdmin(SmallAdmin):
    """Who can post, and whose token is about to end."""

    form = AccountForm
    list_display: ClassVar = (
        "name",
        "persona_link",
        "state_badge",
        "ends",
        "at_risk",
        "error",
        "reach_of",
        "posts_n",
    )
    list_filter = (
        AttentionFilter,
        ("state", ChoicesDropdownFilter),
        ("platform", ChoicesDropdownFilter),
        ("persona", AutocompleteSelectFilter),
    )
    ordering = ("token_expires_at", "pk")
    search_fields = ("handle", "=platform_user_id", "persona__name")
    autocomplete_fields = ("persona",)
    actions = ("pause", "resume")
    actions_detail = ("pause_here", "resume_here")
    readonly_fields = (
        "state",
        "token_text",
        "refresh_text",
        "risk_text",
        "token_refreshed_at",
        "followers",
        "last_error",
        "last_error_at",
        "throttled_until",
    )
    fieldsets = (
        (None, {"fields": (("persona", "platform"), ("handle", "platform_user_id"), ("state", "flavour"))}),
        (
            "Token",
            {
                "fields": (
                    ("token_text", "refresh_text"),
                    ("risk_text", "token_refreshed_at"),
                    ("new_access_token", "new_refresh_token"),
                    "token_expires_at",
                    "refresh_expires_at",
                    "scopes",
                )
            },
        ),
        ("What happened", {"fields": (("followers", "throttled_until"), "last_error", "last_error_at")}),
    )

    pause_here = on_page("pause", "Pause", "Nothing is published or read for it until it is resumed.", "pause")
    resume_here = on_page("resume", "Resume", "Publishing and syncing go on.", "play_arrow")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Accounts without their tokens: a page needs to know only whether one is set, and what is at risk."""
        rows = super().get_queryset(request).select_related("persona").defer(*SEALED)
        return rows.with_risk(timezone.now()).annotate(  # type: ignore[attr-defined]
            has_access=is_set("access_token"), has_refresh=is_set("refresh_token"), posts_total=Count("posts")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Who an account is does not change once posts hang on it."""
        identity = ("platform", "flavour", "platform_user_id") if obj else ()
        return (*super().get_readonly_fields(request, obj), *identity)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only an account that never posted may go."""
        is_unused = obj is not None and not obj.posts.exists()  # type: ignore[attr-defined]
        return is_unused and request.user.has_perm("engagement.delete_socialaccount")

    @display(description="account", ordering="handle")
    def name(self, account: SocialAccount) -> str:
        return format_html(
            '<span class="gator-platform gator-{}">{}</span> @{} <span class="gator-muted">{}</span>',
            account.platform,
            account.get_platform_display(),
            account.handle or account.platform_user_id,
            "" if account.flavour == Flavour.STANDARD else account.get_flavour_display(),
        )

    @display(description="persona", ordering="persona__name")
    def persona_link(self, account: SocialAccount) -> str:
        return link(account.persona)

    @display(description="state", ordering="state")
    def state_badge(self, account: SocialAccount) -> str:
        return badge(account.get_state_display(), STATE_COLOURS.get(AccountState(account.state), ""))

    @display(description="token ends", ordering="access_ends_at")
    def ends(self, account: SocialAccount) -> str:
        return days_left(account, timezone.now())

    @display(description="at risk", ordering="posts_at_risk")
    def at_risk(self, account: Any) -> str:
        """Planned posts that come too late, with a list of them."""
        if account.token_warning is None or not account.posts_at_risk:
            return UNKNOWN
        text = badge(posts(account.posts_at_risk), "danger", RISK[account.state in BROKEN])
        return anchor(list_url(SocialMediaPost, account__id__exact=account.pk, status__exact="scheduled"), text)

    @display(description="last error", ordering="last_error_at")
    def error(self, account: SocialAccount) -> str:
        if not account.last_error:
            return UNKNOWN
        return format_html(
            '<span class="gator-wrap" title="{}">{}</span> <span class="gator-muted">{}</span>',
            account.last_error,
            short(account.last_error, 80),
            when(account.last_error_at) if account.last_error_at else "",
        )

    @display(description="followers", ordering="followers")
    def reach_of(self, account: SocialAccount) -> str:
        return number(account.followers)

    @display(description="posts", ordering="posts_total")
    def posts_n(self, account: SocialAccount) -> str:
        address = list_url(SocialMediaPost, account__id__exact=account.pk)
        return anchor(address, number(account.posts_total))  # type: ignore[attr-defined]

    @display(description="scheduled posts at risk")
    def risk_text(self, account: Any) -> str:
        """How many planned posts come too late; none while a program renews the token."""
        n = getattr(account, "posts_at_risk", 0)
        return f"{posts(n)} {RISK[account.state in BROKEN]}" if n else "No posts"

    @display(description="access token")
    def token_text(self, account: SocialAccount) -> str:
        if not getattr(account, "has_access", False):
            return "Not set"
        end = account.token_expires_at
        return f"Set, ends {end:%Y-%m-%d}" if end else "Set, without a known end"

    @display(description="refresh token")
    def refresh_text(self, account: SocialAccount) -> str:
        return "Set" if getattr(account, "has_refresh", False) else "Not set"

    @admin.action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, accounts: QuerySet[SocialAccount]) -> None:
        tell(self, request, each(accounts, pause), "Paused")

    @admin.action(description="Resume", permissions=["act"])
    def resume(self, request: HttpRequest, accounts: QuerySet[SocialAccount]) -> None:
        tell(self, request, each(accounts, partial(resume, now=timezone.now())), "Resumed")


def is_set(name: str) -> Case:
    """Whether a sealed column holds anything, asked without opening it."""
    return Case(When(Q(**{name: ""}), then=Value(False)), default=Value(True), output_field=BooleanField())


# Whether access is lost already -> how planned posts come to be at risk.
RISK = {False: "planned for after access ends", True: "planned, and access is lost"}


def posts(n: int) -> str:
    """So many posts."""
    return f"{n:,} post{'' if n == 1 else 's'}"


def days_left(account: Any, now: datetime) -> str:
    """How long access lasts, coloured when somebody should act; a token that Gator renews is no person's concern."""
    if not account.has_access:
        return badge("No token", "danger")
    if account.renews and account.token_warning is None:
        end = account.token_expires_at
        return badge("Renewed by Gator", "", f"This one ends {end:%Y-%m-%d %H:%M} UTC" if end else "")
    end = account.refresh_expires_at if account.renews else account.token_expires_at
    if end is None:
        return UNKNOWN
    exact, left = f"{end:%Y-%m-%d %H:%M} UTC", end - now
    if left <= timedelta(0):
        return badge(f"Ended {length(-left)} ago", "danger", exact)
    return badge(f"{length(left)} left", WARNING_COLOURS.get(account.token_warning, ""), exact)


def pause(account: SocialAccount) -> None:
    """Stop working for an account."""
    if account.state == AccountState.PAUSED:
        raise Refused("it is paused already")
    SocialAccount.objects.filter(pk=account.pk).update(state=AccountState.PAUSED)


def resume(account: Any, *, now: datetime) -> None:
    """Work for an account again."""
    if account.state != AccountState.PAUSED:
        raise Refused(f"it is {account.get_state_display().lower()}, not paused")
    if not account.has_access:
        raise Refused("it has no token: set one on its page")
    if account.token_expires_at is not None and account.token_expires_at <= now and not account.renews:
        raise Refused("its token has ended: set a new one on its page")
    SocialAccount.objects.filter(pk=account.pk).update(state=AccountState.ACTIVE)
