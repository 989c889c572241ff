"""Charts as the theme's Chart.js reads them: data in an attribute of the page, never a script in it."""

import json
from typing import Any

# A line through moments that lie unevenly, and one band of a stack.
LINE: dict[str, Any] = {"tension": 0.2, "borderWidth": 2, "pointRadius": 2, "spanGaps": True}
STACKED: dict[str, Any] = {"maxBarThickness": 28, "stack": "all"}


def chart(labels: list[str], *datasets: dict[str, Any]) -> str:
    """The data of a chart as the theme's script reads it."""
    return json.dumps({"labels": labels, "datasets": list(datasets)})


def points(across: list[float], up: list[float | None]) -> list[dict[str, float | None]]:
    """Points on two axes; an unknown one is a gap."""
    return [{"x": round(x, 2), "y": y} for x, y in zip(across, up, strict=True)]
