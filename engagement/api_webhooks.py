"""The door that platforms push through. No session, no token of ours: a signature over the raw bytes lets in.

What is refused is told nothing and leaves nothing behind. What is taken is stored, answered at once and worked on in a
task; a task that is lost is made up for by the sweep.
"""

import logging

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from engagement.tasks import process_deliveries_task
from engagement.webhooks.inbox import take_in
from engagement.webhooks.processing import queue_of
from engagement.webhooks.sources import SOURCES, Source, Unconfigured

logger = logging.getLogger(__name__)

# A thousand changes, the most that Meta sends at once, are about half of it.
BODY_LIMIT = 1024 * 1024


@csrf_exempt
def receive(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a platform's challenge, or take what it pushes."""
    source = SOURCES[name]
    try:
        if request.method == "POST":
            return _taken(request, source, name)
        if request.method == "GET" and source.challenge:
            return _answered(source.challenge(request.GET.dict()), name)
    except Unconfigured as missing:
        logger.error("Something was sent to /webhooks/%s/, which is not set up. %s", name, missing)
        return HttpResponse(status=404)
    return HttpResponseNotAllowed(["GET", "POST"] if source.challenge else ["POST"])


def _answered(answer: tuple[str, str] | None, name: str) -> HttpResponse:
    if answer is None:
        logger.warning("A challenge to /webhooks/%s/ was refused.", name)
        return HttpResponse(status=403)
    kind, text = answer
    return HttpResponse(text, content_type=kind)


def _taken(request: HttpRequest, source: Source, name: str) -> HttpResponse:
    now = timezone.now()
    if _length(request) > BODY_LIMIT or len(request.body) > BODY_LIMIT:
        return HttpResponse(status=413)
    if not source.is_signed(request.body, request.headers.get(source.header, ""), now):
        logger.warning("Something without a valid signature was sent to /webhooks/%s/; nothing was stored.", name)
        return HttpResponse(status=403)
    with transaction.atomic():
        ids = take_in(source.read(request.body, now), now=now)
        transaction.on_commit(lambda: _queue(ids, source), robust=True)
    return HttpResponse(status=200)


def _queue(ids: list[int], source: Source) -> None:
    """Without retries: where the broker is away the sweep does the work, and the platform is not kept waiting."""
    if ids:
        process_deliveries_task.apply_async((ids,), queue=queue_of(source.platform), retry=False)


def _length(request: HttpRequest) -> int:
    """The length that the request claims, so that a long body is not even read."""
    claimed = request.headers.get("Content-Length", "")
    return int(claimed) if claimed.isascii() and claimed.isdigit() else 0
