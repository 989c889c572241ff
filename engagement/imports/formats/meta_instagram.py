"""Meta Business Suite, content export of Instagram. Addresses hold a short code, which is not the post's id."""

from engagement.enums import Platform
from engagement.imports.formats import meta
from engagement.imports.formats.base import Format, signs

META_INSTAGRAM = Format(
    name="meta_instagram",
    title="the content export of Meta Business Suite for Instagram",
    platform=Platform.INSTAGRAM,
    signs=signs(
        "publish time|account id",
        "publish time|account username",
        "publish time|account name",
        "publish time|permalink|likes|saves",
        "publish time|permalink|likes|follows",
        "publish time|permalink|plays",
    ),
    columns=meta.COLUMNS
    | {
        "account id": "account",
        "account username": "handle",
        # Older files have these two where newer ones have Views.
        "plays": "video_views",
        "impressions": "impressions",
    },
    ignored=meta.IGNORED | {"account name": "the display name; the account is known by its id"},
)
