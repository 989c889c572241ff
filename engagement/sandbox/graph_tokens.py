"""Tokens of the Graph API: what a token is, the exchange for a long-lived one, and the Pages of a user.

Follows "Tokens" of the documentation. Any client id and secret is taken: the sandbox has no apps of its own.
"""

from __future__ import annotations

from datetime import timedelta

from engagement.sandbox import graph
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.gate import Call
from engagement.sandbox.graph_edges import ABSENT, Read
from engagement.sandbox.messages import Json, Refused, Reply, Request
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import World

LONG_LIVED_SECONDS = 5184000
DATA_ACCESS = timedelta(days=90)
PAGE_KIND = "facebook"
PAGE, USER = "PAGE", "USER"
_SCOPES = {
    "facebook": ("pages_show_list", "pages_read_engagement", "pages_manage_posts", "read_insights"),
    "instagram": ("instagram_basic", "instagram_content_publish", "instagram_manage_insights"),
}


def debug(world: World, request: Request) -> Reply:
    """What a token is and when it ends; asked with the app's own token (`id|secret`) or any good one."""
    asker = request.token
    if "|" not in asker and world.tokens_for(request.platform, asker) is None:
        raise Refused(graph.error("Invalid OAuth access token - Cannot parse access token", 190))
    tokens = world.tokens_for(request.platform, str(request.params.get("input_token", "")))
    return Reply(
        200, {"data": _described(world, request, tokens) if tokens else _invalid("The access token is unknown")}
    )


def _described(world: World, request: Request, tokens: Tokens) -> Json:
    """Page tokens carry no expiry date (`expires_at` 0), yet access to data ends 90 days after the user's consent."""
    now, account = world.time(), tokens.account
    is_revoked = world.faults.has_refused(account.user_id, account.platform)
    told: Json = {
        "app_id": "1",
        "type": PAGE if tokens.kind == PAGE_KIND else USER,
        "application": "Gator",
        "is_valid": not (is_revoked or tokens.has_ended(now)),
        "expires_at": int(tokens.ends_at.timestamp()) if tokens.ends_at else 0,
        "data_access_expires_at": int(((tokens.issued_at or now) + DATA_ACCESS).timestamp()),
        "scopes": list(_SCOPES[account.platform]),
        "user_id": account.user_id,
    }
    if tokens.issued_at:
        told["issued_at"] = int(tokens.issued_at.timestamp())
    if tokens.kind == PAGE_KIND:
        told["profile_id"] = account.user_id
    return told if told["is_valid"] else told | _invalid("The session is invalid or has expired.")


def _invalid(message: str) -> Json:
    return {"is_valid": False, "scopes": [], "error": {"code": 190, "message": message, "subcode": 463}}


def exchange(world: World, request: Request) -> Reply:
    """A long-lived user token for a user token that still works; a Page token comes back as it is, without an end."""
    given = request.params
    missing = next((name for name in ("client_id", "client_secret", "fb_exchange_token") if not given.get(name)), None)
    if given.get("grant_type") != "fb_exchange_token" or missing:
        raise graph.refuse(f"Missing {missing or 'grant_type'} parameter.", 101)
    tokens = world.tokens_for(request.platform, str(given["fb_exchange_token"]))
    if tokens is None:
        raise graph.refuse("Invalid OAuth access token - Cannot parse access token", 190)
    tokens.refresh_calls += 1
    if tokens.has_ended(world.time()) or world.faults.has_refused(tokens.account.user_id, request.platform):
        raise graph.refuse("Error validating access token: Session has expired.", 190, subcode=463)
    if tokens.kind == PAGE_KIND:
        return Reply(200, {"access_token": tokens.access, "token_type": "bearer"})
    renewed = world.renew(tokens.account, tokens.kind)
    return Reply(200, {"access_token": renewed.access, "token_type": "bearer", "expires_in": LONG_LIVED_SECONDS})


def pages(call: Call) -> Reply:
    """The Pages of the user behind a user token, each with its Page token."""
    if call.token_kind == PAGE_KIND:
        raise graph.refuse("(#100) Tried accessing nonexisting field (accounts) on node type (Page)", 100)
    persona = call.account.persona
    own = [one for one in ACCOUNTS if one.platform == "facebook" and one.persona == persona]
    fields = edges.asked_fields(call, "id,name,access_token,tasks")
    return Reply(200, {"data": [edges.project((call.world, page), fields, _PAGE, "Page") for page in own]})


def _linked(page: Account) -> object:
    found = (one for one in ACCOUNTS if one.platform == "instagram" and one.persona == page.persona)
    return next(({"id": one.user_id} for one in found), ABSENT)


_PAGE: dict[str, Read] = {
    "id": lambda pair, one: pair[1].user_id,
    "name": lambda pair, one: pair[1].name,
    "access_token": lambda pair, one: pair[0].tokens_of(pair[1]).access,
    "category": lambda pair, one: "Digital creator",
    "tasks": lambda pair, one: ["ANALYZE", "CREATE_CONTENT", "MODERATE"],
    "instagram_business_account": lambda pair, one: _linked(pair[1]),
}
