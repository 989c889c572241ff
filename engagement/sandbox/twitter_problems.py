"""How X says no: problem bodies, errors beside data, and the rate-limit headers of every answer."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from typing import Any

from engagement.sandbox.limits import Usage
from engagement.sandbox.messages import Json, Refused, Reply, Request
from engagement.sandbox.world import World

TYPES = "https://api.x.com/2/problems/"
WINDOW_SECONDS = 900

# What a user may ask per 15 minutes; the first row that fits holds. They are shown, not enforced, until a limit
# is switched on: the sandbox's clock may run faster than the window.
LIMITS = (
    ("POST", r"/2/tweets", 100),
    ("GET", r"/2/tweets", 5000),
    ("GET", r"/2/tweets/search/recent", 300),
    ("GET", r"/2/tweets/analytics", 300),
    ("GET", r"/2/tweets/\d+/(liking_users|retweeted_by|quote_tweets)", 75),
    ("DELETE", r"/2/tweets/\d+", 50),
    ("GET", r"/2/users/\d+/mentions", 300),
    ("GET", r"/2/users/me", 75),
    ("GET", r"/2/usage/tweets", 50),
    ("POST", r"/2/media/upload/.+", 1875),
)
OTHER_LIMIT = 900


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Reply:
    return Reply(status, {"title": title, "type": kind, "status": status, "detail": detail})


def invalid(message: str, **parameters: Any) -> Refused:
    given = {name: [str(value)] for name, value in parameters.items()}
    return Refused(
        Reply(
            400,
            {
                "errors": [{"message": message, "parameters": given}],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": TYPES + "invalid-request",
            },
        )
    )


def forbidden(detail: str, kind: str = "") -> Refused:
    return Refused(problem(403, "Forbidden", detail, TYPES + kind if kind else "about:blank"))


def not_found(post_id: str, parameter: str) -> Json:
    return _missing(
        "tweet", post_id, parameter, "Not Found Error", f"Could not find tweet with {parameter}: [{post_id}]."
    )


def unknown_user(user_id: str, parameter: str) -> Json:
    return _missing(
        "user", user_id, parameter, "Not Found Error", f"Could not find user with {parameter}: [{user_id}]."
    )


def unknown_media(key: str) -> Json:
    return _missing("media", key, "media_keys", "Not Found Error", f"Could not find media with media_keys: [{key}].")


def suspended(user_id: str, parameter: str) -> Json:
    return _missing("user", user_id, parameter, "Forbidden", f"User has been suspended: [{user_id}].")


def _missing(resource: str, wanted: str, parameter: str, title: str, detail: str) -> Json:
    return {
        "resource_id": wanted,
        "resource_type": resource,
        "parameter": parameter,
        "value": wanted,
        "title": title,
        "detail": detail,
        "type": TYPES + "resource-not-found",
    }


def denied_field(resource_id: str, resource: str, name: str) -> Json:
    return {
        "resource_id": resource_id,
        "resource_type": resource,
        "parameter": f"{resource}.fields",
        "field": name,
        "section": "data" if resource == "tweet" else "includes",
        "value": resource_id,
        "title": "Field Authorization Error",
        "detail": f"Sorry, you are not authorized to access '{name}' on the {resource} with id : [{resource_id}].",
        "type": TYPES + "not-authorized-for-field",
    }


# Limits: windows of real time, as clients wait by their own clock, whatever the sandbox's says.


def limit_headers(world: World, request: Request) -> Mapping[str, str]:
    fitting = (
        amount
        for method, path, amount in LIMITS
        if method == request.method and re.fullmatch(path, request.path.rstrip("/"))
    )
    limit = next(fitting, OTHER_LIMIT)
    reset = (int(time.time()) // WINDOW_SECONDS + 1) * WINDOW_SECONDS
    return _headers(limit, limit - 1, reset)


def usage_headers(request: Request, usage: Usage) -> Mapping[str, str]:
    return _headers(usage.limit.amount, usage.remaining, math.ceil(time.time() + usage.resets_in))


def _headers(limit: int, remaining: int, reset: int) -> Mapping[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }


def limited(request: Request, seconds: str) -> Reply:
    reset = int(time.time()) + int(seconds)
    reply = problem(429, "Too Many Requests", "Too Many Requests")
    return Reply(429, reply.body, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)})


def unauthorized(request: Request, detail: str) -> Reply:
    return problem(401, "Unauthorized", "Unauthorized")


# Money


def no_credits(request: Request, detail: str) -> Reply:
    wanting = "Your enrolled account does not have any credits to fulfill this request."
    return problem(402, "CreditsDepleted", wanting, TYPES + "credits")


def usage_capped(request: Request, detail: str) -> Reply:
    reply = problem(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap", TYPES + "usage-capped")
    return Reply(429, {**reply.body, "period": "Monthly", "scope": "Product"})
