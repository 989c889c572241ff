"""How X says no: problem bodies, and the rate-limit headers of every answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from engagement.sandbox.messages import Refused, Reply, Request
from engagement.sandbox.world import World

TYPES = "https://api.x.com/2/problems/"
WINDOW_SECONDS = 900

# User limits per 15 minutes by path; the first that fits holds. They are shown, not enforced: the
# sandbox's clock may run faster than the window.
LIMITS = (
    ("/liking_users", 75),
    ("/retweeted_by", 75),
    ("/search/recent", 300),
    ("/2/users", 900),
    ("/2/media", 1875),
    ("/2/tweets/", 900),
    ("/2/tweets", 5000),
)
CREATE_LIMIT, OTHER_LIMIT = 100, 900


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


def forbidden(detail: str) -> Refused:
    return Refused(problem(403, "Forbidden", detail))


def limit_headers(world: World, request: Request) -> Mapping[str, str]:
    """The window is one of real time, like the limits of a server, whatever the sandbox's clock says."""
    limit = next((value for path, value in LIMITS if path in request.path), OTHER_LIMIT)
    limit = CREATE_LIMIT if (request.method, request.path) == ("POST", "/2/tweets") else limit
    reset = (int(time.time()) // WINDOW_SECONDS + 1) * WINDOW_SECONDS
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(limit - 1),
        "x-rate-limit-reset": str(reset),
    }


def limited(request: Request, seconds: str) -> Reply:
    reset = int(time.time()) + int(seconds)
    reply = problem(429, "Too Many Requests", "Too Many Requests")
    return Reply(429, reply.body, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)})


def unauthorized(request: Request, detail: str) -> Reply:
    return problem(401, "Unauthorized", "Unauthorized")
