"""What the two content exports of Meta Business Suite have in common; UTF-8 with a byte order mark.

`Publish time` is MM/DD/YYYY HH:MM on the account's clock, without a zone. Headers follow the interface language; only
the English ones are known here.
"""

COLUMNS = {
    "post id": "post_id",
    "permalink": "url",
    "publish time": "published_at",
    "description": "caption",
    "post type": "media_kind",
}
IGNORED = {
    "date": "says Lifetime: the numbers are totals",
    "data comment": "a remark of Meta's",
    "duration (sec)": "the length of the video, not a number of its audience",
}
