"""The four platforms behind one interface. `adapter_for` is the way in for everything else."""

from django.conf import settings

from engagement.enums import Flavour
from engagement.models import SocialAccount
from engagement.platforms.base import PlatformAdapter
from engagement.platforms.deadlines import DeadlineAdapter
from engagement.platforms.facebook import FacebookAdapter
from engagement.platforms.instagram import InstagramAdapter
from engagement.platforms.instagram_facebook_login import InstagramFacebookLoginAdapter
from engagement.platforms.meter import UNMETERED, Meter
from engagement.platforms.tiktok import TikTokAdapter
from engagement.platforms.tiktok_business import TikTokBusinessAdapter
from engagement.platforms.twitter import TwitterAdapter
from engagement.values import App, Credentials

__all__ = ["ADAPTERS", "PlatformAdapter", "adapter_for", "adapter_name", "credentials_of", "kinds_of"]

# By the name of `adapter_name()`: the platform, and its programme where that is not the usual one.
ADAPTERS: dict[str, type[PlatformAdapter]] = {
    "instagram": InstagramAdapter,
    "instagram_facebook_login": InstagramFacebookLoginAdapter,
    "facebook": FacebookAdapter,
    "twitter": TwitterAdapter,
    "tiktok": TikTokAdapter,
    "tiktok_business": TikTokBusinessAdapter,
}


def adapter_name(platform: str, flavour: str) -> str:
    """The key of `ADAPTERS` for an account of this platform and programme."""
    return platform if flavour == Flavour.STANDARD else f"{platform}_{flavour}"


def adapter_for(
    account: SocialAccount, *, meter: Meter = UNMETERED, transport: DeadlineAdapter | None = None
) -> PlatformAdapter:
    """The adapter that acts for this account. Close it, or use it in a `with`.

    Several may share the connections of one transport, which is left open. It is for reads, which are sent again when
    a platform closed a connection just then.
    """
    name = adapter_name(account.platform, account.flavour)
    adapter, address = ADAPTERS[name], settings.PLATFORM_API_URLS[account.platform]
    if adapter.host and address == settings.REAL_API_URLS[account.platform]:
        address = adapter.host
    return adapter(credentials_of(account, name), address, meter, transport)


def kinds_of(account: SocialAccount) -> tuple[str, ...]:
    """The kinds of posts that can be published through this account."""
    nobody = Credentials(platform_user_id="", handle="", access_token="")
    with ADAPTERS[adapter_name(account.platform, account.flavour)](nobody, "") as adapter:
        return tuple(adapter.makers)


def credentials_of(account: SocialAccount, name: str) -> Credentials:
    """What an adapter needs to know of an account."""
    return Credentials(
        platform_user_id=account.platform_user_id,
        handle=account.handle,
        access_token=account.access_token or settings.DEVELOPMENT_ACCESS_TOKENS.get(account.platform, ""),
        refresh_token=account.refresh_token,
        app=settings.PLATFORM_APPS.get(name, App()),
        refused=frozenset((place, one) for place, names in account.refused_metrics.items() for one in names),
    )
