"""What is kept of a platform's reply about a post of ours: its numbers. Pure.

Nobody is asked for beside them, and a platform that names people all the same leaves no name here.
"""

from typing import Any

# Of one person, or addresses that may hold a token.
DROPPED = frozenset(
    (
        *("paging", "from", "to", "user", "users", "includes", "author", "author_id", "user_id", "username"),
        *("unique_identifier", "display_name", "avatar_url", "profile_image", "profile_image_url"),
        *("in_reply_to_user_id", "entities", "message_tags", "story_tags", "with_tags", "collaborators", "mentions"),
        "profile_picture_url",
    )
)
# Of these, which hold people or what they wrote one by one, only the counts.
LISTS = frozenset(
    ("comments", "replies", "likes", "reactions", "shares", "sharedposts", "comment_list", "reply_list", "tags")
)
COUNTS = ("summary", "count", "total_count")
NESTED = (list, dict)


def kept(value: Any) -> Any:
    """The same JSON without people, without what they wrote, and without the addresses of further pages."""
    if isinstance(value, list):
        return [kept(one) if isinstance(one, NESTED) else one for one in value]
    if isinstance(value, dict):
        return {name: _kept_as(name, one) for name, one in value.items() if name not in DROPPED}
    return value


def _kept_as(name: str, value: Any) -> Any:
    if name in LISTS:
        return _counted(value)
    # Most of what a reply about a post holds are numbers and words, and every post has one.
    return kept(value) if isinstance(value, NESTED) else value


def _counted(value: Any) -> Any:
    """A number as it is, of an object its counts; a list is only as long as it is."""
    if isinstance(value, dict):
        return {name: kept(value[name]) for name in COUNTS if name in value}
    return len(value) if isinstance(value, list) else value if isinstance(value, int | float) else None
