"""The envelope of TikTok API for Business: HTTP 200 with a code, and parameters that hold JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Refused, Reply

NO_PERMISSION, BAD_PARAMETER, GONE = 40001, 40002, 40007
RATE, BAD_TOKEN, TRANSIENT = 40100, 40105, 51010
_REQUEST_ID = "20260801100000010245231083"


def ok(data: Json) -> Reply:
    return Reply(200, {"code": 0, "message": "OK", "request_id": _REQUEST_ID, "data": data})


def error(code: int, message: str) -> Reply:
    return Reply(200, {"code": code, "message": message, "request_id": _REQUEST_ID, "data": {}})


def refuse(code: int, message: str) -> Refused:
    return Refused(error(code, message))


def check_owner(call: Call) -> None:
    """`business_id` is the open_id that came with the token."""
    if not call.params.get("business_id"):
        raise refuse(BAD_PARAMETER, "business_id: is required")
    if call.params["business_id"] != call.account.user_id:
        raise refuse(NO_PERMISSION, "You don't have permission to access this business account.")


def listed(call: Call, name: str) -> list[str]:
    """A JSON array of strings; empty when the parameter is missing."""
    found = _parsed(call, name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise refuse(BAD_PARAMETER, f"{name}: must be a JSON array of strings")
    return found


def fields(call: Call, known: Mapping[str, Any]) -> list[str]:
    names = listed(call, "fields")
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise refuse(BAD_PARAMETER, f"fields: {unknown} is not supported")
    return names


def filtered_ids(call: Call, most: int) -> list[str]:
    """`filters.video_ids`."""
    filters = _parsed(call, "filters", {})
    wanted = filters.get("video_ids", []) if isinstance(filters, dict) else None
    if not isinstance(wanted, list) or len(wanted) > most:
        raise refuse(BAD_PARAMETER, f"filters.video_ids: must hold at most {most} ids")
    return [str(one) for one in wanted]


def number(call: Call, name: str, default: int, least: int, most: int) -> int:
    given = str(call.params.get(name) or default)
    if not given.isdecimal() or not least <= int(given) <= most:
        raise refuse(BAD_PARAMETER, f"{name}: must be from {least} to {most}")
    return int(given)


def _parsed(call: Call, name: str, default: Any) -> Any:
    try:
        return json.loads(call.params[name]) if call.params.get(name) else default
    except (ValueError, TypeError) as problem:
        raise refuse(BAD_PARAMETER, f"{name}: is not valid JSON") from problem
