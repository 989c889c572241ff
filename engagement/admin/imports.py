"""Importing an export in the admin: the form, a preview that writes nothing, and the same import as the command's.

The session holds what the user chose and the token of the file, so that nobody else can import it.
"""

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from acd.admin_links import list_url
from acd.figures import UNKNOWN, short
from acd.theme import action
from engagement.admin.import_form import ImportForm, plan_of, worded
from engagement.imports.posts import PostRow
from engagement.imports.running import Outcome, Plan, carry_out
from engagement.imports.table import RowError, TableError
from engagement.imports.uploads import drop, keep, kept
from engagement.models import SocialMediaPost
from engagement.selection import UnknownSelection
from engagement.values import METRIC_FIELDS

SESSION_KEY = "import_posts"
# Rows and refusals that a preview shows, and refusals that a message names.
SHOWN_POSTS, SHOWN_ERRORS, TOLD_ERRORS = 10, 100, 5
GONE = "This file was imported already, replaced by another, or kept too long. Upload it again."


@action(
    description="Import",
    url_path="import",
    permissions=["import"],
    icon="upload_file",
)
def import_posts(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The pages of an import: a form, the preview of what it would do, and the import itself."""
    now = timezone.now()
    if request.method == "POST":
        return _import(admin, request, now) if "token" in request.POST else _upload(admin, request, now)
    if "preview" in request.GET:
        return _preview(admin, request, now)
    return _form(admin, request, ImportForm(now=now))


def _form(admin: ModelAdmin, request: HttpRequest, form: ImportForm) -> HttpResponse:
    return _page(admin, request, "admin/import_posts.html", {"form": form, "media": form.media})


def _upload(admin: ModelAdmin, request: HttpRequest, now: datetime) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES, now=now)
    if not form.is_valid():
        return _form(admin, request, form)
    drop(request.session.get(SESSION_KEY, {}).get("token", ""))
    token = keep(form.cleaned_data["data"], now)
    request.session[SESSION_KEY] = {"token": token, "at": now.isoformat(), "chosen": form.cleaned_data["chosen"]}
    return HttpResponseRedirect(f"{_address(admin)}?preview=1")


def _preview(admin: ModelAdmin, request: HttpRequest, now: datetime) -> HttpResponse:
    upload = request.session.get(SESSION_KEY, {})
    data = kept(upload.get("token", ""), now)
    if data is None:
        return _again(admin, request, GONE)
    try:
        plan = _planned(data, upload)
    except (TableError, UnknownSelection) as error:
        return _again(admin, request, worded(str(error)))
    outcome = carry_out(plan, dry_run=True)
    return _page(admin, request, "admin/import_preview.html", _shown(plan, outcome) | {"token": upload["token"]})


def _import(admin: ModelAdmin, request: HttpRequest, now: datetime) -> HttpResponse:
    upload = request.session.get(SESSION_KEY, {})
    token = upload.get("token", "")
    is_mine = secrets.compare_digest(token.encode(), request.POST["token"].encode())
    data = kept(token, now) if is_mine else None
    if data is None or not drop(token):
        return _again(admin, request, GONE)
    del request.session[SESSION_KEY]
    try:
        plan = _planned(data, upload)
    except (TableError, UnknownSelection) as error:
        return _again(admin, request, worded(str(error)))
    _tell(admin, request, plan, carry_out(plan))
    return HttpResponseRedirect(list_url(SocialMediaPost))


def _planned(data: bytes, upload: dict[str, Any]) -> Plan:
    # The numbers were read when the file came, however long somebody looked at the preview.
    return plan_of(data, upload["chosen"], datetime.fromisoformat(upload["at"]))


def _again(admin: ModelAdmin, request: HttpRequest, reason: str) -> HttpResponse:
    admin.message_user(request, reason, messages.ERROR)
    return HttpResponseRedirect(_address(admin))


def _tell(admin: ModelAdmin, request: HttpRequest, plan: Plan, outcome: Outcome) -> None:
    counts = ", ".join(f"{number} {name}" for name, number in outcome.counts().items())
    told = f"Imported {short(plan.reading.file, 80)}: {counts}."
    LogEntry.objects.log_actions(request.user.pk or 0, [plan.target.persona], CHANGE, change_message=told)
    admin.message_user(request, told, messages.SUCCESS)
    for error in outcome.errors[:TOLD_ERRORS]:
        admin.message_user(request, f"Not imported: {worded(str(error))}", messages.WARNING)
    if len(outcome.errors) > TOLD_ERRORS:
        left = len(outcome.errors) - TOLD_ERRORS
        admin.message_user(request, f"Not imported for {left} more reasons: preview the file again.", messages.WARNING)


def _shown(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    measured = [name for name in METRIC_FIELDS if plan.columns.has(name)]
    posts = [_cells(post, plan, measured) for post in plan.first_posts(SHOWN_POSTS)]
    return {
        "plan": plan,
        "platform": plan.form.platform.label,
        "notes": [worded(note) for note in plan.notes],
        "columns": plan.meanings(),
        "counts": outcome.counts(),
        "measured": [name.replace("_", " ") for name in measured],
        "posts": posts,
        "errors": [_told(error) for error in outcome.errors[:SHOWN_ERRORS]],
        "more_errors": max(0, len(outcome.errors) - SHOWN_ERRORS),
    }


def _told(error: RowError) -> dict[str, Any]:
    return {"line": error.line, "field": error.field.replace("_", " "), "reason": worded(error.reason)}


def _cells(post: PostRow, plan: Plan, measured: list[str]) -> dict[str, Any]:
    at = post.published.at.astimezone(plan.reading.zone)
    numbers = post.metrics.counts()
    return {
        "line": post.line,
        "id": post.post_id,
        "published": f"{at:%Y-%m-%d %H:%M}" if post.published.has_time else f"{at:%Y-%m-%d}",
        "kind": post.media_kind or post.usual_kind,
        "caption": short(post.caption or "", 80) or UNKNOWN,
        "numbers": [UNKNOWN if numbers[name] is None else f"{numbers[name]:,}" for name in measured],
    }


def _page(admin: ModelAdmin, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    common = admin.admin_site.each_context(request) | {"title": "Import posts"}
    return TemplateResponse(request, template, common | context)


def _address(admin: ModelAdmin) -> str:
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_import_posts")
