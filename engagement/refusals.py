"""What a platform's refusal of a token means: whether it is final, and what it makes of the account. Pure."""

from datetime import datetime

from engagement.enums import AccountState
from engagement.models import SocialAccount
from engagement.platforms import errors

# What means that access was taken away, as (code, subcode); any other refusal means that the token has ended.
REVOKED = {
    # Graph: the app was removed, the password changed, the person has no role on the Page any more.
    ("190", "458"),
    ("190", "460"),
    ("190", "492"),
    # TikTok, of a post that was begun.
    ("auth_removed", ""),
    # OAuth: the refresh token is invalid, expired or revoked; all three need the person.
    ("invalid_grant", ""),
}
# What no repetition can change beside that: the pair has ended, or never was one.
FINAL = REVOKED | {("190", "463"), ("190", "467"), ("40002", ""), ("40102", ""), ("40104", ""), ("40105", "")}
# X refuses a refresh token that was used before in these words alone.
FINAL_WORDS = "value passed for the token was invalid"


def is_final(account: SocialAccount, error: errors.PlatformError, now: datetime) -> bool:
    """Whether a refusal stays one. A bare 401 may be the platform's bad day, as X had one."""
    if not isinstance(error, errors.AuthenticationFailed):
        return False
    has_ended = account.token_expires_at is not None and account.token_expires_at <= now
    is_known = (error.code, error.subcode) in FINAL or FINAL_WORDS in error.message.lower()
    # Without a status it is Gator that misses something.
    return has_ended or is_known or error.status is None


def state_after(error: errors.PlatformError) -> str:
    """What a refusal of its token makes of an account."""
    return AccountState.REVOKED if (error.code, error.subcode) in REVOKED else AccountState.EXPIRED
