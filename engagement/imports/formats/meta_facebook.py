"""Meta Business Suite, content export of a Facebook Page: 32 to 34 columns, other ones from month to month."""

import re

from engagement.enums import Platform
from engagement.imports.formats import meta
from engagement.imports.formats.base import Format, signs

META_FACEBOOK = Format(
    name="meta_facebook",
    title="the content export of Meta Business Suite for Facebook",
    platform=Platform.FACEBOOK,
    signs=signs(
        "publish time|page id",
        "publish time|page name",
        "publish time|permalink|reactions",
        "publish time|permalink|reactions, comments and shares",
        "publish time|permalink|total clicks",
    ),
    # The caption stands in Title or in Description, with a shortened copy in the other: the longer one is taken.
    columns=meta.COLUMNS
    | {
        "page id": "account",
        "title": "caption",
        "reactions": "likes",
        "link clicks": "link_clicks",
        "seconds viewed": "total_watch_seconds",
        "average seconds viewed": "average_watch_seconds",
        "3-second video views": "video_views",
    },
    ignored=meta.IGNORED
    | {
        "page name": "the display name; the Page is known by its id",
        "reactions, comments and shares": "the sum of three other columns",
        "views from organic posts": "a part of Views",
        "total clicks": "clicks on anything; only those on links are kept",
        "other clicks": "clicks on anything but links",
        "1-minute video views": "only views of three seconds are kept",
        "estimated earnings (usd)": "money is not kept",
        "caption type": "not kept",
        "is crosspost": "not kept",
        "is share": "not kept",
        "languages": "not kept",
        "custom labels": "not kept",
        "funded content status": "not kept",
    },
    id_in_url=re.compile(r"/posts/(?:[^/?#]+/)?(\d+)(?=[/?#]|$)|[?&]story_fbid=(\d+)(?=[&#]|$)", re.ASCII),
    media_id_in_url=re.compile(r"/(?:videos|reel)/(?:[^/?#]+/)?(\d+)|[?&](?:fbid|v)=(\d+)", re.ASCII),
)
