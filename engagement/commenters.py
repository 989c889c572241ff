"""How comments name the accounts that Gator runs, where a platform gives these another id than their comments.

TikTok tells an account its `open_id`, and names who comments by a `unique_identifier`, the same under every video and
after a rename. No call tells an account its own. So it is learned: surely from what the account wrote under a video of
its own, which TikTok marks, or else from a comment that bears the account's present handle. An account that never
commented where one of ours could see it is not known yet.
"""

from collections.abc import Iterable

from engagement.models import SocialAccount, SocialMediaPost
from engagement.values import Commenter, SeenInteraction

ID_LIMIT = 200


def learn_commenters(pairs: Iterable[tuple[SocialMediaPost, SeenInteraction]]) -> None:
    """Note the ids by which these comments name accounts of ours: a query where comments have such ids, else none."""
    told = [
        (post.platform, one.author_id, one.commenter)
        for post, one in pairs
        if one.commenter and _is_id(one.commenter.id)
    ]
    if not told:
        return
    by_id = {(platform, author): commenter for platform, author, commenter in told}
    by_handle = {(platform, one.handle.casefold()): one for platform, _, one in told if one.handle}
    platforms = {platform for platform, _, _ in told}
    known = SocialAccount.objects.filter(platform__in=platforms).order_by("pk")
    for account in known.only("platform", "platform_user_id", "handle", "comment_user_id"):
        sure = by_id.get((account.platform, account.platform_user_id))
        likely = by_handle.get((account.platform, account.handle.casefold())) if not account.comment_user_id else None
        _note(account, sure or likely)


def _is_id(given: str) -> bool:
    return given.isprintable() and 0 < len(given) <= ID_LIMIT


def _note(account: SocialAccount, commenter: Commenter | None) -> None:
    if commenter and commenter.id != account.comment_user_id:
        SocialAccount.objects.filter(pk=account.pk).update(comment_user_id=commenter.id)
