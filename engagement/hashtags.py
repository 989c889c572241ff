"""Linking posts to their hashtags."""

from engagement.models import Hashtag, SocialMediaPost


def attach_hashtags(tags_of: dict[SocialMediaPost, list[str]]) -> None:
    """Link posts to their hashtags, in sets; links that exist stay."""
    names = {name for tags in tags_of.values() for name in tags}
    Hashtag.objects.bulk_create([Hashtag(name=name) for name in sorted(names)], ignore_conflicts=True)
    ids = dict(Hashtag.objects.filter(name__in=names).values_list("name", "pk"))
    link = SocialMediaPost.hashtags.through
    rows = [link(socialmediapost_id=post.pk, hashtag_id=ids[name]) for post, tags in tags_of.items() for name in tags]
    link.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
