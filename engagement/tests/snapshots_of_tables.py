"""What the tables hold, so that a test can say that nothing changed."""

from typing import Any

from engagement.models import (
    ErasedAuthor,
    ErasureReceipt,
    Hashtag,
    Interaction,
    MetricSnapshot,
    NearMark,
    SocialAccount,
    SocialMediaPost,
)

TABLES: tuple[Any, ...] = (
    SocialAccount,
    SocialMediaPost,
    SocialMediaPost.hashtags.through,
    Hashtag,
    MetricSnapshot,
    NearMark,
    Interaction,
    ErasedAuthor,
    ErasureReceipt,
)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of posts, by table."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}
