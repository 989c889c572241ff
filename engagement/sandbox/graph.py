"""What Instagram and Facebook share as services: Graph errors, versions and batches.

Follows "Meta common" of the documentation. Field lists, pages and insights are in `graph_edges.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from engagement.sandbox.gate import Call, Route
from engagement.sandbox.limits import APP, Usage
from engagement.sandbox.messages import Json, Refused, Reply, Request
from engagement.sandbox.world import World

MAX_BATCH = 50
OLDEST_USABLE, CURRENT = "v21.0", "v26.0"
_VERSION = re.compile(r"^/(v(\d+)\.\d+)(?=/|$)")
_TRACE = "AbC1dEf2GhI"


def error(
    message: str,
    code: int,
    *,
    subcode: int | None = None,
    kind: str = "OAuthException",
    status: int = 400,
    transient: bool = False,
    title: str = "",
) -> Reply:
    content: Json = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        content["error_subcode"] = subcode
    if transient:
        content["is_transient"] = True
    if title:
        content |= {"error_user_title": title, "error_user_msg": message}
    return Reply(status, {"error": {**content, "fbtrace_id": _TRACE}})


def refuse(message: str, code: int, *, subcode: int | None = None, title: str = "") -> Refused:
    return Refused(error(message, code, subcode=subcode, title=title))


def gone(object_id: str) -> Refused:
    """Deleted, foreign and never existing objects look the same (code 100, subcode 33)."""
    message = (
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return Refused(error(message, 100, subcode=33, kind="GraphMethodException"))


def refusals(limit_code: int, limit_name: str) -> dict[str, Callable[[Request, str], Reply]]:
    """The failures every product shares; only the code of its business limit differs."""
    return {
        "malformed": lambda request, detail: error(f"(#100) {detail}", 100),
        "too_large": lambda request, detail: error("The request entity is too large.", 1, status=413),
        "unknown_path": lambda request, path: error(f"Unknown path components: {path}", 2500),
        "wrong_token": lambda request, detail: error("Invalid OAuth access token - Cannot parse access token", 190),
        "expired_token": lambda request, detail: error(
            "Error validating access token: Session has expired.", 190, subcode=463
        ),
        "revoked_token": lambda request, detail: error(
            "Error validating access token: The user has not authorized application.", 190, subcode=458
        ),
        "server_error": lambda request, detail: error(
            "An unexpected error has occurred. Please retry your request later.",
            2,
            status=500,
            transient=True,
        ),
        "rate_limit": lambda request, seconds: _limited(limit_code, limit_name, seconds),
        "app_rate_limit": lambda request, seconds: error("(#4) Application request limit reached", 4),
    }


def _limited(code: int, name: str, seconds: str) -> Reply:
    """The header names the time to wait in minutes (`estimated_time_to_regain_access`)."""
    minutes = -(-int(seconds) // 60)
    usage = {
        "0": [
            {
                "type": name,
                "call_count": 100,
                "total_cputime": 30,
                "total_time": 35,
                "estimated_time_to_regain_access": minutes,
            }
        ]
    }
    account = "Instagram account" if name == "instagram" else "Page account"
    reply = error(f"(#{code}) There have been too many calls to this {account}. Wait a bit and try again.", code)
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage), "facebook-api-version": CURRENT}
    return Reply(reply.status, reply.body, headers)


def usage(kind: str) -> Callable[[Request, Usage], Mapping[str, str]]:
    """Percent of the quota used: of the business object, or of the app where accounts share a limit."""

    def told(request: Request, used: Usage) -> Mapping[str, str]:
        counts = {"call_count": used.percent, "total_cputime": used.percent // 4, "total_time": used.percent // 3}
        if used.limit.per == APP:
            return {"X-App-Usage": json.dumps(counts)}
        minutes = -(-int(used.resets_in) // 60) if used.is_exceeded else 0
        entry = {"type": kind, **counts, "estimated_time_to_regain_access": minutes}
        return {"X-Business-Use-Case-Usage": json.dumps({used.account: [entry]})}

    return told


def is_counted(request: Request) -> bool:
    """A batch counts through its items."""
    return (request.method, without_version(request.path)) != ("POST", "/")


def headers(world: World, request: Request) -> Mapping[str, str]:
    """Versions that ended are served by the oldest usable one; the header tells which answered."""
    found = _VERSION.match(request.path)
    asked = found[1] if found else CURRENT
    served = asked if not found or int(found[2]) >= int(OLDEST_USABLE[1:3]) else OLDEST_USABLE
    return {
        "facebook-api-version": served,
        "X-App-Usage": json.dumps({"call_count": 2, "total_cputime": 2, "total_time": 2}),
    }


def without_version(path: str) -> str:
    return _VERSION.sub("", path) or "/"


def root(world: World, request: Request) -> Reply:
    """The removed multi-id read answers as seen in the wild."""
    if "ids" in request.query:
        return error("The ids query parameter is deprecated in v26.0+", 100, status=500)
    return error("Unsupported get request.", 100, kind="GraphMethodException")


# Subscriptions


def subscription_routes(*known: str) -> tuple[Route, ...]:
    """The second step of webhooks: which fields an account sends; a new list replaces the old one."""

    def subscribe(call: Call) -> Reply:
        """Subscribe the app to fields of this account."""
        require_own(call)
        asked = [one.strip() for one in str(call.params.get("subscribed_fields", "")).split(",") if one.strip()]
        unknown = next((one for one in asked if one not in known), None)
        if unknown or not asked:
            raise refuse(f"(#100) Param subscribed_fields must be one of {{{', '.join(known)}}}", 100)
        call.world.subscriptions[call.account.user_id] = asked
        return Reply(200, {"success": True})

    def subscribed(call: Call) -> Reply:
        """The fields this account sends."""
        require_own(call)
        fields = call.world.subscriptions.get(call.account.user_id)
        return Reply(200, {"data": [{"id": "1", "name": "Gator", "subscribed_fields": fields}] if fields else []})

    def unsubscribe(call: Call) -> Reply:
        """Send no more events of this account."""
        require_own(call)
        call.world.subscriptions.pop(call.account.user_id, None)
        return Reply(200, {"success": True})

    path = "/{owner}/subscribed_apps"
    return ("POST", path, subscribe), ("GET", path, subscribed), ("DELETE", path, unsubscribe)


def require_own(call: Call) -> None:
    if call.ids["owner"] not in ("me", call.account.user_id):
        raise gone(call.ids["owner"])


# Batches


def batch(request: Request, ask: Callable[[Request], Reply]) -> Reply:
    """At most 50 requests in one; each answers for itself, and one that timed out is null."""
    items = _batch_items(request)
    with_headers = str(request.params.get("include_headers", "true")).lower() != "false"
    return Reply(200, [_batch_answer(ask(_batch_request(request, item)), with_headers) for item in items])


def _batch_items(request: Request) -> list[Json]:
    given = request.params.get("batch")
    try:
        items = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refuse("(#100) param batch must be an array.", 100)
    if len(items) > MAX_BATCH:
        raise Refused(
            error(
                f"Too many requests in batch message. Maximum batch size is {MAX_BATCH}",
                100,
                kind="GraphBatchException",
            )
        )
    return items


def _batch_request(request: Request, item: Json) -> Request:
    path, _, query = str(item.get("relative_url", "")).partition("?")
    version = _VERSION.match(request.path)
    own = (
        path if path.startswith("v") and _VERSION.match(f"/{path}") else f"{version[1] if version else CURRENT}/{path}"
    )
    token = str(item.get("access_token") or request.token)
    return Request(
        request.platform,
        str(item.get("method", "GET")).upper(),
        f"/{own.strip('/')}",
        dict(parse_qsl(query, keep_blank_values=True)) or {},
        {"authorization": f"Bearer {token}"},
        str(item.get("body", "")).encode(),
        request.base,
    )


def _batch_answer(reply: Reply, with_headers: bool) -> Json | None:
    if reply.is_late:
        return None
    answer: Json = {"code": reply.status, "body": reply.text}
    if with_headers:
        answer["headers"] = [{"name": name, "value": value} for name, value in reply.headers.items()]
    return answer
