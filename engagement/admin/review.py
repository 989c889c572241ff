"""The review queue: what the filter is not sure of, one after another, each decided with one click or key."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from acd.admin_links import page_url
from acd.figures import number
from acd.theme import UnfoldAdminSelectWidget, action
from engagement.admin.why import cut_offs_in_force, explained, reasons_of
from engagement.enums import DECISIONS, Platform, Verdict
from engagement.models import Interaction, SocialAccount
from engagement.querysets import InteractionQuerySet
from engagement.values import MAX_COUNT

SHOWN = 25
# A key has no more; a longer one would be beyond every column.
KEY_DIGITS = 18
UNCERTAIN = "uncertain"
ORDERS = [("", "The newest first"), (UNCERTAIN, "The most uncertain first")]
# verdict -> (button, key that presses it, what is told and logged)
BUTTONS = {
    Verdict.GENUINE: ("Genuine", "g", "Marked as genuine"),
    Verdict.BOT: ("Bot", "b", "Marked as bot"),
    Verdict.PERSONA: ("AI persona", "p", "Marked as AI persona"),
}
TAKEN_BACK = "Given back to the filter"
REWRITTEN = "Nothing was decided: its author changed the text after you were shown it. Read it again."


class QueueForm(forms.Form):
    """Which part of the queue to show, and in which order."""

    platform = forms.ChoiceField(
        choices=[("", "All platforms"), *Platform.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    account = forms.ModelChoiceField(
        queryset=SocialAccount.objects.only("platform", "handle", "platform_user_id").order_by("platform", "handle"),
        required=False,
        empty_label="All accounts",
        widget=UnfoldAdminSelectWidget,
    )
    order = forms.ChoiceField(choices=ORDERS, required=False, widget=UnfoldAdminSelectWidget)
    post = forms.IntegerField(required=False, min_value=1, max_value=MAX_COUNT, widget=forms.HiddenInput)

    def queue(self) -> InteractionQuerySet:
        """What is to be reviewed; a choice that nobody knows narrows nothing."""
        self.is_valid()
        chosen: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        rows = Interaction.objects.to_review()
        if "platform" in chosen:
            rows = rows.on(chosen["platform"])
        if "account" in chosen:
            rows = rows.filter(post__account=chosen["account"])
        if "post" in chosen:
            rows = rows.filter(post=chosen["post"])
        return rows.most_uncertain_first(_middle()) if chosen.get("order") == UNCERTAIN else rows


def _middle() -> float:
    bounds = cut_offs_in_force()
    return (bounds.genuine + bounds.bot) / 2


@action(description="Review queue", url_path="review", permissions=["view"], icon="fact_check")
def review(admin: Any, request: HttpRequest) -> HttpResponse:
    """The queue, and what a person says of one of it."""
    if request.method == "POST":
        return _decided(admin, request)
    form = QueueForm(request.GET)
    page = Paginator(form.queue().select_related("post"), SHOWN).get_page(request.GET.get("p"))
    bounds = cut_offs_in_force()
    rows = list(page)
    following = [*(row.pk for row in rows[1:]), ""][: len(rows)]
    context = {
        "title": "Review queue",
        "form": form,
        "page": page,
        "query": _query(request),
        "items": [_item(row, after, explained(row, bounds)) for row, after in zip(rows, following, strict=True)],
        "buttons": [(verdict.value, label, key) for verdict, (label, key, _) in BUTTONS.items()],
        "may_decide": admin.has_act_permission(request),
        "last": _last(request),
        "accused": number(100 * settings.MAX_WRONGLY_ACCUSED, 0),
    }
    return TemplateResponse(request, "admin/review.html", admin.admin_site.each_context(request) | context)


def _item(row: Interaction, after: object, words: str) -> dict[str, Any]:
    return {
        "row": row,
        "url": page_url(row),
        "post_url": page_url(row.post),
        "reasons": reasons_of(row),
        "explained": words,
        "edited": _edition(row),
        "after": after,
    }


def _edition(row: Interaction) -> str:
    """Which text of its author's was shown."""
    return row.edited_at.isoformat() if row.edited_at else ""


def _last(request: HttpRequest) -> Interaction | None:
    """What this person decided last, so that it can be taken back."""
    mine = _chosen(request.GET.get("last", "")).filter(overridden_by=request.user.pk)
    return mine.exclude(override="").first()


def _chosen(key: str) -> InteractionQuerySet:
    """The interaction with this key, given as text; none where there is no such one."""
    is_key = key.isascii() and key.isdecimal() and len(key) <= KEY_DIGITS
    return Interaction.objects.filter(pk=int(key)) if is_key else Interaction.objects.none()


def _query(request: HttpRequest, **changes: str) -> str:
    """The choices of this page as a query string, without what was decided last and without the page."""
    kept = {name: request.GET[name] for name in ("platform", "account", "post", "order") if request.GET.get(name)}
    return urlencode(kept | changes)


def _decided(admin: Any, request: HttpRequest) -> HttpResponse:
    if not admin.has_act_permission(request):
        raise PermissionDenied
    verdict, key = request.POST.get("verdict", ""), request.POST.get("row", "")
    rows = _chosen(key)
    if verdict and any(_edition(row) != request.POST.get("edited", "") for row in rows):
        messages.warning(request, REWRITTEN)
    elif verdict and verdict in DECISIONS:
        admin.override(request, rows, verdict, BUTTONS[Verdict(verdict)][2], instead_of="")
        return _back(admin, request, last=key)
    if not verdict:
        admin.override(request, rows, "", TAKEN_BACK)
    return _back(admin, request)


def _back(admin: ModelAdmin, request: HttpRequest, **last: str) -> HttpResponse:
    """To the same page of the queue, at the one that follows."""
    page = request.GET.get("p", "")
    query = _query(request, **last, **({"p": page} if page.isdecimal() else {}))
    after = request.POST.get("after", "")
    place = f"#seen-{after}" if after.isdecimal() else ""
    return HttpResponseRedirect(f"{queue_url(admin)}?{query}{place}")


def queue_url(admin: ModelAdmin) -> str:
    """Address of the queue."""
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_review")
