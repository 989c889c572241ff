"""Calibrating from the page of the filter's health: what decisions come to, and one click to put it in force."""

from dataclasses import asdict
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from acd.figures import number, percent
from engagement.calibration import Proposal, TooFewDecided, model_in_force, propose, put_in_force, take_back
from engagement.filtering.cutoffs import LEAST_DECISIONS
from engagement.models import Calibration

CALIBRATE, RESET = "calibrate", "reset"
TO_JUDGE_AGAIN = "Verdicts that stand follow with manage.py assess_interactions --all."


def may_calibrate(request: HttpRequest) -> bool:
    """Whether this person may move the cut-offs."""
    return request.user.has_perm("engagement.change_calibration")


def proposed() -> dict[str, Any]:
    """What the page shows of calibrating: the cut-offs now and as decisions would set them. Four queries."""
    proposal = propose(model_in_force())
    made = Calibration.objects.filter(model_version=proposal.model_version).select_related("calibrated_by").first()
    is_enough, is_new = proposal.people >= LEAST_DECISIONS, proposal.before != proposal.after
    return asdict(proposal) | {
        "made": made,
        "least": LEAST_DECISIONS,
        "is_enough": is_enough,
        "is_new": is_new,
        "is_movable": made is not None or (is_enough and is_new),
        "most_accused": percent(100 * proposal.share),
        "bounds": [
            ("Not sure from", number(proposal.before.genuine, 4), number(proposal.after.genuine, 4)),
            ("Bot from", number(proposal.before.bot, 4), number(proposal.after.bot, 4)),
        ],
    }


def calibrated(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Put in force what decisions come to at this moment, or return to the cut-offs of the training."""
    if not may_calibrate(request):
        raise PermissionDenied
    do = request.POST.get("do", "")
    if do == CALIBRATE:
        _calibrate(admin, request, propose(model_in_force()))
    elif do == RESET:
        _reset(admin, request)
    return HttpResponseRedirect(request.path)


def _calibrate(admin: ModelAdmin, request: HttpRequest, proposal: Proposal) -> None:
    try:
        stored = put_in_force(proposal, by=cast("User", request.user), now=timezone.now())
    except TooFewDecided as reason:
        messages.warning(request, f"Nothing was changed: {reason}")
        return
    admin.log_change(request, stored, f"Cut-offs of {stored}")
    messages.success(request, f"The cut-offs are set by {proposal.decisions} decisions. {TO_JUDGE_AGAIN}")


def _reset(admin: ModelAdmin, request: HttpRequest) -> None:
    model = model_in_force()
    stored = Calibration.objects.filter(model_version=model.version).first()
    if stored is None:
        messages.warning(request, "Nothing was changed: the cut-offs were the training's already.")
        return
    admin.log_change(request, stored, f"Cut-offs of {stored} given up for the training's")
    take_back(model)
    messages.success(request, f"The cut-offs are the training's again. {TO_JUDGE_AGAIN}")
