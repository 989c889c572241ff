"""Turns an exception into the fields of a trace artifact: where it happened and in which environment."""

import functools
import importlib.metadata
import platform
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings

from acd.redaction import redacted, storable

MAX_MESSAGE = 2_000
MAX_STACK = 16_000
# The last frames of a runaway recursion say as much as all of them.
MAX_FRAMES = 50
PACKAGES = ("Django", "celery", "requests", "pillow")


@functools.cache
def environment() -> dict[str, Any]:
    """Python, the system and the packages that failures most often depend on."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def error_fields(error: BaseException) -> dict[str, str]:
    """The error of a run, as its context keeps it."""
    # `str()` of the summary is safe even where `str(error)` itself raises.
    message = str(traceback.TracebackException.from_exception(error, limit=0))
    return {
        "error_class": storable(type(error).__name__)[:200],
        "error_message": redacted(message, MAX_MESSAGE),
    }


def trace_fields(error: BaseException) -> dict[str, Any]:
    """The trace of a run, as its artifact keeps it."""
    named = error_fields(error)
    stack = "".join(traceback.format_exception(error, limit=-MAX_FRAMES))
    return {
        "error_class": named["error_class"],
        "message": named["error_message"],
        "stack": redacted(stack.replace(f"{settings.BASE_DIR}/", ""), MAX_STACK),
        "environment": environment(),
        **_place(error),
    }


def _place(error: BaseException) -> dict[str, Any]:
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return {}
    frame, line = next((found for found in reversed(frames) if _is_ours(found[0])), frames[-1])
    file = frame.f_code.co_filename.removeprefix(f"{settings.BASE_DIR}/")
    return {"file": file[-500:], "line": line, "function": frame.f_code.co_qualname[-200:]}


def _is_ours(frame: FrameType) -> bool:
    path = Path(frame.f_code.co_filename)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
