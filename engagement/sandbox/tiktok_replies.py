"""The envelope of TikTok for Developers: every answer has `data` and `error`, and `ok` is an error code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engagement.sandbox.messages import Json, Refused, Reply

LOG_ID = "20260801100000ABCDEF"


def ok(data: Json) -> Reply:
    return Reply(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": LOG_ID}})


def error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"data": {}, "error": {"code": code, "message": message, "log_id": LOG_ID}})


def refuse(status: int, code: str, message: str) -> Refused:
    return Refused(error(status, code, message))


def required(params: Mapping[str, Any], name: str) -> Json:
    value = params.get(name)
    if not isinstance(value, dict):
        raise refuse(400, "invalid_params", f"{name} is required")
    return value
