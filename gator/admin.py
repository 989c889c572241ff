"""People, their API tokens, the schedules and the log of what staff did, dressed like the other lists."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.admin import AuthTokenAdmin as KnoxTokenAdmin
from knox.models import AuthToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from acd.admin_links import link
from acd.figures import UNKNOWN, number
from acd.theme import Admin, ChoicesDropdownFilter, Questions, ReadOnly, SmallAdmin, TabularInline, badge, display, when

SCHEDULES = (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule)
FLAGS = {ADDITION: ("Added", "success"), CHANGE: ("Changed", "info"), DELETION: ("Deleted", "danger")}
# Characters of a token that tell two of one person apart; the token itself is never stored.
KEY_SHOWN = 6

admin.site.unregister([User, Group, AuthToken, *SCHEDULES])


@admin.register(User)
class UserAdmin(DjangoUserAdmin, SmallAdmin):  # type: ignore[misc]  # Django types a paginator too narrowly
    """Who may sign in, and what they may do."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "name", "is_staff", "is_active", "seen")
    list_filter = ("is_staff", "is_superuser", "is_active")

    @display(description="name", ordering="last_name")
    def name(self, user: User) -> str:
        return user.get_full_name() or UNKNOWN

    @display(description="last sign-in", ordering="last_login")
    def seen(self, user: User) -> str:
        return when(user.last_login)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, SmallAdmin):  # type: ignore[misc]  # as above
    """Permissions shared by people with the same task; the API and the admin obey the same ones."""

    deletable = True
    list_display = ("name", "people")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(people_total=Count("user"))

    @display(description="people", ordering="people_total")
    def people(self, group: Group) -> str:
        return number(group.people_total)  # type: ignore[attr-defined]


class TokenStateFilter(Questions):
    """Tokens that still open the API, and those that no longer do."""

    title = "state"
    parameter_name = "state"
    questions = {
        "valid": ("Valid", lambda tokens, now: tokens.exclude(expiry__lte=now)),
        "ended": ("Ended", lambda tokens, now: tokens.filter(expiry__lte=now)),
    }


@admin.register(AuthToken)
class TokenAdmin(KnoxTokenAdmin, SmallAdmin):
    """Tokens of the API: the installation keeps a hash, so a token can be seen only once, when it is made."""

    list_display = ("start", "user", "made", "ends")
    list_display_links = None
    list_filter = (TokenStateFilter,)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
    raw_id_fields = ()
    fields = None
    fieldsets = ((None, {"fields": ("user", "expiry"), "description": "Without an expiry it lasts until revoked."}),)
    actions = ("revoke",)

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether this person may end tokens."""
        return request.user.has_perm("knox.delete_authtoken")

    def change_view(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Lead to the list: a token has no page, since its title would be the whole hash."""
        return redirect("admin:knox_authtoken_changelist")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, _change: bool) -> None:
        """Store the hash, and show the token itself this one time."""
        obj.save()
        text = f"Copy this token of {obj.user} now, it is not shown again: {form.token}"
        messages.warning(request, text)

    def log_addition(self, request: HttpRequest, obj: Any, _message: Any) -> LogEntry:
        return note(request, obj, ADDITION)

    def response_add(self, request: HttpRequest, obj: Any, _post_url_continue: str | None = None) -> HttpResponse:
        """Go back to the list without naming the token by its hash."""
        return self.response_post_save_add(request, obj)

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[AuthToken]) -> None:
        """End tokens at once."""
        for token in tokens:
            note(request, token, DELETION)
        n, _ = tokens.delete()
        messages.success(request, f"Revoked: {n} token{'' if n == 1 else 's'}.")

    @display(description="token")
    def start(self, token: AuthToken) -> str:
        return start_of(token)

    @display(description="made", ordering="created")
    def made(self, token: AuthToken) -> str:
        return when(token.created)

    @display(description="ends", ordering="expiry")
    def ends(self, token: AuthToken) -> str:
        return token_end(token.expiry, timezone.now())


def start_of(token: AuthToken) -> str:
    """The first characters of a token."""
    return f"{token.token_key[:KEY_SHOWN]}…"


def note(request: HttpRequest, token: AuthToken, flag: int) -> LogEntry:
    """Log what happened to a token under its first characters: its `str()` and its key are the whole hash."""
    kind = ContentType.objects.get_for_model(AuthToken)
    name = start_of(token)
    return LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=kind,
        object_id=name,
        object_repr=f"{name} of {token.user}",
        action_flag=flag,
    )


def token_end(end: datetime | None, now: datetime) -> str:
    """When a token ends; ended ones are marked."""
    if end is None:
        return "Never"
    return when(end) if end > now else badge("Ended", "warning", f"{end:%Y-%m-%d %H:%M} UTC")


class TaskForm(beat.PeriodicTaskForm):
    """The schedule form with fields that look like the others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.fields["regtask"].widget.tasks_as_choices()
        self.fields["regtask"] = forms.ChoiceField(
            label="Task", required=False, choices=names, widget=UnfoldAdminSelectWidget
        )
        self.fields["task"].label = "Task by its path"
        self.fields["task"].widget = UnfoldAdminTextInputWidget()


class EnabledFilter(Questions):
    """Schedules that run, and those that are switched off."""

    title = "state"
    parameter_name = "state"
    questions = {
        "enabled": ("Enabled", lambda tasks, _: tasks.filter(enabled=True)),
        "disabled": ("Disabled", lambda tasks, _: tasks.filter(enabled=False)),
    }


@admin.register(PeriodicTask)
class TaskAdmin(beat.PeriodicTaskAdmin, SmallAdmin):
    """What runs when. Staff own the schedules: a release adds what is missing and keeps their edits."""

    form = TaskForm
    deletable = True
    list_display: ClassVar = ("name", "state", "rhythm", "last", "runs")
    list_filter = (EnabledFilter,)
    date_hierarchy = None
    # Its script explains crontabs and stands inline in the page, where a strict content policy blocks it.
    change_form_template = None

    @display(description="state", ordering="enabled")
    def state(self, task: PeriodicTask) -> str:
        return badge("Enabled", "success") if task.enabled else badge("Disabled")

    @display(description="rhythm")
    def rhythm(self, task: PeriodicTask) -> str:
        return str(task.scheduler or UNKNOWN)

    @display(description="last run", ordering="last_run_at")
    def last(self, task: PeriodicTask) -> str:
        return when(task.last_run_at)

    @display(description="runs", ordering="total_run_count")
    def runs(self, task: PeriodicTask) -> str:
        return number(task.total_run_count)

    @display(description="in words")
    def crontab_translation(self, task: PeriodicTask) -> str:
        return task.crontab.human_readable if task.crontab else UNKNOWN


class TasksOfSchedule(TabularInline):
    """The tasks that keep a rhythm."""

    model = PeriodicTask
    fields = readonly_fields = ("name", "task", "enabled")
    can_delete = False
    extra = 0
    show_change_link = True
    verbose_name_plural = "tasks in this rhythm"

    def has_add_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


@admin.register(ClockedSchedule, IntervalSchedule, SolarSchedule)
class ScheduleAdmin(SmallAdmin):
    """A rhythm that tasks keep."""

    deletable = True
    inlines = (TasksOfSchedule,)


@admin.register(CrontabSchedule)
class CrontabAdmin(ScheduleAdmin):
    """A rhythm by the clock; in a zone with daylight saving the repeated hour of autumn is skipped."""

    list_display = ("__str__", "human_readable")
    readonly_fields = ("human_readable",)
    fields = (
        "human_readable",
        ("minute", "hour"),
        ("day_of_month", "month_of_year", "day_of_week"),
        "timezone",
    )


@admin.register(LogEntry)
class LogAdmin(ReadOnly, Admin):
    """What staff did in the admin, newest first."""

    list_display = ("what", "row", "kind", "by", "made")
    list_filter = (("action_flag", ChoicesDropdownFilter),)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    fields = (("action_time", "user", "action_flag"), ("content_type", "object_repr"), "what")
    readonly_fields = ("what",)

    @display(description="what")
    def what(self, entry: LogEntry) -> str:
        return format_html('<span class="gator-wrap">{}</span>', entry.get_change_message() or UNKNOWN)

    @display(description="record")
    def row(self, entry: LogEntry) -> str:
        return f"{entry.content_type}: {entry.object_repr}" if entry.content_type else entry.object_repr

    @display(description="kind", ordering="action_flag")
    def kind(self, entry: LogEntry) -> str:
        return badge(*FLAGS[entry.action_flag])

    @display(description="by", ordering="user__username")
    def by(self, entry: LogEntry) -> str:
        return link(entry.user)

    @display(description="when", ordering="action_time")
    def made(self, entry: LogEntry) -> str:
        return when(entry.action_time)
