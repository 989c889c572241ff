"""X analytics, content export of premium accounts since 2024. `Date` is a day, so that the hour comes from the id."""

import re

from engagement.enums import Platform
from engagement.imports.formats.base import Format, signs

STATUS = re.compile(r"/status(?:es)?/(\d+)", re.ASCII)

X_ANALYTICS = Format(
    name="x_analytics",
    title="the content export of X analytics",
    platform=Platform.TWITTER,
    signs=signs(
        "post id|post text",
        "post id|post link",
        "post link|post text",
        "post id|reposts|bookmarks",
        "post link|reposts",
        "post id|url clicks",
    ),
    columns={
        "post id": "post_id",
        "post link": "url",
        "date": "published_at",
        "post text": "caption",
        "replies": "comments",
        "reposts": "shares",
        "bookmarks": "saves",
        "new follows": "follows",
        "url clicks": "link_clicks",
    },
    ignored={
        "shares": "links to the post that people sent; what is kept as shares are the reposts",
        "engagements": "the sum of other columns",
        "detail expands": "not kept",
        "hashtag clicks": "not kept",
        "permalink clicks": "not kept",
    },
    id_in_url=STATUS,
)
