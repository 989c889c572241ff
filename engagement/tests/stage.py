"""A sandbox with accounts of ours in it: everything goes over HTTP, as with the platforms."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from acd.tests.factories import NOW
from engagement.models import SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for
from engagement.sandbox.accounts import ACCOUNTS
from engagement.sandbox.accounts import Account as SandboxAccount
from engagement.sandbox.faults import Fault
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.tests.factories import make_account, make_post
from engagement.values import Draft
from gator.studio.enums import MediaKind
from gator.studio.models import Content
from gator.studio.tests.factories import make_content, make_persona

KINDS = {
    "instagram": MediaKind.IMAGE,
    "facebook": MediaKind.TEXT,
    "twitter": MediaKind.TEXT,
    "tiktok": MediaKind.VIDEO,
}
MEDIA = {MediaKind.IMAGE: "content/figs.jpg", MediaKind.VIDEO: "content/figs.mp4"}


@dataclass
class Stage:
    """A world whose clock stands at NOW."""

    world: World
    media_root: Path

    def account(self, platform: str, **changes: Any) -> SocialAccount:
        """Our account on the platform, with the token that the sandbox takes."""
        theirs = sandbox_account(platform)
        defaults = {
            "platform": platform,
            "platform_user_id": theirs.user_id,
            "handle": theirs.handle,
            "access_token": self.world.tokens_of(theirs).access,
            "persona": make_persona(timezone="Europe/Lisbon"),
        }
        return make_account(**defaults | changes)

    def content(self, account: SocialAccount, **changes: Any) -> Content:
        """Ready content of a kind the platform takes."""
        kind = changes.get("media_kind", KINDS[account.platform])
        defaults = {
            "persona": account.persona,
            "media_kind": kind,
            "media": MEDIA.get(kind, ""),
            "caption": f"Fresh figs {Content.objects.count()}",
            "hashtags": ["figs"],
        }
        return make_content(**defaults | changes)

    def live(self, account: SocialAccount, **changes: Any) -> SocialMediaPost:
        """A post that is live in the sandbox since now, and due."""
        number = SocialMediaPost.objects.count()
        kind = KINDS[account.platform]
        draft = Draft(media_kind=kind, caption=f"Figs {number}", media_urls=("https://media.example/figs.jpg",))
        with adapter_for(account) as adapter:
            post_id = adapter.publish(draft).platform_post_id
        now = self.world.time()
        defaults = {"platform_post_id": post_id, "media_kind": kind, "published_at": now, "next_sync_at": now}
        return make_post(account=account, caption=draft.caption, **defaults | changes)

    def fault(self, kind: str, **target: Any) -> None:
        """Misbehave from now on, or `times` times."""
        self.world.faults.add(Fault(kind, **target))

    def pass_time(self, **span: float) -> datetime:
        """Move the clock; the new moment."""
        self.world.move_clock(self.world.time() + timedelta(**span))
        return self.world.time()

    def sent(self, platform: str) -> list[str]:
        """Captions of what is live on our account, oldest first."""
        return [post.text for post in reversed(self.world.posts_of(sandbox_account(platform)))]


def sandbox_account(platform: str) -> SandboxAccount:
    return next(account for account in ACCOUNTS if account.platform == platform)


@contextmanager
def staged(settings: Any, media_root: Path) -> Iterator[Stage]:
    """A stage that the settings point to."""
    world = World(7, now=NOW)
    with serve(world) as address:
        settings.PLATFORM_API_URLS = {account.platform: f"{address}/{account.platform}" for account in ACCOUNTS}
        settings.MEDIA_ROOT = media_root
        yield Stage(world, media_root)
