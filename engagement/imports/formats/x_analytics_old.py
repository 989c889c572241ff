"""X analytics before 2024, when posts were tweets. `time` has its offset: 2023-05-01 12:34 +0000."""

from engagement.enums import Platform
from engagement.imports.formats.base import Format, signs
from engagement.imports.formats.x_analytics import STATUS

X_ANALYTICS_OLD = Format(
    name="x_analytics_old",
    title="the content export of X analytics from before 2024",
    platform=Platform.TWITTER,
    signs=signs("tweet id|tweet text", "tweet id|tweet permalink", "tweet permalink|tweet text"),
    columns={
        "tweet id": "post_id",
        "tweet permalink": "url",
        "time": "published_at",
        "tweet text": "caption",
        "replies": "comments",
        "retweets": "shares",
        "user profile clicks": "profile_visits",
        "url clicks": "link_clicks",
    },
    ignored={
        "engagements": "the sum of other columns",
        "engagement rate": "computed here from what is genuine",
        "hashtag clicks": "not kept",
        "detail expands": "not kept",
        "permalink clicks": "not kept",
    },
    id_in_url=STATUS,
)
