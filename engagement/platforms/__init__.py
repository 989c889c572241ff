"""The four platforms behind one interface. `adapter_for` is the way in for everything else."""

from django.conf import settings

from engagement.models import SocialAccount
from engagement.platforms.base import PlatformAdapter
from engagement.platforms.facebook import FacebookAdapter
from engagement.platforms.instagram import InstagramAdapter
from engagement.platforms.tiktok import TikTokAdapter
from engagement.platforms.twitter import TwitterAdapter
from engagement.values import Credentials

__all__ = ["ADAPTERS", "PlatformAdapter", "adapter_for"]

ADAPTERS: dict[str, type[PlatformAdapter]] = {
    adapter.platform: adapter for adapter in (InstagramAdapter, FacebookAdapter, TwitterAdapter, TikTokAdapter)
}


def adapter_for(account: SocialAccount) -> PlatformAdapter:
    """The adapter that acts for this account. Close it, or use it in a `with`."""
    credentials = Credentials(
        platform_user_id=account.platform_user_id,
        handle=account.handle,
        access_token=account.access_token or settings.DEVELOPMENT_ACCESS_TOKENS.get(account.platform, ""),
    )
    return ADAPTERS[account.platform](credentials, settings.PLATFORM_API_URLS[account.platform])
