"""What X charges, as data: a price per thing returned, once a day (UTC), and per post created. In micro-dollars.

[X API pricing, as of 13 Aug 2026]
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MICRO = 1_000_000

CREATE, CREATE_WITH_URL, COUNTS = 15_000, 200_000, 5_000
# Posts, mentions and followers of the app's own user are "owned reads".
PER_THING = {"post": 5_000, "user": 10_000, "owned": 1_000}
# How things begin that are no posts.
PERSON = "user:"

# (path, what its data are); the first that fits. Analytics have no documented price.
READS: tuple[tuple[str, str], ...] = (
    (r"/2/tweets/analytics", ""),
    (r"/2/tweets/counts/.*", ""),
    (r"/2/tweets/\w+/(liking_users|retweeted_by)", "user"),
    (r"/2/tweets(/.*)?", "post"),
    (r"/2/users/{me}/(tweets|mentions|followers|following|liked_tweets)", "owned"),
    (r"/2/users/\w+/(tweets|mentions|liked_tweets)", "post"),
    (r"/2/users(/.*)?", "user"),
)
INCLUDED = {"users": "user", "tweets": "post", "posts": "post"}
# X makes links of bare addresses, too.
_URL = re.compile(r"(?i)https?://\S|\b[a-z0-9-]+\.(com|org|net|io|co|ai|app|dev|me|tv|gg|ly|shop|store|info|biz|eu)\b")


def price_of(method: str, path: str, sent: Mapping[str, Any]) -> int:
    """What a call costs whatever it returns."""
    if method == "GET":
        return COUNTS if path.startswith("/2/tweets/counts/") else 0
    if path != "/2/tweets":
        return 0
    return CREATE_WITH_URL if _URL.search(str(sent.get("text") or "")) else CREATE


def things_of(path: str, body: Any, me: str) -> dict[str, int]:
    """What a read returned, as "kind:id", each with its price; `me` is the account's own id."""
    if not isinstance(body, dict):
        return {}
    kind = next((kind for form, kind in READS if re.fullmatch(form.replace("{me}", re.escape(me)), path)), "")
    found = [(kind, body.get("data"))] if kind else []
    included = body.get("includes")
    if isinstance(included, dict):
        found += [(INCLUDED[name], listed) for name, listed in included.items() if name in INCLUDED]
    return {f"{kind}:{one}": PER_THING[kind] for kind, listed in found for one in _ids(listed)}


def _ids(listed: Any) -> Iterator[str]:
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, dict) and one.get("id"):
            yield str(one["id"])
