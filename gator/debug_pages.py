"""What Django's error reports may show: no variables of code that holds tokens or what strangers sent."""

from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Ours, which opens tokens; those that carry them to a platform; and that which takes them from a request.
HIDING = ("engagement", "requests", "urllib3", "http", "json", "rest_framework")


class ReporterFilter(SafeExceptionReporterFilter):
    """Leaves out the variables of some frames, in development as well."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> Any:
        if str(tb_frame.f_globals.get("__name__", "")).partition(".")[0] in HIDING:
            return [("variables", "Not shown: there may be a token among them.")]
        return super().get_traceback_frame_variables(request, tb_frame)
