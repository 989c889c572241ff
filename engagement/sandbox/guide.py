"""The sandbox told by itself: what the root page shows, read from the tables the sandbox works with.

JSON for those who ask for it, else the page of `guide_page.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engagement.sandbox import control, guide_page
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.faults import KINDS
from engagement.sandbox.gate import Platform
from engagement.sandbox.messages import HTML, Json, Reply, Request
from engagement.sandbox.misbehaviour import MISSING, WAITS
from engagement.sandbox.platforms import PLATFORMS
from engagement.sandbox.scene_kinds import KINDS as SCENES
from engagement.sandbox.tokens import KINDS as TOKENS
from engagement.sandbox.world import World

TITLES = {"instagram": "Instagram", "facebook": "Facebook Pages", "twitter": "X", "tiktok": "TikTok"}
# A first read and a first post per platform; {owner} is the account's id.
_READS = {
    "instagram": "/v26.0/me?fields=username,followers_count,media_count",
    "facebook": "/v26.0/me?fields=name,followers_count",
    "twitter": "/2/users/me",
    "tiktok": "/v2/user/info/?fields=display_name,follower_count",
}
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_POSTS = {
    "instagram": (
        "Make a container; media_publish with its id as creation_id makes it public",
        "/v26.0/me/media",
        _FORM,
        "image_url=https://media.example/a.jpg&caption=Hello",
    ),
    "facebook": ("Make a post", "/v26.0/me/feed", _FORM, "message=Hello"),
    "twitter": ("Make a post", "/2/tweets", _JSON, '{"text": "Hello"}'),
    "tiktok": (
        "Make a post; its id comes from the status of the publish_id",
        "/v2/post/publish/video/init/",
        _JSON,
        '{"post_info": {"title": "Hello", "privacy_level": "PUBLIC_TO_EVERYONE"}, '
        '"source_info": {"source": "PULL_FROM_URL", "video_url": "https://media.example/a.mp4"}}',
    ),
}

# By section of the page: what a line does, its method, path and body, in an order in which every line works.
_EXAMPLES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "accounts": (
        ("Accounts and their tokens", "GET", "/accounts", ""),
        ("What was posted, create calls and refresh calls", "GET", "/ledger", ""),
        ("Who is a bot, and what the audience likes", "GET", "/truth?platform=instagram", ""),
    ),
    "clock": (
        ("What time it is", "GET", "/clock", ""),
        ("A day passes", "POST", "/clock", '{"now": "TOMORROW"}'),
    ),
    "tokens": (
        ("Let tokens end as documented", "POST", "/tokens", '{"life": "documented"}'),
        ("Tokens of X end in ten minutes", "POST", "/tokens", '{"platform": "twitter", "life": 600}'),
        ("No token ends any more", "POST", "/tokens", '{"life": "endless"}'),
    ),
    "faults": (
        (
            "The next answer to a post on X is lost after the post went out",
            "POST",
            "/faults",
            '{"kind": "drop", "platform": "twitter", "method": "POST", "path": "/2/tweets", "when": "after", '
            '"times": 1}',
        ),
        (
            "Three calls to Instagram are refused, to be tried again after a date",
            "POST",
            "/faults",
            '{"kind": "rate_limit", "platform": "instagram", "seconds": 120, "header": "http_date", "times": 3}',
        ),
        ("What is wrong at present", "GET", "/faults", ""),
        ("All is well again", "DELETE", "/faults", ""),
    ),
    "limits": (
        (
            "200 calls an hour for every account of Instagram",
            "POST",
            "/limits",
            '{"platform": "instagram", "account": "all", "amount": 200, "seconds": 3600}',
        ),
        (
            "One limit for the whole app",
            "POST",
            "/limits",
            '{"platform": "facebook", "per": "app", "amount": 500, "seconds": 3600}',
        ),
        ("No limits", "DELETE", "/limits", ""),
        ("Insights come 48 hours late", "POST", "/delays", '{"platform": "instagram", "hours": 48}'),
        ("Insights come at once", "DELETE", "/delays", ""),
    ),
    "scenes": (("The kinds of scenes, and those planted so far", "GET", "/scenes", ""),),
}


def answer(world: World, request: Request) -> Reply:
    if request.method != "GET":
        return Reply(405, {"error": {"field": "method", "message": "Use GET"}})
    with world.lock:
        told = facts(world, request.base.rstrip("/"))
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted and "text/html" not in accepted:
        return Reply(200, told)
    return Reply(200, guide_page.render(told), content_type=HTML)


def facts(world: World, base: str) -> Json:
    return {
        "address": base,
        "seed": world.seed,
        "now": world.time().isoformat(),
        "standing": world.is_standing,
        "platforms": [_platform(world, base, platform) for platform in PLATFORMS.values()],
        "controls": [
            {"method": method, "path": f"/sandbox{path}", "says": says(endpoint)}
            for path, endpoints in control.ENDPOINTS.items()
            for method, endpoint in endpoints.items()
        ],
        "faults": [
            {"kind": name, "says": kind.says, "seconds": kind.seconds, "takes": list(kind.takes)}
            for name, kind in KINDS.items()
        ],
        "scenes": [
            {name: value for name, value in {"kind": name, **vars(kind)}.items() if name != "draw"}
            for name, kind in SCENES.items()
        ],
        "retry_after": [*WAITS, MISSING],
        "token_kinds": [_token_kind(world, name) for name in TOKENS],
        "examples": _examples(world, base),
    }


def says(endpoint: Callable[..., Any]) -> str:
    """The first sentence of an endpoint's own description, else its name."""
    text = (inspect.getdoc(endpoint) or "").split("\n\n", 1)[0].replace("\n", " ")
    return text or f"{endpoint.__name__.replace('_', ' ').capitalize()}."


def _token_kind(world: World, name: str) -> Json:
    kind = TOKENS[name]
    return {
        "kind": name,
        "platform": kind.platform,
        "access": _hours(kind.access),
        "refresh": _hours(kind.refresh),
        "has_refresh": any(tokens.refresh for tokens in world.tokens if tokens.kind == name),
    }


def _hours(life: timedelta | None) -> float | None:
    return life / timedelta(hours=1) if life else None


def _platform(world: World, base: str, platform: Platform) -> Json:
    own = [account for account in ACCOUNTS if account.platform == platform.name]
    routes: list[tuple[str, str, Callable[..., Any], bool]] = [
        *((*route, False) for route in platform.open_routes),
        *((*route, True) for route in platform.routes),
    ]
    return {
        "name": platform.name,
        "title": TITLES.get(platform.name, platform.name),
        "address": f"{base}/{platform.name}",
        "has_webhooks": platform.push is not None,
        "routes": [
            {"method": method, "path": path, "says": says(endpoint), "needs_token": needs_token}
            for method, path, endpoint, needs_token in routes
        ],
        "accounts": [_account(world, account) for account in own],
        "examples": _platform_examples(world, base, own[0]),
    }


def _account(world: World, account: Account) -> Json:
    return {
        "user_id": account.user_id,
        "handle": account.handle,
        "name": account.name,
        "followers": world.followers_of(account),
        "tokens": {one.kind: one.access for one in world.tokens if one.account == account},
        "refresh_token": world.tokens_of(account).refresh,
    }


# Lines to copy


def _platform_examples(world: World, base: str, account: Account) -> list[Json]:
    address, token = f"{base}/{account.platform}", world.tokens_of(account).access
    says_post, path, kind, body = _POSTS[account.platform]
    return [
        {"says": "Read the account", "line": curl("GET", address + _READS[account.platform], token)},
        {"says": says_post, "line": curl("POST", address + path, token, kind, body)},
    ]


def _examples(world: World, base: str) -> dict[str, list[Json]]:
    tomorrow = (world.time() + timedelta(days=1)).isoformat()
    return {
        section: [
            {"says": text, "line": curl(method, f"{base}/sandbox{path}", "", _JSON, body.replace("TOMORROW", tomorrow))}
            for text, method, path, body in some
        ]
        for section, some in _EXAMPLES.items()
    }


def curl(method: str, url: str, token: str = "", kind: str = "", body: str = "") -> str:
    """One line for a shell; bodies hold no single quotes."""
    parts = ["curl"] if method == "GET" else ["curl", "-X", method]
    if token:
        parts += ["-H", f"'Authorization: Bearer {token}'"]
    if body:
        parts += ["-H", f"'Content-Type: {kind}'", "-d", f"'{body}'"]
    return " ".join([*parts, f"'{url}'"])
