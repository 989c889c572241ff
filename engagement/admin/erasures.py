"""Erasing people in the admin: from one of their comments or by their id on the platform, and the receipts."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from acd.admin_actions import on_page
from acd.figures import UNKNOWN
from acd.theme import Admin, ReadOnly, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, display, when
from engagement.enums import Platform
from engagement.erasure import Erasure, NotErasable, erase_author, erase_person, require_stranger
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction
from engagement.pseudonyms import author_key, author_keys

PERMISSION = "engagement.erase_author"
FOR_GOOD = (
    "Everything this person did is deleted, here and on every other post of ours, and nothing of theirs is stored "
    "again. The numbers of the posts are made anew at once, grades and patterns within minutes. It cannot be undone."
)


class Erasing(Admin):
    """The part of the admin of interactions that forgets the person behind one."""

    erase_author_here = on_page("erase_author", "Erase this author", FOR_GOOD, "person_off", permission="erase")

    def has_erase_permission(self, request: HttpRequest, _object_id: object = None) -> bool:
        """Whether this person may erase others for good."""
        return request.user.has_perm(PERMISSION)

    def erase_author(self, request: HttpRequest, rows: QuerySet[Interaction]) -> None:
        """Forget who is behind the chosen interactions."""
        for key in sorted(set(rows.order_by().values_list("author_key", flat=True))):
            if not key:
                text = "Nobody knows who this was: there is nothing of the person to erase but this row."
                self.message_user(request, text, messages.WARNING)
                continue
            try:
                tell_erasure(self, request, erase_author(key, now=timezone.now()))
            except NotErasable as reason:
                self.message_user(request, str(reason), messages.ERROR)


def tell_erasure(page: admin.ModelAdmin, request: HttpRequest, erasure: Erasure) -> None:
    """Say what went, and log on the receipt, which says nothing of the person, who did it."""
    text = f"The person was erased: {erasure.interactions} interactions on {erasure.posts} posts are gone."
    page.message_user(request, text, messages.SUCCESS)
    receipt = ErasureReceipt.objects.filter(pk=erasure.receipt or 0)
    LogEntry.objects.log_actions(request.user.pk or 0, receipt, ADDITION, change_message="Erased a person.")


class EraseForm(forms.ModelForm):
    """Whom to erase. The id is hashed at once and stands nowhere afterwards."""

    platform = forms.ChoiceField(choices=Platform.choices, widget=UnfoldAdminSelectWidget)
    author_id = forms.CharField(
        label="Id on the platform",
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="The person's number or id there, not the name shown. On Instagram without one: username:NAME.",
    )

    class Meta:
        model = ErasedAuthor
        fields = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"platform", "author_id"} <= given.keys():
            try:
                require_stranger(author_keys(given["platform"], given["author_id"]))
            except NotErasable as reason:
                raise forms.ValidationError(str(reason)) from None
        return given


@admin.register(ErasedAuthor)
class ErasedAdmin(ReadOnly, Admin):
    """People who asked to be forgotten: only the beginning of their keyed hash is shown. To add one is to erase one."""

    form = EraseForm
    list_display = ("__str__", "erased")
    readonly_fields = ("key_start",)
    fields = ("key_start", "erased_at")
    add_fieldsets = ((None, {"fields": ("platform", "author_id"), "description": FOR_GOOD}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, _change: bool) -> None:
        """Erase the person; the row is their tombstone."""
        given = form.cleaned_data
        tell_erasure(self, request, erase_person(given["platform"], given["author_id"], now=timezone.now()))
        obj.pk = ErasedAuthor.objects.get(author_key=author_key(given["platform"], given["author_id"])).pk

    def log_addition(self, _request: HttpRequest, _obj: Any, _message: Any) -> None:
        """Nothing here: who erased is logged on the receipt, and a log of people would bring them back."""

    def response_add(self, _request: HttpRequest, _obj: Any, _post_url_continue: str | None = None) -> HttpResponse:
        """Lead to the list; what happened was told."""
        return redirect("admin:engagement_erasedauthor_changelist")

    @display(description="keyed hash")
    def key_start(self, row: ErasedAuthor) -> str:
        return str(row)

    @display(description="erased", ordering="erased_at")
    def erased(self, row: ErasedAuthor) -> str:
        return when(row.erased_at)


@admin.register(ErasureReceipt)
class ReceiptAdmin(ReadOnly, Admin):
    """That somebody was erased, when, by whom (in the history) and how much went; nothing of the person."""

    list_display: ClassVar = ("erased", "interactions", "posts", "events", "numbers_moved", "relearned")
    fieldsets = (
        (None, {"fields": (("erased_at", "relearned_at"),)}),
        ("Deleted", {"fields": (("interactions", "events"), ("payloads", "log_entries"))}),
        ("Made anew", {"fields": (("posts", "remeasured", "numbers_moved"), ("posts_graded", "patterns_changed"))}),
    )

    @display(description="erased", ordering="erased_at")
    def erased(self, row: ErasureReceipt) -> str:
        return when(row.erased_at)

    @display(description="learned anew", ordering="relearned_at")
    def relearned(self, row: ErasureReceipt) -> str:
        return when(row.relearned_at) if row.relearned_at else UNKNOWN
