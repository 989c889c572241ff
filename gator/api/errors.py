"""One shape for every error: {"error": {"code", "message", "fields"}}. The message names the thing and the remedy.

What our own actions raise is translated here, by one table, so that no view holds a `try`.
"""

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, NotFound, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from engagement.calibration import TooFewDecided
from engagement.recording import ConflictingSnapshot, InvalidMetric
from engagement.scheduling import NotPublishable
from gator.studio.feedback import NothingToJudge
from gator.studio.generation import NotPossible
from gator.studio.generators.base import GenerationFailed

logger = logging.getLogger(__name__)

# What an action of ours raises: the status and the code of the answer. Its own words are the message.
RAISED: dict[type[Exception], tuple[int, str]] = {
    ConflictingSnapshot: (status.HTTP_409_CONFLICT, "conflict"),
    InvalidMetric: (status.HTTP_400_BAD_REQUEST, "invalid"),
    NotPublishable: (status.HTTP_409_CONFLICT, "conflict"),
    NotPossible: (status.HTTP_409_CONFLICT, "conflict"),
    TooFewDecided: (status.HTTP_409_CONFLICT, "conflict"),
    NothingToJudge: (status.HTTP_409_CONFLICT, "conflict"),
    # The failure is on record: its context and its trace say more.
    GenerationFailed: (status.HTTP_409_CONFLICT, "generation_failed"),
}
# Where the framework's own words name no remedy.
REMEDIES = {
    "not_authenticated": "Log in with POST /api/v1/auth/login/ and send the header 'Authorization: Token ...'.",
    "authentication_failed": "Log in again with POST /api/v1/auth/login/.",
    "unsupported_media_type": "Send JSON with the header 'Content-Type: application/json'.",
    "not_acceptable": "This API answers in JSON only: send 'Accept: application/json'.",
    "parse_error": "Send JSON in UTF-8.",
}


class BodyTooLarge(APIException):
    """The body is larger than one request may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = (
        f"The body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes: send fewer items at a time."
    )
    default_code = "too_large"


def one_shape(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to any error we expect; None for a defect, which becomes a 500."""
    if (raised := next((RAISED[kind] for kind in type(error).__mro__ if kind in RAISED), None)) is not None:
        logger.info("%s: %s", type(error).__name__, error)
        return Response(body(raised[1], str(error), _fields_of(error)), status=raised[0])
    expected = _named(error)
    response = exception_handler(expected, context)
    if response is not None:
        response.data = _described(expected, context)
    return response


def _named(error: Exception) -> Exception:
    """Errors of Django's own as those of the REST framework."""
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge()
    return NotFound() if isinstance(error, Http404) else error


def body(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The one shape."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def _fields_of(error: Exception) -> dict[str, list[str]]:
    return {error.field: [error.remedy]} if isinstance(error, InvalidMetric) else {}


def _described(error: Exception, context: dict[str, Any]) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        fields = flatten(error.detail)
        return body("invalid", _first_words(fields), fields)
    code = error.get_codes() if isinstance(error, APIException) else "permission_denied"
    return body(str(code), _message(error, str(code), context))


def _message(error: Exception, code: str, context: dict[str, Any]) -> str:
    view = context.get("view")
    if isinstance(error, NotFound) and (queryset := getattr(view, "queryset", None)) is not None:
        name = queryset.model._meta.verbose_name
        given = ", ".join(str(value) for value in context.get("kwargs", {}).values())
        return f"There is no {name} {given} here: the list of the same address shows what there is."
    if isinstance(error, MethodNotAllowed) and view is not None:
        return f"{error.detail} Allowed here: {', '.join(view.allowed_methods)}."
    detail = str(getattr(error, "detail", "You may not do this."))
    if isinstance(error, Throttled):
        return f"{detail} Wait that long, or ask for a higher API_RATE."
    return f"{detail} {REMEDIES[code]}" if code in REMEDIES else detail


def _first_words(fields: dict[str, list[str]]) -> str:
    """The first complaint, and how many more there are."""
    name, texts = next(iter(fields.items()))
    text = texts[0] if name == api_settings.NON_FIELD_ERRORS_KEY else f"{name}: {texts[0]}"
    others = sum(len(texts) for texts in fields.values()) - 1
    return f"{text} ({others} more in fields.)" if others else text


def flatten(detail: Any) -> dict[str, list[str]]:
    """Nested complaints as one level: {"items": [{}, {"kind": [...]}]} becomes {"items.1.kind": [...]}."""
    found: dict[str, list[str]] = {}
    for path, text in _leaves(detail, ()):
        found.setdefault(".".join(path) or api_settings.NON_FIELD_ERRORS_KEY, []).append(text)
    return found


def _leaves(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _leaves(inner, (*path, str(name)))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _leaves(inner, (*path, str(place)) if nested else path)
    else:
        yield path, str(detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that Django refused before any view saw it."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    return JsonResponse(body("bad_request", "The request is malformed: check the address and the headers."), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect of ours."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return JsonResponse(body("error", "Gator failed; the log of the server says why. Try again later."), status=500)
