"""TikTok Studio, content export. It has no column of ids: they stand in the links. `Post time` may lack the year."""

import re

from engagement.enums import Platform
from engagement.imports.formats.base import Format, signs

TIKTOK_STUDIO = Format(
    name="tiktok_studio",
    title="the content export of TikTok Studio",
    platform=Platform.TIKTOK,
    signs=signs(
        "video link|post time",
        "video link|video title",
        "video link|total views",
        "video title|post time",
        "post time|total views",
    ),
    columns={
        "video link": "url",
        "video title": "caption",
        "post time": "published_at",
        "total likes": "likes",
        "total comments": "comments",
        "total shares": "shares",
        "total views": "views",
        "add to favorites": "saves",
        "total play time": "total_watch_seconds",
        "average watch time": "average_watch_seconds",
        "watched full video": "video_completion_rate",
    },
    ignored={"time": "the day of the export, in older files"},
    fractions=frozenset({"video_completion_rate"}),
    id_in_url=re.compile(r"/(?:video|photo)/(\d+)", re.ASCII),
)
